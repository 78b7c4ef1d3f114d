// One thread an element.

KERNEL activation(float *y, const float *x, Int n, Int f) {
	Int i = here();
	if (i < n) y[i] = activate(f, x[i]);
}

// activationGrad takes the derivative from the activation's output y.
KERNEL activationGrad(float *dx, const float *y, const float *dy, Int n, Int f) {
	Int i = here();
	if (i >= n) return;
	float v = y[i], d = dy[i];
	switch (f) {
	case RELU: d = v <= 0 ? 0 : d; break;
	case SIGMOID: d *= v * (1 - v); break;
	case TANH: d *= 1 - v * v; break;
	}
	dx[i] = d;
}

// finish does what follows a product: a bias for each column, if there is one, and an
// activation.
KERNEL finish(float *y, const float *bias, Int n, Int cols, Int f) {
	Int i = here(), j;
	if (i >= n) return;
	divide(i, cols, j);
	float v = y[i];
	if (bias) v += bias[j];
	y[i] = activate(f, v);
}

KERNEL add(float *y, const float *a, const float *b, Int n) {
	Int i = here();
	if (i < n) y[i] = a[i] + b[i];
}

KERNEL multiply(float *y, const float *x, Int n, double a) {
	Int i = here();
	if (i < n) y[i] = (float)(a * x[i]);
}

KERNEL blend(float *y, const float *a, const float *b, Int n, double momentum, double factor) {
	Int i = here();
	if (i < n) y[i] = (float)(a[i] + momentum * (factor * b[i] - a[i]));
}

// scaledDifference is a · scale · (x - y), where a is one number on the device.
KERNEL scaledDifference(float *dx, const float *x, const float *y, const float *a, Int n, double scale) {
	Int i = here();
	if (i < n) dx[i] = (float)(*a * scale) * (x[i] - y[i]);
}

// transpose turns each of several matrices (rows, cols) into (cols, rows). A block of
// 256 threads turns a tile of 32×32.
KERNEL __launch_bounds__(256) transpose(float *y, const float *x, Int rows, Int cols) {
	__shared__ float tile[32][33];
	Int across = (cols + 31) / 32, down = (rows + 31) / 32;
	Int left, top, n = divide(divide(blockIdx.x, across, left), down, top);
	left *= 32, top *= 32;
	x += n * rows * cols, y += n * rows * cols;
	int i = threadIdx.x / 32, j = threadIdx.x % 32;
	for (int k = i; k < 32; k += 8)
		if (top + k < rows && left + j < cols) tile[k][j] = x[(top + k) * cols + left + j];
	__syncthreads();
	for (int k = i; k < 32; k += 8)
		if (left + k < cols && top + j < rows) y[(left + k) * rows + top + j] = tile[j][k];
}

// philox is Philox4×32-10 with the counter (first, 0).
__device__ uint4 philox(unsigned long long first, unsigned long long key) {
	uint4 c = {(unsigned)first, (unsigned)(first >> 32), 0, 0};
	unsigned k0 = (unsigned)key, k1 = (unsigned)(key >> 32);
	for (int round = 0; round < 10; round++) {
		unsigned h0 = __umulhi(0xD2511F53u, c.x), l0 = 0xD2511F53u * c.x;
		unsigned h1 = __umulhi(0xCD9E8D57u, c.z), l1 = 0xCD9E8D57u * c.z;
		c = make_uint4(h1 ^ c.y ^ k0, l1, h0 ^ c.w ^ k1, l0);
		k0 += 0x9E3779B9u;
		k1 += 0xBB67AE85u;
	}
	return c;
}

// dropout draws as kernel.Dropout does: word 16·w + b of each 64 is word w of the
// group's counter b. A thread has a counter.
KERNEL dropout(float *y, const float *x, const Int *step, Int n, Int key, Int threshold, double scale) {
	Int i = here(), first = i / 16 * 64 + i % 16;
	if (first >= n) return;
	uint4 r = philox(((unsigned long long)*step << 32) + i, key);
	unsigned words[4] = {r.x, r.y, r.z, r.w};
	for (int w = 0; w < 4; w++) {
		Int at = first + 16 * w;
		if (at < n) y[at] = words[w] < threshold ? 0 : x[at] * (float)scale;
	}
}
