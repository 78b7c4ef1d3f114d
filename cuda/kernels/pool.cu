// Pooling of images (N, H, W, C) by windows of high×wide pixels. A thread has an element
// of what is written.


KERNEL maxPool(float *y, const float *x, Int n, Int h, Int w, Int c, Int outH, Int outW, Int high, Int wide, Int stride, Int pad) {
	Int at = here(), i, j, ch;
	if (at >= n) return;
	Int image = divide(divide(divide(at, c, ch), outW, j), outH, i);
	x += image * h * w * c + ch;
	i = i * stride - pad, j = j * stride - pad;
	float best = -INF;
	for (Int r = max(i, 0LL); r < min(i + high, h); r++)
		for (Int s = max(j, 0LL); s < min(j + wide, w); s++) {
			float v = x[(r * w + s) * c];
			if (v > best || v != v) best = v;
		}
	y[at] = best;
}

// maxPoolGrad asks each window that a pixel lies in whether the pixel is the first that
// is the largest, in the order of the output.
KERNEL maxPoolGrad(float *dx, const float *x, const float *y, const float *dy, Int n, Int h, Int w, Int c, Int outH, Int outW, Int high,
	Int wide, Int stride, Int pad) {
	Int at = here(), i, j, ch;
	if (at >= n) return;
	Int image = divide(divide(divide(at, c, ch), w, j), h, i);
	x += image * h * w * c + ch, y += image * outH * outW * c + ch, dy += image * outH * outW * c + ch;
	float own = x[(i * w + j) * c], sum = 0;
	Int top = max(i + pad - high + stride, 0LL) / stride, left = max(j + pad - wide + stride, 0LL) / stride;
	for (Int p = top; p < outH && p * stride - pad <= i; p++)
		for (Int q = left; q < outW && q * stride - pad <= j; q++) {
			Int window = (p * outW + q) * c;
			float best = y[window];
			bool first = own == best || own != own;
			for (Int r = max(p * stride - pad, 0LL); first && r <= i; r++)
				for (Int s = max(q * stride - pad, 0LL); s < min(q * stride - pad + wide, w) && !(r == i && s >= j); s++) {
					float v = x[(r * w + s) * c];
					if (v == best || v != v) {
						first = false;
						break;
					}
				}
			if (first) sum += dy[window];
		}
	dx[at] = sum;
}

KERNEL avgPool(float *y, const float *x, Int n, Int h, Int w, Int c, Int outH, Int outW, Int high, Int wide, Int stride, Int pad) {
	Int at = here(), i, j, ch;
	if (at >= n) return;
	Int image = divide(divide(divide(at, c, ch), outW, j), outH, i);
	x += image * h * w * c + ch;
	i = i * stride - pad, j = j * stride - pad;
	float sum = 0;
	for (Int r = max(i, 0LL); r < min(i + high, h); r++)
		for (Int s = max(j, 0LL); s < min(j + wide, w); s++) sum += x[(r * w + s) * c];
	y[at] = sum / (high * wide);
}

KERNEL avgPoolGrad(float *dx, const float *dy, Int n, Int h, Int w, Int c, Int outH, Int outW, Int high, Int wide, Int stride, Int pad) {
	Int at = here(), i, j, ch;
	if (at >= n) return;
	Int image = divide(divide(divide(at, c, ch), w, j), h, i);
	dy += image * outH * outW * c + ch;
	Int top = max(i + pad - high + stride, 0LL) / stride, left = max(j + pad - wide + stride, 0LL) / stride;
	float sum = 0;
	for (Int p = top; p < outH && p * stride - pad <= i; p++)
		for (Int q = left; q < outW && q * stride - pad <= j; q++) sum += dy[(p * outW + q) * c];
	dx[at] = sum / (high * wide);
}

// maxCorner sets y to the largest of each 2×2 pixels of x (n, h, w, c), and corner to
// which it was: a word for 16 channels, with bits for the right column and the lower row.
// Sixteen threads have a word.
KERNEL __launch_bounds__(256) maxCorner(float *y, unsigned *corner, const float *x, Int words, Int h, Int w, Int c) {
	Int word = here() / 16, i, j, group;
	int lane = threadIdx.x % 16;
	Int image = divide(divide(divide(word, (c + 15) / 16, group), w / 2, j), h / 2, i);
	Int ch = group * 16 + lane;
	bool inside = word < words && ch < c;
	unsigned at = 0;
	if (inside) {
		x += ((image * h + 2 * i) * w + 2 * j) * c + ch;
		float best = x[0];
		for (int k = 1; k < 4; k++) {
			float v = x[(k / 2 * w + k % 2) * c];
			if (v > best || (v != v && best == best)) at = k, best = v;
		}
		y[((image * (h / 2) + i) * (w / 2) + j) * c + ch] = best;
	}
	int shift = threadIdx.x % 32 & 16;
	unsigned right = __ballot_sync(0xffffffffu, at & 1) >> shift & 0xffff;
	unsigned lower = __ballot_sync(0xffffffffu, at & 2) >> shift & 0xffff;
	if (word < words && lane == 0) corner[word] = right | lower << 16;
}

// maxCornerGrad sets dx (n, h, w, c) to the gradient of x.
KERNEL maxCornerGrad(float *dx, const float *dy, const unsigned *corner, Int n, Int h, Int w, Int c) {
	Int at = here(), i, j, ch;
	if (at >= n) return;
	Int image = divide(divide(divide(at, c, ch), w, j), h, i);
	float d = 0;
	if (i / 2 < h / 2 && j / 2 < w / 2) { // else no window has the pixel
		Int window = (image * (h / 2) + i / 2) * (w / 2) + j / 2;
		unsigned word = corner[window * ((c + 15) / 16) + ch / 16] >> ch % 16;
		if ((Int)((word & 1) | (word >> 15 & 2)) == i % 2 * 2 + j % 2) d = dy[window * c + ch];
	}
	dx[at] = d;
}
