// Kernels with mistakes, each of which the emulator has to find.

extern "C" __global__ void readBeyond(const float *x, float *y, long long n) { y[threadIdx.x] = x[n + threadIdx.x]; }

extern "C" __global__ void writeBeyond(float *x, long long n) { x[n] = 1; }

extern "C" __global__ void misaligned(float *x) {
	float4 *p = (float4 *)(x + 1);
	p->x = 1;
}

extern "C" __global__ void sharedBeyond(float *y, long long n) {
	__shared__ float s[32];
	s[threadIdx.x] = 1;
	__syncthreads();
	y[threadIdx.x] = s[n];
}

// missingBarrier: y[i] = x[n-1-i], but nobody waits for who writes it.
extern "C" __global__ void missingBarrier(const float *x, float *y) {
	__shared__ float s[64];
	s[threadIdx.x] = x[threadIdx.x];
	y[threadIdx.x] = s[63 - threadIdx.x];
}

// unset is never written.
extern "C" __global__ void unset(float *y) {
	__shared__ float s[64];
	y[threadIdx.x] = s[threadIdx.x];
}

extern "C" __global__ void divergent(float *y) {
	if (threadIdx.x < 32) __syncthreads();
	else
		__syncthreads();
	y[threadIdx.x] = 1;
}

extern "C" __global__ void halfWarp(float *y) {
	if (threadIdx.x % 32 < 16) y[threadIdx.x] = __shfl_xor_sync(0xffffffffu, 1.0f, 1);
	else
		__syncthreads();
}

extern "C" __global__ void overflow(int *y, long long n) { y[0] = (int)n * (int)n; }
