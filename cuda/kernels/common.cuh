// What all kernels share.

typedef long long Int;

#define KERNEL extern "C" __global__ void

#define INF __int_as_float(0x7f800000)
#define NOT_A_NUMBER __int_as_float(0x7fffffff)

// here is the number of a thread in the grid.
__device__ __forceinline__ Int here() { return blockIdx.x * (Int)blockDim.x + threadIdx.x; }

// divide splits i into a quotient and a rest, in 32 bits where that will do.
__device__ __forceinline__ Int divide(Int i, Int by, Int &rest) {
	Int q = (i | by) >> 32 ? i / by : (unsigned)i / (unsigned)by;
	rest = i - q * by;
	return q;
}

template <class T> __device__ __forceinline__ T warpSum(T v) {
	for (int o = 16; o > 0; o >>= 1) v += __shfl_xor_sync(0xffffffffu, v, o);
	return v;
}

// blockSum returns the sum over a block of whole warps, to each thread. It is added
// up in the same order each time.
template <class T> __device__ __forceinline__ T blockSum(T v) {
	__shared__ T part[32];
	v = warpSum(v);
	__syncthreads(); // the last sum has been read
	if (threadIdx.x % 32 == 0) part[threadIdx.x / 32] = v;
	__syncthreads();
	return warpSum(threadIdx.x % 32 < blockDim.x / 32 ? part[threadIdx.x % 32] : T(0));
}

// The functions of package op's activations, by number.
enum { IDENTITY, RELU, SIGMOID, TANH };

__device__ __forceinline__ float sigmoid(float x) { return 1 / (1 + expf(-x)); }

__device__ __forceinline__ float relu(float x) { return x <= 0 ? 0 : x; } // NaN stays

__device__ __forceinline__ float activate(Int f, float x) {
	switch (f) {
	case RELU: return relu(x);
	case SIGMOID: return sigmoid(x);
	case TANH: return tanhf(x);
	}
	return x;
}
