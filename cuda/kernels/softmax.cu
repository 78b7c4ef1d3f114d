// Softmax and what is made of it: a block has a row.

// A Sum is Σe^(x-max) over some elements.
struct Sum {
	float max, sum;
};

__device__ __forceinline__ Sum operator+(Sum a, Sum b) {
	float m = fmaxf(a.max, b.max); // NaN is in the sum
	return {m, (a.max == m ? a.sum : a.sum * expf(a.max - m)) + (b.max == m ? b.sum : b.sum * expf(b.max - m))};
}

__device__ Sum sumOfRow(const float *x, Int cols) {
	__shared__ Sum part[32];
	Sum s = {-INF, 0};
	for (Int j = threadIdx.x; j < cols; j += blockDim.x) s = s + Sum{x[j], 1};
	for (int o = 16; o > 0; o >>= 1) s = s + Sum{__shfl_xor_sync(0xffffffffu, s.max, o), __shfl_xor_sync(0xffffffffu, s.sum, o)};
	if (threadIdx.x % 32 == 0) part[threadIdx.x / 32] = s;
	__syncthreads();
	s = part[0];
	for (unsigned w = 1; w < blockDim.x / 32; w++) s = s + part[w];
	return s;
}

KERNEL softmax(float *y, const float *x, Int cols) {
	y += blockIdx.x * cols, x += blockIdx.x * cols;
	Sum s = sumOfRow(x, cols);
	for (Int j = threadIdx.x; j < cols; j += blockDim.x) y[j] = expf(x[j] - s.max) / s.sum;
}

KERNEL softmaxGrad(float *dx, const float *y, const float *dy, Int cols) {
	Int row = blockIdx.x * cols;
	float dot = 0;
	for (Int j = threadIdx.x; j < cols; j += blockDim.x) dot = fmaf(y[row + j], dy[row + j], dot);
	dot = blockSum(dot);
	for (Int j = threadIdx.x; j < cols; j += blockDim.x) dx[row + j] = y[row + j] * (dy[row + j] - dot);
}

// crossEntropy sets loss[row] to -log softmax(x)[label] and dx, which may be x, to
// a/rows · (softmax(x) - onehot(label)). Either may be null. A label that is no column
// makes NaNs.
KERNEL crossEntropy(double *loss, float *dx, const float *x, const Int *label, const float *a, double rows, Int cols) {
	x += blockIdx.x * cols;
	Int y = label[blockIdx.x];
	bool good = y >= 0 && y < cols;
	float at = good ? x[y] : NOT_A_NUMBER;
	Sum s = sumOfRow(x, cols); // has a barrier: everybody has read x[y]
	if (loss && threadIdx.x == 0) loss[blockIdx.x] = log((double)s.sum) + ((double)s.max - at);
	if (!dx) return;
	dx += blockIdx.x * cols;
	float scale = *a / (float)rows, factor = good ? scale / s.sum : NOT_A_NUMBER;
	for (Int j = threadIdx.x; j < cols; j += blockDim.x) {
		float d = expf(x[j] - s.max) * factor;
		dx[j] = j == y ? d - scale : d;
	}
}

// correct sets hit[row] to 1 if the label's element is the first largest of the row and
// none is NaN, else to 0.
KERNEL correct(double *hit, const float *x, const Int *label, Int cols) {
	x += blockIdx.x * cols;
	Int y = label[blockIdx.x];
	float misses = y < 0 || y >= cols;
	if (misses == 0)
		for (Int j = threadIdx.x; j < cols; j += blockDim.x)
			if (!(x[j] < x[y] || (j >= y && x[j] == x[y]))) misses = 1;
	misses = blockSum(misses);
	if (threadIdx.x == 0) hit[blockIdx.x] = misses == 0;
}
