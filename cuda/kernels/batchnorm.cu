// Batch normalization of x (rows, C), channel by channel; see kernel.BatchNorm.

// columnSums gives, for each column and each block of high rows,
//
//	Σ(x - shift)  Σ(x - shift)²     if dy is null
//	Σdy           Σdy·(x - shift)   else
//
// as part (blocks, 2, cols). A block of 256 threads has columns of wide threads, a power
// of two.
KERNEL __launch_bounds__(256) columnSums(double *part, const float *x, const float *dy, const float *shift, Int rows, Int cols, Int wide,
	Int high) {
	__shared__ double a[256], b[256];
	int tall = 256 / (int)wide, i = threadIdx.x / (int)wide;
	Int j = blockIdx.x * wide + threadIdx.x % (int)wide;
	Int end = min((blockIdx.y + 1) * high, rows);
	double sum = 0, sum2 = 0;
	if (j < cols) {
		float from = shift[j];
		for (Int r = blockIdx.y * high + i; r < end;) {
			float s = 0, s2 = 0; // of a few rows, without loss
			for (int k = 0; k < 16 && r < end; k++, r += tall) {
				float d = x[r * cols + j] - from, e = dy ? dy[r * cols + j] : d;
				s += e;
				s2 = fmaf(e, d, s2);
			}
			sum += s, sum2 += s2;
		}
	}
	a[threadIdx.x] = sum, b[threadIdx.x] = sum2;
	for (int half = tall / 2; half > 0; half /= 2) {
		__syncthreads();
		if (i < half) {
			a[threadIdx.x] += a[threadIdx.x + half * (int)wide];
			b[threadIdx.x] += b[threadIdx.x + half * (int)wide];
		}
	}
	if (i > 0 || j >= cols) return;
	part[2 * blockIdx.y * cols + j] = a[threadIdx.x];
	part[(2 * blockIdx.y + 1) * cols + j] = b[threadIdx.x];
}

// columnTotal adds up the parts of a block's column, to each thread of a warp.
__device__ __forceinline__ void columnTotal(const double *part, Int blocks, Int cols, double &a, double &b) {
	a = b = 0;
	for (Int i = threadIdx.x; i < blocks; i += 32) {
		a += part[2 * i * cols + blockIdx.x];
		b += part[(2 * i + 1) * cols + blockIdx.x];
	}
	a = warpSum(a), b = warpSum(b);
}

// moments is the mean of each column, then the variance. A block of 32 threads has a
// column; shift is the first row.
KERNEL moments(float *m, const double *part, const float *shift, Int blocks, Int rows, Int cols) {
	double a, b, n = (double)rows;
	columnTotal(part, blocks, cols, a, b);
	if (threadIdx.x > 0) return;
	double v = (b - a * a / n) / n;
	m[blockIdx.x] = (float)(shift[blockIdx.x] + a / n);
	m[cols + blockIdx.x] = v < 0 ? 0 : (float)v; // by rounding; NaN stays
}

// batchNormSums is the gradient of the weight, then that of the bias.
KERNEL batchNormSums(float *s, const double *part, const float *variance, Int blocks, Int cols, double epsilon) {
	double a, b;
	columnTotal(part, blocks, cols, a, b);
	if (threadIdx.x > 0) return;
	s[blockIdx.x] = (float)(b / sqrt(variance[blockIdx.x] + epsilon));
	s[cols + blockIdx.x] = (float)a;
}

KERNEL batchNorm(float *y, const float *x, const float *mean, const float *variance, const float *weight, const float *bias, Int n, Int cols,
	double epsilon) {
	Int i = here(), j;
	if (i >= n) return;
	divide(i, cols, j);
	float factor = weight[j] / sqrtf(variance[j] + (float)epsilon);
	y[i] = factor * (x[i] - mean[j]) + bias[j];
}

// batchNormGrad goes through the moments if there are sums, what batchNormSums gives.
KERNEL batchNormGrad(float *dx, const float *x, const float *dy, const float *mean, const float *variance, const float *weight,
	const float *sums, Int n, Int cols, double epsilon) {
	Int i = here(), j;
	if (i >= n) return;
	float rows = (float)divide(n, cols, j);
	divide(i, cols, j);
	float r = 1 / sqrtf(variance[j] + (float)epsilon), d = dy[i];
	if (sums) d = d - sums[cols + j] / rows - sums[j] / rows * r * (x[i] - mean[j]);
	dx[i] = weight[j] * r * d;
}
