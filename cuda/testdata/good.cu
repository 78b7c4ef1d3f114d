// Kernels for tests of the device.

extern "C" __global__ void scale(const float *x, float *y, double a, long long n) {
	long long i = blockIdx.x * (long long)blockDim.x + threadIdx.x;
	if (i < n) y[i] = (float)a * x[i];
}

// where writes, for each thread of a grid of any shape, its place.
extern "C" __global__ void where(long long *y) {
	long long block = blockIdx.x + (long long)gridDim.x * (blockIdx.y + (long long)gridDim.y * blockIdx.z);
	y[block * blockDim.x + threadIdx.x] = blockIdx.x + 100 * blockIdx.y + 10000 * blockIdx.z + 1000000 * threadIdx.x;
}

// reverse turns each block's n floats round by way of shared memory.
extern "C" __global__ void reverse(float *x, long long n) {
	extern __shared__ float s[];
	x += blockIdx.x * n;
	for (long long i = threadIdx.x; i < n; i += blockDim.x) s[i] = x[i];
	__syncthreads();
	for (long long i = threadIdx.x; i < n; i += blockDim.x) x[i] = s[n - 1 - i];
}

template <class T> __device__ T warpSum(T v) {
	for (int o = 16; o > 0; o >>= 1) v += __shfl_down_sync(0xffffffffu, v, o);
	return v;
}

// sum adds x up: a block its share, by warps and then by the first warp.
extern "C" __global__ void __launch_bounds__(256) sum(const float *__restrict__ x, float *y, long long n) {
	__shared__ float part[32];
	float s = 0;
	for (long long i = blockIdx.x * (long long)blockDim.x + threadIdx.x; i < n; i += gridDim.x * (long long)blockDim.x) s += x[i];
	s = warpSum(s);
	if (threadIdx.x % 32 == 0) part[threadIdx.x / 32] = s;
	__syncthreads();
	if (threadIdx.x < 32) {
		s = warpSum(threadIdx.x < blockDim.x / 32 ? part[threadIdx.x] : 0.0f);
		if (threadIdx.x == 0) atomicAdd(y, s);
	}
}

// shuffles has lanes exchange their numbers in every way; y is (5, 64).
extern "C" __global__ void shuffles(long long *y) {
	int t = threadIdx.x;
	y[t] = __shfl_down_sync(0xffffffffu, t, 3);
	y[64 + t] = __shfl_up_sync(0xffffffffu, t, 3);
	y[128 + t] = __shfl_xor_sync(0xffffffffu, t, 5);
	y[192 + t] = __shfl_sync(0xffffffffu, (long long)t, 7, 16);
	y[256 + t] = __ballot_sync(0xffffffffu, t % 3 == 0) & 0xff;
}
