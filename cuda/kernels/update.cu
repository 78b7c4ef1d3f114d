// Updates of parameters, as internal/device.Update says. now has the step, the rate,
// the blend of averages, Adam's root, and what clipping sets: the scale and the norm.
// bad is the step in which something was first not finite: negative if it was the
// loss, 0 if nothing was. After that nothing changes.

#define CHUNK 4096

static __device__ __forceinline__ bool finite(float x) { return x - x == 0.0f; }

static __device__ __forceinline__ float decayed(float g, float w, float l2, float l1) {
	g = fmaf(l2, w, g);
	return w > 0.0f ? g + l1 : w < 0.0f ? g - l1 : g;
}

extern "C" __global__ void check_loss(const float *loss, const double *now, long long *bad, float *losses, long long memory) {
	losses[((long long)now[0] - 1) % memory] = *loss;
	if (*bad == 0 && !finite(*loss)) *bad = -(long long)now[0];
}

// The sum of squares of a chunk, by a tree whose shape does not depend on the device.
extern "C" __global__ void squares(double *part, const float *g, const float *w, long long n, double l2, double l1) {
	__shared__ double sums[256];
	long long first = (long long)blockIdx.x * CHUNK;
	double sum = 0;
	for (int i = threadIdx.x; i < CHUNK; i += 256) {
		if (first + i < n) {
			double v = decayed(g[first + i], w[first + i], (float)l2, (float)l1);
			sum += v * v;
		}
	}
	sums[threadIdx.x] = sum;
	for (int half = 128; half > 0; half /= 2) {
		__syncthreads();
		if (threadIdx.x < half) sums[threadIdx.x] += sums[threadIdx.x + half];
	}
	if (threadIdx.x == 0) part[blockIdx.x] = sums[0];
}

extern "C" __global__ void clip(const double *part, long long parts, double most, double *now, long long *bad) {
	__shared__ double sums[256];
	double sum = 0;
	for (long long i = threadIdx.x; i < parts; i += 256) sum += part[i];
	sums[threadIdx.x] = sum;
	for (int half = 128; half > 0; half /= 2) {
		__syncthreads();
		if (threadIdx.x < half) sums[threadIdx.x] += sums[threadIdx.x + half];
	}
	if (threadIdx.x != 0) return;
	sum = sums[0];
	if (!(sum - sum == 0)) {
		if (*bad == 0) *bad = (long long)now[0];
		return;
	}
	double norm = sqrt(sum);
	now[4] = norm > most ? most / norm : 1;
	now[5] = norm;
}

extern "C" __global__ void sgd(float *w, const float *g, float *m, float *average, long long n, double l2, double l1, double momentum,
	long long nesterov, const double *now, long long *bad) {
	long long i = (long long)blockIdx.x * blockDim.x + threadIdx.x;
	if (i >= n || *bad != 0) return;
	float rate = (float)now[1], scale = (float)now[4], v = w[i];
	float d = scale * decayed(g[i], v, (float)l2, (float)l1);
	if (!finite(d)) {
		atomicExch((unsigned long long *)bad, (unsigned long long)now[0]);
		return;
	}
	if (m) {
		float moving = fmaf((float)momentum, m[i], d);
		m[i] = moving;
		d = nesterov ? fmaf((float)momentum, moving, d) : moving;
	}
	v = fmaf(-rate, d, v);
	w[i] = v;
	if (average) average[i] = fmaf((float)now[2], v - average[i], average[i]);
}

extern "C" __global__ void adam(float *w, const float *g, float *m, float *v, float *average, long long n, double l2, double l1,
	double beta1, double beta2, double epsilon, const double *now, long long *bad) {
	long long i = (long long)blockIdx.x * blockDim.x + threadIdx.x;
	if (i >= n || *bad != 0) return;
	float rate = (float)now[1], scale = (float)now[4], root = (float)now[3], x = w[i];
	float d = scale * decayed(g[i], x, (float)l2, (float)l1);
	if (!finite(d)) {
		atomicExch((unsigned long long *)bad, (unsigned long long)now[0]);
		return;
	}
	float first = fmaf((float)beta1, m[i], (float)(1 - beta1) * d);
	float second = fmaf((float)beta2, v[i], (float)(1 - beta2) * d * d);
	m[i] = first;
	v[i] = second;
	x -= rate * first / fmaf(sqrtf(second), root, (float)epsilon);
	w[i] = x;
	if (average) average[i] = fmaf((float)now[2], x - average[i], average[i]);
}
