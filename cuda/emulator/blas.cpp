// What the zoo uses of cuBLAS, without a GPU, as libcublas: products of float matrices, column by
// column in memory, in the order of a stream of the emulated driver.
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <vector>

#include "emulator.h"

using R = int;
enum : R { OK = 0, NOT_INITIALIZED = 1, INVALID_VALUE = 7, EXECUTION_FAILED = 13 };

struct Handle {
	void *stream = nullptr;
	int mode = 0;
};

struct Product {
	int m, n, k, lda, ldb, ldc, count;
	bool ta, tb, tf32;
	float alpha, beta;
	const float *a, *b;
	float *c;
	long long sa, sb, sc;
};

// Tensor cores leave 10 bits of a float's fraction.
static float tf32(float x) {
	uint32_t u;
	memcpy(&u, &x, 4);
	u = (u + 0x1000) & 0xFFFFE000u;
	memcpy(&x, &u, 4);
	return x;
}

static int multiply(const void *data) {
	Product p;
	memcpy(&p, data, sizeof p);
	std::vector<float> column(p.m), right(p.k);
	for (int i = 0; i < p.count; i++, p.a += p.sa, p.b += p.sb, p.c += p.sc)
		for (int j = 0; j < p.n; j++) {
			for (int l = 0; l < p.k; l++) {
				float v = p.tb ? p.b[j + (int64_t)l * p.ldb] : p.b[l + (int64_t)j * p.ldb];
				right[l] = p.tf32 ? tf32(v) : v;
			}
			float *sum = column.data();
			memset(sum, 0, 4 * column.size());
			if (p.ta) {
				for (int r = 0; r < p.m; r++) {
					const float *row = p.a + (int64_t)r * p.lda;
					float part[8] = {};
					int l = 0;
					if (!p.tf32)
						for (; l + 8 <= p.k; l += 8)
							for (int q = 0; q < 8; q++) part[q] += row[l + q] * right[l + q];
					for (; l < p.k; l++) part[0] += (p.tf32 ? tf32(row[l]) : row[l]) * right[l];
					sum[r] = ((part[0] + part[4]) + (part[1] + part[5])) + ((part[2] + part[6]) + (part[3] + part[7]));
				}
			} else {
				for (int l = 0; l < p.k; l++) {
					const float *col = p.a + (int64_t)l * p.lda;
					float v = right[l];
					if (p.tf32)
						for (int r = 0; r < p.m; r++) sum[r] += tf32(col[r]) * v;
					else
						for (int r = 0; r < p.m; r++) sum[r] += col[r] * v;
				}
			}
			float *c = p.c + (int64_t)j * p.ldc;
			for (int r = 0; r < p.m; r++) c[r] = p.alpha * sum[r] + (p.beta == 0 ? 0 : p.beta * c[r]);
		}
	return 0;
}

#define EXPORT extern "C" __attribute__((visibility("default"))) R

EXPORT cublasCreate_v2(Handle **h) { *h = new Handle; return OK; }
EXPORT cublasDestroy_v2(Handle *h) { delete h; return OK; }
EXPORT cublasGetVersion_v2(Handle *, int *v) { *v = 130000; return OK; }
EXPORT cublasSetStream_v2(Handle *h, void *s) { h->stream = s; return OK; }
EXPORT cublasSetMathMode(Handle *h, int mode) { h->mode = mode; return OK; }
EXPORT cublasSetWorkspace_v2(Handle *, void *p, size_t n) {
	return (uintptr_t)p % 256 == 0 && zoo_emulator_has("cublasSetWorkspace", (uint64_t)p, n) ? OK : INVALID_VALUE;
}
EXPORT cublasSetPointerMode_v2(Handle *, int mode) { return mode == 0 ? OK : INVALID_VALUE; }
EXPORT cublasSgemmStridedBatched(Handle *h, int ta, int tb, int m, int n, int k, const float *alpha, const float *a, int lda, long long sa,
	const float *b, int ldb, long long sb, const float *beta, float *c, int ldc, long long sc, int count) {
	if (!h) return NOT_INITIALIZED;
	auto most = [](int x) { return x > 1 ? x : 1; };
	if (m < 0 || n < 0 || k < 0 || count < 0 || lda < most(ta ? k : m) || ldb < most(tb ? n : k) || ldc < most(m)) return INVALID_VALUE;
	if (m == 0 || n == 0 || count == 0) return OK;
	auto has = [&](const char *what, const float *p, int rows, int columns, int ld, long long stride) {
		if (rows == 0 || columns == 0) return true;
		long long last = (count - 1) * stride;
		return zoo_emulator_has(what, (uint64_t)(last < 0 ? p + last : p), 4 * ((last < 0 ? -last : last) + (long long)(columns - 1) * ld + rows));
	};
	if (!has("product, left matrix", a, ta ? k : m, ta ? m : k, lda, sa) || !has("product, right matrix", b, tb ? n : k, tb ? k : n, ldb, sb) ||
		!has("product, result", c, m, n, ldc, sc))
		return EXECUTION_FAILED;
	Product p = {m, n, k, lda, ldb, ldc, count, ta != 0, tb != 0, h->mode == 3, *alpha, *beta, a, b, c, sa, sb, sc};
	return zoo_emulator_enqueue(h->stream, "product of matrices", multiply, &p, sizeof p) ? EXECUTION_FAILED : OK;
}
EXPORT cublasSgemm_v2(Handle *h, int ta, int tb, int m, int n, int k, const float *alpha, const float *a, int lda, const float *b, int ldb, const float *beta, float *c, int ldc) {
	return cublasSgemmStridedBatched(h, ta, tb, m, n, k, alpha, a, lda, 0, b, ldb, 0, beta, c, ldc, 0, 1);
}
