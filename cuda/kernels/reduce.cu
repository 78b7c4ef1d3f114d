// Sums, each added up in an order that depends on sizes alone.

// sumParts is factor · Σ part, by one block.
KERNEL __launch_bounds__(256) sumParts(float *y, const double *part, Int n, double factor) {
	double sum = 0;
	for (Int i = threadIdx.x; i < n; i += blockDim.x) sum += part[i];
	sum = blockSum(sum);
	if (threadIdx.x == 0) *y = (float)(factor * sum);
}

// squaredErrors gives each block's share of Σ(x - y)².
KERNEL __launch_bounds__(256) squaredErrors(double *part, const float *x, const float *y, Int n) {
	double sum = 0;
	for (Int i = here(); i < n; i += gridDim.x * (Int)blockDim.x) {
		float d = x[i] - y[i];
		sum += d * d;
	}
	sum = blockSum(sum);
	if (threadIdx.x == 0) part[blockIdx.x] = sum;
}

// sumColumns adds up each column of x (rows, cols) in blocks of high rows, which gives
// y (blocks, cols), or with more adds that to y. A block of 256 threads has columns of
// wide threads, a power of two.
KERNEL __launch_bounds__(256) sumColumns(float *y, const float *x, Int rows, Int cols, Int wide, Int high, Int more) {
	__shared__ float sums[256];
	int tall = 256 / (int)wide, i = threadIdx.x / (int)wide;
	Int j = blockIdx.x * wide + threadIdx.x % (int)wide;
	Int end = min((blockIdx.y + 1) * high, rows);
	float sum = 0;
	if (j < cols)
		for (Int r = blockIdx.y * high + i; r < end; r += tall) sum += x[r * cols + j];
	sums[threadIdx.x] = sum;
	for (int half = tall / 2; half > 0; half /= 2) {
		__syncthreads();
		if (i < half) sums[threadIdx.x] += sums[threadIdx.x + half * (int)wide];
	}
	if (i > 0 || j >= cols) return;
	Int at = blockIdx.y * cols + j;
	y[at] = more ? y[at] + sums[threadIdx.x] : sums[threadIdx.x];
}
