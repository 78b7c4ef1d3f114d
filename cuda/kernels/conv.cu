// Convolutions as products of matrices that nobody writes down: a row of the first is the
// patch of the image under the filter, a column of the second is a filter. Images are
// (N, H, W, C), filters (F, C/groups, KH, KW).

enum { DEPTH = 16, THREADS = 128 }; // terms that a block takes at a time

// layFilters lays filters out as (group, tap, q, width): row (tap, q) of a group has
// column p's weight at p. Columns from cols on are zeros, so that rows can be read four
// at a time. For the output a column is a filter and q one of its channels; for the
// input's gradient it is the other way round.
KERNEL layFilters(float *to, const float *w, Int n, Int taps, Int inner, Int cols, Int width, Int turned) {
	Int i = here(), p, q, tap;
	if (i >= n) return;
	Int group = divide(divide(divide(i, width, p), inner, q), taps, tap);
	Int at = turned ? (group * inner + q) * cols + p : (group * cols + p) * inner + q;
	to[i] = p < cols ? w[at * taps + tap] : 0;
}

// A Window says where a filter lies over an image: at pixel (i, j) of the output and tap
// (r, s) it sees the input's pixel (i·stride + r·step + top, j·stride + s·step + left)
// divided by spread, if that is a whole number.
struct Window {
	Int h, w, c;       // of what is read
	Int outH, outW;    // of what is written
	Int kw, taps;      // of filters
	Int stride, step, top, left, spread;
};

// put writes v to the first of n elements from y on, at once if y is aligned for that.
__device__ __forceinline__ void put(float *y, float4 v, Int n, bool aligned) {
	if (aligned && n >= 4) {
		*(float4 *)y = v;
		return;
	}
	if (n > 0) y[0] = v.x;
	if (n > 1) y[1] = v.y;
	if (n > 2) y[2] = v.z;
	if (n > 3) y[3] = v.w;
}

// rowsAligned reports whether rows of n elements from y on are.
__device__ __forceinline__ bool rowsAligned(const float *y, Int n) { return n % 4 == 0 && (unsigned long long)y % 16 == 0; }

