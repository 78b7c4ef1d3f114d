// What the zoo uses of CUDA and gorgonia.org/cu does not have: launches without allocations, graphs,
// pinned memory, kernels' attributes, NVRTC's machine code, and cuBLAS with streams, math modes and
// strides. Every function that needs a context sets it: which thread calls it is Go's affair.

#include <cuda.h>
#include <dlfcn.h>
#include <stdint.h>
#include <stdlib.h>

static CUresult zoo_launch(CUcontext c, CUstream s, CUfunction f, unsigned x, unsigned y, unsigned z, unsigned threads, unsigned shared, uint64_t *args, int n) {
	void *p[64];
	for (int i = 0; i < n; i++) p[i] = args + i;
	CUresult e = cuCtxSetCurrent(c);
	return e ? e : cuLaunchKernel(f, x, y, z, threads, 1, 1, shared, s, p, NULL);
}

static CUresult zoo_allow_shared(CUcontext c, CUfunction f, int bytes) {
	CUresult e = cuCtxSetCurrent(c);
	return e ? e : cuFuncSetAttribute(f, CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES, bytes);
}

static CUresult zoo_pinned(CUcontext c, void **p, size_t n) {
	CUresult e = cuCtxSetCurrent(c);
	return e ? e : cuMemHostAlloc(p, n, 0);
}

static CUresult zoo_begin(CUcontext c, CUstream s) {
	CUresult e = cuCtxSetCurrent(c);
	// Relaxed: memory may be allocated meanwhile.
	return e ? e : cuStreamBeginCapture(s, CU_STREAM_CAPTURE_MODE_RELAXED);
}

// zoo_end ends a capture. With exec it makes a graph to launch of it.
static CUresult zoo_end(CUcontext c, CUstream s, CUgraphExec *exec) {
	CUgraph g = NULL;
	CUresult e = cuCtxSetCurrent(c);
	if (e) return e;
	e = cuStreamEndCapture(s, &g);
	if (e) return e;
	if (exec) e = cuGraphInstantiateWithFlags(exec, g, 0);
	cuGraphDestroy(g);
	return e;
}

static CUresult zoo_replay(CUcontext c, CUstream s, CUgraphExec g) {
	CUresult e = cuCtxSetCurrent(c);
	return e ? e : cuGraphLaunch(g, s);
}

static const char *zoo_error_name(CUresult e) { const char *s = NULL; cuGetErrorName(e, &s); return s; }
static const char *zoo_error_text(CUresult e) { const char *s = NULL; cuGetErrorString(e, &s); return s; }

// ---- cuBLAS, declared here so that nobody needs its headers ----

extern int cublasCreate_v2(void **handle);
extern int cublasDestroy_v2(void *handle);
extern int cublasSetStream_v2(void *handle, void *stream);
extern int cublasSetWorkspace_v2(void *handle, void *p, size_t bytes);
extern int cublasSetMathMode(void *handle, int mode);
extern int cublasSgemmStridedBatched(void *handle, int ta, int tb, int m, int n, int k, const float *alpha, const float *a, int lda, long long sa,
	const float *b, int ldb, long long sb, const float *beta, float *c, int ldc, long long sc, int count);

enum { zoo_default_math = 0, zoo_tf32_math = 3 };

static int zoo_blas(CUcontext c, CUstream s, uintptr_t workspace, size_t bytes, int mode, void **handle) {
	if (cuCtxSetCurrent(c)) return 1;
	int e = cublasCreate_v2(handle);
	if (e) return e;
	e = cublasSetStream_v2(*handle, s);
	if (!e) e = cublasSetWorkspace_v2(*handle, (void *)workspace, bytes);
	if (!e) e = cublasSetMathMode(*handle, mode);
	if (e) {
		cublasDestroy_v2(*handle);
		*handle = NULL;
	}
	return e;
}

static int zoo_blas_close(CUcontext c, void *handle) { return cuCtxSetCurrent(c) ? 1 : cublasDestroy_v2(handle); }

static int zoo_multiply(CUcontext c, void *handle, int ta, int tb, int m, int n, int k, uintptr_t a, int lda, long long sa,
	uintptr_t b, int ldb, long long sb, float beta, uintptr_t to, int ldc, long long sc, int count) {
	float one = 1;
	if (cuCtxSetCurrent(c)) return 1;
	return cublasSgemmStridedBatched(handle, ta, tb, m, n, k, &one, (const float *)a, lda, sa, (const float *)b, ldb, sb, &beta, (float *)to, ldc, sc, count);
}

// ---- NVRTC, looked for at run time: whoever has kernels compiled needs none ----

typedef struct {
	const char *(*error)(int);
	int (*version)(int *, int *);
	int (*create)(void **, const char *, const char *, int, const char *const *, const char *const *);
	int (*compile)(void *, int, const char *const *);
	int (*size)(void *, size_t *);
	int (*code)(void *, char *);
	int (*logSize)(void *, size_t *);
	int (*log)(void *, char *);
	int (*destroy)(void **);
} zoo_nvrtc;

// zoo_nvrtc_open returns 0 if there is one.
static int zoo_nvrtc_open(zoo_nvrtc *n) {
	static const char *const names[] = {"libnvrtc.so.13", "libnvrtc.so.12", "libnvrtc.so"};
	void *h = NULL;
	for (int i = 0; !h && i < 3; i++) h = dlopen(names[i], RTLD_NOW | RTLD_LOCAL);
	if (!h) return 1;
	struct { void **to; const char *name; } all[] = {
		{(void **)&n->error, "nvrtcGetErrorString"}, {(void **)&n->version, "nvrtcVersion"}, {(void **)&n->create, "nvrtcCreateProgram"},
		{(void **)&n->compile, "nvrtcCompileProgram"}, {(void **)&n->size, "nvrtcGetCUBINSize"}, {(void **)&n->code, "nvrtcGetCUBIN"},
		{(void **)&n->logSize, "nvrtcGetProgramLogSize"}, {(void **)&n->log, "nvrtcGetProgramLog"}, {(void **)&n->destroy, "nvrtcDestroyProgram"},
	};
	for (int i = 0; i < (int)(sizeof all / sizeof *all); i++)
		if (!(*all[i].to = dlsym(h, all[i].name))) return 1;
	return 0;
}

static int zoo_nvrtc_version(zoo_nvrtc *n, int *major, int *minor) { return n->version(major, minor); }

// zoo_nvrtc_compile returns NVRTC's error. What it puts in code and log is the caller's to free.
static int zoo_nvrtc_compile(zoo_nvrtc *n, const char *source, const char *name, int options, const char **option, char **code, size_t *bytes, char **log) {
	void *p = NULL;
	size_t logBytes = 0;
	int e = n->create(&p, source, name, 0, NULL, NULL);
	if (e) return e;
	e = n->compile(p, options, option);
	if (!n->logSize(p, &logBytes) && (*log = calloc(1, logBytes + 1))) n->log(p, *log);
	if (!e) e = n->size(p, bytes);
	if (!e && (*code = malloc(*bytes))) e = n->code(p, *code);
	n->destroy(&p);
	return e;
}

static const char *zoo_nvrtc_error(zoo_nvrtc *n, int e) { return n->error(e); }
