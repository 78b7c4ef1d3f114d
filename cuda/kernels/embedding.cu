// gather sets row i of y to row ids[i] of x (rows, cols); to NaNs if there is no such row.
KERNEL gather(float *y, const float *x, const Int *ids, Int n, Int rows, Int cols) {
	Int at = here(), j;
	if (at >= n) return;
	Int id = ids[divide(at, cols, j)];
	y[at] = id >= 0 && id < rows ? x[id * cols + j] : NOT_A_NUMBER;
}

// scatter adds row i of x to row ids[i] of y, which was zeros, for i from 0 to n-1 in
// order. A block has an i, and does all that has the same id if that is the first of them.
KERNEL __launch_bounds__(256) scatter(float *y, const float *x, const Int *ids, Int n, Int rows, Int cols) {
	__shared__ unsigned same[8]; // a bit for each of 256 ids
	Int i = blockIdx.x, id = ids[i];
	if (id < 0 || id >= rows) return;
	int t = threadIdx.x;
	bool earlier = false;
	for (Int k = t; k < i; k += 256) earlier = earlier || ids[k] == id;
	unsigned any = __ballot_sync(0xffffffffu, earlier);
	if (t % 32 == 0) same[t / 32] = any;
	__syncthreads();
	any = 0;
	for (int w = 0; w < 8; w++) any |= same[w];
	if (any) return;
	y += id * cols;
	for (Int from = i; from < n; from += 256) {
		__syncthreads(); // everybody has read same
		any = __ballot_sync(0xffffffffu, from + t < n && ids[from + t] == id);
		if (t % 32 == 0) same[t / 32] = any;
		__syncthreads();
		for (Int j = t; j < cols; j += 256) {
			float sum = y[j];
			for (int w = 0; w < 8; w++)
				for (unsigned left = same[w]; left; left &= left - 1) sum += x[(from + 32 * w + __ffs(left) - 1) * cols + j];
			y[j] = sum;
		}
	}
}