// A pass of convolution computes ROWS pixels by COLS filters in a block, ROWS_EACH by 4 in a
// thread. With QUADS, channels of a group are a multiple of four and read so. With POOL,
// pixels come in windows of 2×2, whose largest is written, and which it was.
template <int ROWS, int COLS, int ROWS_EACH, bool QUADS, bool POOL>
__device__ __forceinline__ void convolve(float *y, unsigned *corner, const float *x, const float *w, const float *bias, const float *gate,
	Int pixels, Int innerChannels, Int cols, Int width, Int f, Int rectify, const Window &g) {
	static_assert(ROWS / ROWS_EACH * (COLS / 4) == THREADS, "a thread has a part of the tile");
	alignas(16) __shared__ float a[2][DEPTH][ROWS + 4], b[2][DEPTH][COLS];
	__shared__ Int image[ROWS];
	__shared__ int top[ROWS], left[ROWS];

	const int t = threadIdx.x;
	const Int first = blockIdx.x * (Int)ROWS, group = blockIdx.z;
	const int column = blockIdx.y * COLS;
	const int inner = (int)innerChannels, depth = (int)g.taps * inner;
	const int high = (int)g.h, wide = (int)g.w, channels = (int)g.c;
	x += group * inner;
	w += group * depth * width;

	for (int m = t; m < ROWS; m += THREADS) {
		Int p = first + m, i, j, n;
		if (POOL) {
			Int window = p / 4, k = p % 4;
			n = divide(divide(window, g.outW / 2, j), g.outH / 2, i);
			i = 2 * i + k / 2, j = 2 * j + k % 2;
		} else {
			n = divide(divide(p, g.outW, j), g.outH, i);
		}
		image[m] = n * g.h * g.w * g.c;
		top[m] = p < pixels ? (int)(i * g.stride + g.top) : -(1 << 30);
		left[m] = (int)(j * g.stride + g.left);
	}
	__syncthreads();

	// What a thread loads of the patches: terms from k on, of every fifth row or so.
	constexpr int WIDE = QUADS ? 4 : 1, ACROSS = DEPTH / WIDE, DOWN = THREADS / ACROSS, LOADS = ROWS / DOWN;
	const int k = t % ACROSS * WIDE, row = t / ACROSS;
	float nextA[LOADS][WIDE];
	constexpr int QUADS_B = DEPTH * COLS / 4, LOADS_B = (QUADS_B + THREADS - 1) / THREADS;
	float4 nextB[LOADS_B];

	auto load = [&](int from) {
		int q = from + k;
		int tap = q / inner, channel = q - tap * inner;
		int r = tap / (int)g.kw, s = tap - r * (int)g.kw;
		r *= (int)g.step, s *= (int)g.step;
#pragma unroll
		for (int l = 0; l < LOADS; l++) {
			int m = row + l * DOWN;
			int i = top[m] + r, j = left[m] + s;
			bool inside = q < depth && i >= 0 && j >= 0;
			if (g.spread > 1 && inside) {
				int spread = (int)g.spread;
				inside = i % spread == 0 && j % spread == 0;
				i /= spread, j /= spread;
			}
			inside = inside && i < high && j < wide;
			const float *p = x + image[m] + ((i * wide + j) * channels + channel);
			if constexpr (QUADS) {
				float4 v = inside ? *(const float4 *)p : make_float4(0, 0, 0, 0);
				nextA[l][0] = v.x, nextA[l][1] = v.y, nextA[l][2] = v.z, nextA[l][3] = v.w;
			} else {
				nextA[l][0] = inside ? *p : 0;
			}
		}
#pragma unroll
		for (int l = 0; l < LOADS_B; l++) {
			int e = t + l * THREADS, q = from + e / (COLS / 4), c = column + e % (COLS / 4) * 4;
			if (e < QUADS_B) nextB[l] = q < depth && c < width ? *(const float4 *)(w + q * (int)width + c) : make_float4(0, 0, 0, 0);
		}
	};
	auto store = [&](int to) {
#pragma unroll
		for (int l = 0; l < LOADS; l++)
#pragma unroll
			for (int v = 0; v < WIDE; v++) a[to][k + v][row + l * DOWN] = nextA[l][v];
#pragma unroll
		for (int l = 0; l < LOADS_B; l++) {
			int e = t + l * THREADS;
			if (e < QUADS_B) *(float4 *)&b[to][e / (COLS / 4)][e % (COLS / 4) * 4] = nextB[l];
		}
	};

	const int i0 = t / (COLS / 4) * ROWS_EACH, j0 = t % (COLS / 4) * 4;
	float sum[ROWS_EACH][4] = {};
	load(0);
	store(0);
	__syncthreads();
	for (int from = 0, buffer = 0; from < depth; from += DEPTH, buffer ^= 1) {
		bool more = from + DEPTH < depth;
		if (more) load(from + DEPTH);
#pragma unroll
		for (int q = 0; q < DEPTH; q++) {
			float4 v = *(const float4 *)&b[buffer][q][j0];
#pragma unroll
			for (int i = 0; i < ROWS_EACH; i += 4) {
				float4 u = *(const float4 *)&a[buffer][q][i0 + i];
				const float us[4] = {u.x, u.y, u.z, u.w};
#pragma unroll
				for (int r = 0; r < 4; r++) {
					sum[i + r][0] = fmaf(us[r], v.x, sum[i + r][0]);
					sum[i + r][1] = fmaf(us[r], v.y, sum[i + r][1]);
					sum[i + r][2] = fmaf(us[r], v.z, sum[i + r][2]);
					sum[i + r][3] = fmaf(us[r], v.w, sum[i + r][3]);
				}
			}
		}
		if (more) store(buffer ^ 1);
		__syncthreads();
	}

#pragma unroll
	for (int j = 0; j < 4; j++) {
		int filter = column + j0 + j;
		float add = bias && filter < cols ? bias[group * cols + filter] : 0;
#pragma unroll
		for (int i = 0; i < ROWS_EACH; i++) {
			sum[i][j] += add;
			if (rectify) sum[i][j] = relu(sum[i][j]);
		}
	}
	const int c = column + j0; // the first of four
	if constexpr (POOL) { // there is one group
		Int words = (cols + 15) / 16;
		bool aligned = rowsAligned(y, cols);
#pragma unroll
		for (int i = 0; i < ROWS_EACH; i += 4) {
			Int window = (first + i0 + i) / 4;
			bool inside = first + i0 + i < pixels;
			unsigned word = 0;
			float best[4];
#pragma unroll
			for (int j = 0; j < 4; j++) {
				unsigned at = 0;
				best[j] = sum[i][j];
#pragma unroll
				for (int k = 1; k < 4; k++) {
					float v = sum[i + k][j];
					if (v > best[j] || (v != v && best[j] == best[j])) at = k, best[j] = v;
				}
				if (c + j < cols) word |= (at % 2 | at / 2 << 16) << (c + j) % 16;
			}
			// Four threads side by side have the 16 channels of a word.
			word |= __shfl_xor_sync(0xffffffffu, word, 1);
			word |= __shfl_xor_sync(0xffffffffu, word, 2);
			if (!inside) continue;
			put(y + window * cols + c, make_float4(best[0], best[1], best[2], best[3]), cols - c, aligned);
			if (c % 16 == 0 && c < cols) corner[window * words + c / 16] = word;
		}
	} else {
		bool aligned = rowsAligned(y, f) && cols % 4 == 0;
#pragma unroll
		for (int i = 0; i < ROWS_EACH; i++) {
			Int p = first + i0 + i, at = p * f + group * cols + c;
			if (p >= pixels) continue;
#pragma unroll
			for (int j = 0; j < 4; j++)
				if (gate && c + j < cols && gate[at + j] <= 0) sum[i][j] = 0;
			put(y + at, make_float4(sum[i][0], sum[i][1], sum[i][2], sum[i][3]), cols - c, aligned);
		}
	}
}

#define CONVOLUTION(NAME, ROWS, COLS, ROWS_EACH, QUADS, POOL)                                                                            \
	KERNEL __launch_bounds__(THREADS) NAME(float *y, unsigned *corner, const float *x, const float *w, const float *bias,                  \
		const float *gate, Int pixels, Int inner, Int cols, Int width, Int f, Int rectify, Int h, Int wide, Int c, Int outH, Int outW, Int kw,  \
		Int taps, Int stride, Int step, Int top, Int left, Int spread) {                                                                     \
		Window g = {h, wide, c, outH, outW, kw, taps, stride, step, top, left, spread};                                                        \
		convolve<ROWS, COLS, ROWS_EACH, QUADS, POOL>(y, corner, x, w, bias, gate, pixels, inner, cols, width, f, rectify, g);                  \
	}

CONVOLUTION(conv16, 128, 16, 4, false, false)
CONVOLUTION(conv32, 128, 32, 8, false, false)
CONVOLUTION(conv64, 64, 64, 8, false, false)
CONVOLUTION(conv16Quads, 128, 16, 4, true, false)
CONVOLUTION(conv32Quads, 128, 32, 8, true, false)
CONVOLUTION(conv64Quads, 64, 64, 8, true, false)
CONVOLUTION(conv16Pool, 128, 16, 4, false, true)
CONVOLUTION(conv32Pool, 128, 32, 8, false, true)
CONVOLUTION(conv64Pool, 64, 64, 8, false, true)
CONVOLUTION(conv16QuadsPool, 128, 16, 4, true, true)
CONVOLUTION(conv32QuadsPool, 128, 32, 8, true, true)
CONVOLUTION(conv64QuadsPool, 64, 64, 8, true, true)

// The gradient of filters, as a product: a row is a tap and a channel of the input, a
// column a filter, and the terms are pixels of the output. A block takes 64 rows and the
// pixels of a share; the shares are added up in order by addFilters. With a corner, dy is
// that of what POOL wrote, and a pixel has it where it was the largest.
template <int COLS, int ROWS_EACH>
__device__ __forceinline__ void convolveFilters(float *part, const float *x, const float *dy, const unsigned *corner, Int pixels, Int share,
	Int innerChannels, Int cols, Int f, Int groups, const Window &g) {
	constexpr int ROWS = 64;
	static_assert(ROWS / ROWS_EACH * (COLS / 4) == THREADS, "a thread has a part of the tile");
	alignas(16) __shared__ float a[2][DEPTH][ROWS], b[2][DEPTH][COLS];
	__shared__ Int image[2][DEPTH], source[2][DEPTH];
	__shared__ int top[2][DEPTH], left[2][DEPTH], at[2][DEPTH];

	const int t = threadIdx.x;
	const int inner = (int)innerChannels, rows = (int)g.taps * inner;
	const int high = (int)g.h, wide = (int)g.w, channels = (int)g.c;
	const int firstRow = blockIdx.x * ROWS, column = blockIdx.y * COLS;
	const Int group = blockIdx.z % groups, block = blockIdx.z / groups;
	const Int from = block * share, end = min(from + share, pixels);
	const int words = (int)(f + 15) / 16;
	x += group * inner;
	dy += group * cols;

	// A thread loads one row of a, and one column of b.
	const int row = t % ROWS, q = firstRow + row;
	const int tap = q / inner, channel = q - tap * inner;
	const int r = tap / (int)g.kw * (int)g.step, s = tap % (int)g.kw * (int)g.step;
	const int c = column + t % COLS;
	constexpr int LOADS_A = ROWS * DEPTH / THREADS, LOADS_B = COLS * DEPTH / THREADS;
	float nextA[LOADS_A], nextB[LOADS_B];

	// Where the pixels of a tile lie is worked out while the one before is computed.
	auto locate = [&](Int first, int to) {
		if (t >= DEPTH) return;
		Int p = first + t, i, j;
		Int n = divide(divide(p, g.outW, j), g.outH, i);
		bool inside = p < end;
		image[to][t] = n * g.h * g.w * g.c;
		top[to][t] = inside ? (int)(i * g.stride + g.top) : -(1 << 30);
		left[to][t] = (int)(j * g.stride + g.left);
		if (corner) {
			Int outH = g.outH / 2, outW = g.outW / 2;
			inside = inside && i / 2 < outH && j / 2 < outW;
			p = (n * outH + i / 2) * outW + j / 2;
			at[to][t] = (int)(i % 2 * 2 + j % 2);
		}
		source[to][t] = inside ? p : -1;
	};
	auto load = [&](int of) {
#pragma unroll
		for (int l = 0; l < LOADS_A; l++) {
			int p = t / ROWS + l * (THREADS / ROWS);
			int i = top[of][p] + r, j = left[of][p] + s;
			bool inside = q < rows && i >= 0 && j >= 0 && i < high && j < wide;
			nextA[l] = inside ? x[image[of][p] + ((i * wide + j) * channels + channel)] : 0;
		}
#pragma unroll
		for (int l = 0; l < LOADS_B; l++) {
			int p = t / COLS + l * (THREADS / COLS);
			Int from = source[of][p];
			bool inside = from >= 0 && c < cols;
			if (corner && inside) {
				int filter = (int)(group * cols) + c;
				unsigned word = corner[from * words + filter / 16] >> filter % 16;
				inside = (int)((word & 1) | (word >> 15 & 2)) == at[of][p];
			}
			nextB[l] = inside ? dy[from * f + c] : 0;
		}
	};
	auto store = [&](int to) {
#pragma unroll
		for (int l = 0; l < LOADS_A; l++) a[to][t / ROWS + l * (THREADS / ROWS)][row] = nextA[l];
#pragma unroll
		for (int l = 0; l < LOADS_B; l++) b[to][t / COLS + l * (THREADS / COLS)][t % COLS] = nextB[l];
	};

	const int i0 = t / (COLS / 4) * ROWS_EACH, j0 = t % (COLS / 4) * 4;
	float sum[ROWS_EACH][4] = {};
	locate(from, 0);
	__syncthreads();
	load(0);
	store(0);
	locate(from + DEPTH, 1);
	__syncthreads();
	int buffer = 0;
	for (Int first = from; first < end; first += DEPTH, buffer ^= 1) {
		bool more = first + DEPTH < end;
		if (more) load(buffer ^ 1);
		if (more) locate(first + 2 * DEPTH, buffer); // which was read before the barrier
#pragma unroll
		for (int k = 0; k < DEPTH; k++) {
			float4 v = *(const float4 *)&b[buffer][k][j0];
#pragma unroll
			for (int i = 0; i < ROWS_EACH; i++) {
				float u = a[buffer][k][i0 + i];
				sum[i][0] = fmaf(u, v.x, sum[i][0]);
				sum[i][1] = fmaf(u, v.y, sum[i][1]);
				sum[i][2] = fmaf(u, v.z, sum[i][2]);
				sum[i][3] = fmaf(u, v.w, sum[i][3]);
			}
		}
		if (more) store(buffer ^ 1);
		__syncthreads();
	}

	part += (block * groups + group) * rows * cols;
	const int to = column + j0; // the first of four
	const bool aligned = rowsAligned(part, cols);
#pragma unroll
	for (int i = 0; i < ROWS_EACH; i++) {
		int q = firstRow + i0 + i;
		if (q < rows) put(part + q * cols + to, make_float4(sum[i][0], sum[i][1], sum[i][2], sum[i][3]), cols - to, aligned);
	}
}

#define FILTERS(NAME, COLS, ROWS_EACH)                                                                                                   \
	KERNEL __launch_bounds__(THREADS) NAME(float *part, const float *x, const float *dy, const unsigned *corner, Int pixels, Int share,    \
		Int inner, Int cols, Int f, Int groups, Int h, Int wide, Int c, Int outH, Int outW, Int kw, Int taps, Int stride, Int step, Int top,   \
		Int left) {                                                                                                                          \
		Window g = {h, wide, c, outH, outW, kw, taps, stride, step, top, left, 1};                                                             \
		convolveFilters<COLS, ROWS_EACH>(part, x, dy, corner, pixels, share, inner, cols, f, groups, g);                                       \
	}

FILTERS(convFilters16, 16, 2)
FILTERS(convFilters32, 32, 4)
FILTERS(convFilters64, 64, 8)

// addFilters adds up the shares of convFilters, each n numbers, and puts them where
// filters have them.
KERNEL addFilters(float *dw, const float *part, Int n, Int shares, Int taps, Int inner, Int cols) {
	Int i = here(), p, q, tap;
	if (i >= n) return;
	Int group = divide(divide(divide(i, cols, p), inner, q), taps, tap);
	float sum = 0;
	for (Int s = 0; s < shares; s++) sum += part[s * n + i];
	dw[((group * cols + p) * inner + q) * taps + tap] = sum;
}
