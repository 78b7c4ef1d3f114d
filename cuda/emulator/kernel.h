// What a kernel finds in CUDA, for the host: a kernel compiled with this header
// runs block by block on one processor. Threads of a block that wait for each
// other are fibers; those that wait for nobody run one after the other in a loop.
//
// What a GPU would let pass, or not always punish, is an error here: accesses
// beyond memory (pages around it are forbidden), beyond an array's bounds, or to
// addresses that are no multiple of the type's size; overflow of signed integers; barriers that
// not all threads reach; shared memory that is read before it is written (it holds
// NaNs). Every other block runs its threads from the last to the first, and every
// other launch its blocks: a kernel that lacks a barrier gives wrong results.
#pragma once

#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <type_traits>
#include <utility>
#include <sys/mman.h>
#include <ucontext.h>

// NVRTC without headers has none of these.
#undef INFINITY
#undef NAN
#undef HUGE_VALF
#undef NULL
#undef assert

#define __global__
#define __device__
#define __host__
#define __forceinline__ inline
#define __noinline__ __attribute__((noinline))
#define __launch_bounds__(...)
#define __align__(n) alignas(n)
#define __constant__ static
#define __shared__ static // compile says what else

struct uint3 { unsigned x, y, z; };
struct dim3 {
	unsigned x, y, z;
	constexpr dim3(unsigned x = 1, unsigned y = 1, unsigned z = 1) : x(x), y(y), z(z) {}
};

#define ZOO_VECTOR(T, N, A2, A4)                                                               \
	struct alignas(A2) N##2 { T x, y; };                                                       \
	struct N##3 { T x, y, z; };                                                                \
	struct alignas(A4) N##4 { T x, y, z, w; };                                                 \
	static inline N##2 make_##N##2(T x, T y) { return {x, y}; }                                \
	static inline N##3 make_##N##3(T x, T y, T z) { return {x, y, z}; }                        \
	static inline N##4 make_##N##4(T x, T y, T z, T w) { return {x, y, z, w}; }
ZOO_VECTOR(float, float, 8, 16)
ZOO_VECTOR(int, int, 8, 16)
struct alignas(8) uint2 { unsigned x, y; };
struct alignas(16) uint4 { unsigned x, y, z, w; };
struct alignas(16) double2 { double x, y; };
struct alignas(16) longlong2 { long long x, y; };
static inline uint2 make_uint2(unsigned x, unsigned y) { return {x, y}; }
static inline uint4 make_uint4(unsigned x, unsigned y, unsigned z, unsigned w) { return {x, y, z, w}; }
static inline double2 make_double2(double x, double y) { return {x, y}; }
#undef ZOO_VECTOR

static uint3 threadIdx, blockIdx;
static dim3 blockDim, gridDim;
static const int warpSize = 32;

// ---- Fibers ----

namespace zoo {

using bits = unsigned long long;
enum { maxThreads = 1024, stackBytes = 256 << 10, maxShared = 256 << 10 };

#if defined(__x86_64__)
// switch_to saves what a call must preserve on the stack, leaves the stack's
// pointer in *from, and goes on where to was left.
extern "C" void zoo_switch(void **from, void *to) __attribute__((visibility("hidden")));
asm(R"(
	.text
	.hidden zoo_switch
	.globl zoo_switch
	.type zoo_switch, @function
zoo_switch:
	pushq %rbp
	pushq %rbx
	pushq %r12
	pushq %r13
	pushq %r14
	pushq %r15
	movq %rsp, (%rdi)
	movq %rsi, %rsp
	popq %r15
	popq %r14
	popq %r13
	popq %r12
	popq %rbx
	popq %rbp
	ret
	.size zoo_switch, .-zoo_switch
)");
using Saved = void *;
static inline void switch_to(Saved &from, Saved &to) { zoo_switch(&from, to); }
static void prepare(Saved &s, char *stack, void (*f)()) {
	void **top = (void **)(stack + stackBytes);
	*--top = nullptr; // where f would return to
	*--top = (void *)f;
	s = top - 6; // six registers with whatever is in them
}
#else
using Saved = ucontext_t;
static inline void switch_to(Saved &from, Saved &to) { swapcontext(&from, &to); }
static void prepare(Saved &s, char *stack, void (*f)()) {
	getcontext(&s);
	s.uc_stack.ss_sp = stack;
	s.uc_stack.ss_size = stackBytes;
	s.uc_link = nullptr;
	makecontext(&s, f, 0);
}
#endif

enum State : unsigned char { fresh_, ready_, atBarrier, atWarp, done_ };

struct Thread {
	State state;
	int line;          // where it waits
	unsigned mask;     // for whom, in its warp
	unsigned group;    // with whom it last waited
	bits given, seen;  // what it gives its warp, what its warp sees
	int fiber;
};

struct Fiber {
	char *stack;
	Saved saved;
};

struct Run {
	const char *kernel;
	void (*call)(void **);
	void **args;
	int threads, next, live, current; // next is the number of threads begun
	bool backwards;
	Thread thread[maxThreads];
	Fiber fiber[maxThreads];
	int fibers, idle[maxThreads], nidle, running;
	Saved scheduler;
	int error; // CUDA's number
};
static Run run;
static long blockNumber; // since the module was loaded
static char *dynamicEnd, *dynamicShared;

static inline void place(int t) {
	run.current = t;
	if (blockDim.x == (unsigned)run.threads) {
		threadIdx.x = t;
		return;
	}
	threadIdx.x = t % blockDim.x;
	threadIdx.y = t / blockDim.x % blockDim.y;
	threadIdx.z = t / (blockDim.x * blockDim.y);
}

// fail ends the launch.
[[noreturn]] static void fail(int error) {
	run.error = error;
	Saved dead;
	switch_to(dead, run.scheduler);
	abort();
}

static void where(FILE *f) {
	fprintf(f, "emulator: kernel %s, block (%u, %u, %u) of (%u, %u, %u), thread (%u, %u, %u) of (%u, %u, %u): ", run.kernel,
		blockIdx.x, blockIdx.y, blockIdx.z, gridDim.x, gridDim.y, gridDim.z,
		threadIdx.x, threadIdx.y, threadIdx.z, blockDim.x, blockDim.y, blockDim.z);
}

// A fiber begins threads until one of them waits; that keeps the fiber until it is done.
static void work() {
	for (;;) {
		while (run.next < run.threads) {
			int i = run.next++;
			int t = run.backwards ? run.threads - 1 - i : i;
			run.thread[t].fiber = run.running;
			place(t);
			run.call(run.args);
			run.thread[t].state = done_;
			run.live--;
		}
		int f = run.running;
		run.idle[run.nidle++] = f;
		switch_to(run.fiber[f].saved, run.scheduler);
	}
}

static void wait(State s, int line, unsigned mask, bits given) {
	int t = run.current;
	Thread &self = run.thread[t];
	self.state = s;
	self.line = line;
	self.mask = mask;
	self.given = given;
	switch_to(run.fiber[self.fiber].saved, run.scheduler);
}

static void resume(int f) {
	run.running = f;
	switch_to(run.scheduler, run.fiber[f].saved);
}

static int newFiber() {
	if (run.nidle > 0) return run.idle[--run.nidle];
	int f = run.fibers++;
	Fiber &n = run.fiber[f];
	if (!n.stack) {
		char *p = (char *)mmap(nullptr, stackBytes + 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
		if (p == MAP_FAILED) { perror("emulator: stack of a fiber"); abort(); }
		mprotect(p, 4096, PROT_NONE);
		n.stack = p + 4096;
	}
	prepare(n.saved, n.stack, work);
	return f;
}

// release lets go on who waits for nobody any more, and reports whether it found any.
static bool release() {
	bool any = false;
	for (int w = 0; w < run.threads; w += 32) {
		int lanes = run.threads - w < 32 ? run.threads - w : 32;
		for (int l = 0; l < lanes; l++) {
			Thread &first = run.thread[w + l];
			if (first.state != atWarp) continue;
			unsigned group = 0;
			bool all = first.mask >> l & 1;
			for (int k = 0; k < lanes && all; k++) {
				Thread &t = run.thread[w + k];
				if (!(first.mask >> k & 1) || t.state == done_) continue;
				all = t.state == atWarp && t.line == first.line && t.mask == first.mask;
				group |= 1u << k;
			}
			if (!all) continue;
			for (int k = 0; k < lanes; k++) {
				Thread &t = run.thread[w + k];
				if (group >> k & 1) t.seen = t.given, t.group = group, t.state = ready_;
			}
			any = true;
		}
	}
	if (any) return true;
	int line = 0;
	for (int t = 0; t < run.threads; t++) {
		Thread &x = run.thread[t];
		if (x.state == done_) continue;
		if (x.state != atBarrier || (line && x.line != line)) return false;
		line = x.line;
	}
	for (int t = 0; t < run.threads; t++)
		if (run.thread[t].state == atBarrier) run.thread[t].state = ready_;
	return run.live > 0;
}

static void block() {
	run.next = 0;
	run.live = run.threads;
	run.fibers = run.nidle = 0;
	for (int t = 0; t < run.threads; t++) run.thread[t].state = fresh_;
	while (!run.error) {
		if (run.next < run.threads) {
			resume(newFiber());
			continue;
		}
		if (run.live == 0) return;
		if (!release()) {
			where(stderr);
			fprintf(stderr, "threads wait for each other:");
			int shown = 0;
			for (int t = 0; t < run.threads && shown < 8; t++) {
				Thread &x = run.thread[t];
				if (x.state == done_ || (t > 0 && x.state == run.thread[t - 1].state && x.line == run.thread[t - 1].line)) continue;
				fprintf(stderr, " from %d on in line %d%s", t, x.line, x.state == atWarp ? " (warp)" : "");
				shown++;
			}
			fprintf(stderr, ", %d are done\n", run.threads - run.live);
			run.error = 719; // CUDA_ERROR_LAUNCH_FAILED
			return;
		}
		for (int i = 0; i < run.threads && !run.error; i++) {
			int t = run.backwards ? run.threads - 1 - i : i;
			if (run.thread[t].state != ready_) continue;
			run.thread[t].state = fresh_;
			place(t);
			resume(run.thread[t].fiber);
		}
	}
}

// first fills a block's shared variable with NaNs when its first thread comes by.
static inline void first(long &block, void *p, size_t n) {
	if (block == blockNumber) return;
	block = blockNumber;
	memset(p, 0xFF, n);
}

struct Kernel {
	const char *name;
	void (*call)(void **);
	int parameters;
	Kernel *next;
};
static Kernel *kernels;

template <auto F> struct Register;
template <class... A, void (*F)(A...)> struct Register<F> {
	static_assert(((sizeof(A) == 8) && ...), "a kernel's parameters have 8 bytes each: pointers, long long, double");
	Kernel k;
	template <size_t... I> static void unpack(void **args, std::index_sequence<I...>) { F(*(A *)args[I]...); }
	static void call(void **args) { unpack(args, std::index_sequence_for<A...>()); }
	Register(const char *name) : k{name, call, (int)sizeof...(A), kernels} { kernels = &k; }
};

} // namespace zoo

#define ZOO_KERNEL(f) static zoo::Register<f> zoo_register_##f(#f);

// What the driver calls.
#define ZOO_EXPORT extern "C" __attribute__((visibility("default")))

// zoo_kernel finds a kernel, or returns null.
ZOO_EXPORT void *zoo_kernel(const char *name) {
	for (zoo::Kernel *k = zoo::kernels; k; k = k->next)
		if (!strcmp(k->name, name)) return k;
	return nullptr;
}

ZOO_EXPORT int zoo_parameters(void *kernel) { return ((zoo::Kernel *)kernel)->parameters; }

// zoo_launch runs a kernel and returns CUDA's error, 0 for none.
ZOO_EXPORT int zoo_launch(void *kernel, const unsigned grid[3], const unsigned block[3], unsigned shared, void **args) {
	using namespace zoo;
	static long launches;
	bool backwards = launches++ % 2;
	Kernel *k = (Kernel *)kernel;
	run.kernel = k->name;
	run.call = k->call;
	run.args = args;
	run.error = 0;
	gridDim = dim3(grid[0], grid[1], grid[2]);
	blockDim = dim3(block[0], block[1], block[2]);
	run.threads = block[0] * block[1] * block[2];
	threadIdx = {0, 0, 0};
	if (run.threads < 1 || run.threads > maxThreads || shared > maxShared) return 1; // CUDA_ERROR_INVALID_VALUE
	if (!dynamicEnd) {
		char *p = (char *)mmap(nullptr, maxShared + 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		if (p == MAP_FAILED) { perror("emulator: shared memory"); abort(); }
		dynamicEnd = p + maxShared;
		mprotect(dynamicEnd, 4096, PROT_NONE);
	}
	dynamicShared = dynamicEnd - (shared + 15) / 16 * 16;
	long blocks = (long)grid[0] * grid[1] * grid[2];
	for (long i = 0; i < blocks && !run.error; i++) {
		long b = backwards ? blocks - 1 - i : i;
		blockIdx.x = b % grid[0];
		blockIdx.y = b / grid[0] % grid[1];
		blockIdx.z = b / ((long)grid[0] * grid[1]);
		run.backwards = (++blockNumber) % 2 == 0;
		memset(dynamicShared, 0xFF, dynamicEnd - dynamicShared);
		zoo::block();
	}
	return run.error;
}

// zoo_where writes which thread of which kernel runs; zoo_fail ends the launch with an error of
// CUDA's. For handlers of signals.
ZOO_EXPORT void zoo_where(void) { zoo::where(stderr); }
ZOO_EXPORT void zoo_fail(int error) { zoo::fail(error); }

// ---- What the compiler's checks call: GCC's undefined behaviour sanitizer ----

namespace zoo {
struct Location { const char *file; uint32_t line, column; };
[[noreturn]] static void undefined(void *data, const char *what, int error) {
	Location *l = (Location *)data;
	where(stderr);
	fprintf(stderr, "%s:%u:%u: %s\n", l->file, l->line, l->column, what);
	fail(error);
}
} // namespace zoo
#define ZOO_CHECK(name, what, error) \
	extern "C" __attribute__((visibility("hidden"))) void __ubsan_handle_##name##_abort(void *data, uintptr_t, uintptr_t) { zoo::undefined(data, what, error); }
ZOO_CHECK(out_of_bounds, "index beyond an array's bounds", 700)
ZOO_CHECK(type_mismatch_v1, "an address that is no multiple of the type's alignment", 716)
ZOO_CHECK(divrem_overflow, "division by zero", 719)
ZOO_CHECK(add_overflow, "a sum of signed integers overflows", 719)
ZOO_CHECK(sub_overflow, "a difference of signed integers overflows", 719)
ZOO_CHECK(mul_overflow, "a product of signed integers overflows", 719)
ZOO_CHECK(negate_overflow, "a negated integer overflows", 719)
ZOO_CHECK(shift_out_of_bounds, "a shift by more than there are bits", 719)
#undef ZOO_CHECK

// ---- Barriers and warps ----

#define __syncthreads() zoo::wait(zoo::atBarrier, __LINE__, 0, 0)
#define __syncwarp(...) zoo::warp(__LINE__, ##__VA_ARGS__)
#define __shfl_sync(...) zoo::shfl(__LINE__, __VA_ARGS__)
#define __shfl_down_sync(...) zoo::shflDown(__LINE__, __VA_ARGS__)
#define __shfl_up_sync(...) zoo::shflUp(__LINE__, __VA_ARGS__)
#define __shfl_xor_sync(...) zoo::shflXor(__LINE__, __VA_ARGS__)
#define __ballot_sync(mask, p) zoo::ballot(__LINE__, mask, p)
#define __any_sync(mask, p) (zoo::ballot(__LINE__, mask, p) != 0)
#define __all_sync(mask, p) zoo::all(__LINE__, mask, p)
#define __activemask() zoo_has_no_activemask

namespace zoo {
static inline void warp(int line, unsigned mask = 0xFFFFFFFFu) { wait(atWarp, line, mask, 0); }

template <class T> static T exchange(int line, unsigned mask, T v, int from) {
	static_assert(sizeof(T) <= 8, "shuffles move 4 or 8 bytes");
	bits given = 0;
	memcpy(&given, &v, sizeof v);
	wait(atWarp, line, mask, given);
	int self = run.current;
	memset(&v, 0xFF, sizeof v); // what a thread gets that does not take part
	if (run.thread[self].group >> from & 1) memcpy(&v, &run.thread[self / 32 * 32 + from].seen, sizeof v);
	return v;
}
static inline int lane() { return run.current % 32; }
template <class T> static T shfl(int line, unsigned mask, T v, int from, int width = 32) {
	return exchange(line, mask, v, lane() / width * width + (from & (width - 1)));
}
template <class T> static T shflDown(int line, unsigned mask, T v, unsigned by, int width = 32) {
	int to = lane() + by;
	return exchange(line, mask, v, to / width == lane() / width ? to : lane());
}
template <class T> static T shflUp(int line, unsigned mask, T v, unsigned by, int width = 32) {
	int to = lane() - (int)by;
	return exchange(line, mask, v, to >= lane() / width * width ? to : lane());
}
template <class T> static T shflXor(int line, unsigned mask, T v, int with, int width = 32) {
	int to = lane() ^ with;
	return exchange(line, mask, v, to / width <= lane() / width ? to : lane());
}
static inline unsigned ballot(int line, unsigned mask, int p) {
	wait(atWarp, line, mask, p != 0);
	unsigned b = 0, group = run.thread[run.current].group;
	for (int l = 0; l < 32; l++)
		if (group >> l & 1 && run.thread[run.current / 32 * 32 + l].seen) b |= 1u << l;
	return b;
}
static inline bool all(int line, unsigned mask, int p) {
	unsigned b = ballot(line, mask, p);
	return b == run.thread[run.current].group;
}
} // namespace zoo

static inline void __threadfence() {}
static inline void __threadfence_block() {}

// ---- Atomics: nobody else runs ----

template <class T> static inline T atomicAdd(T *p, std::common_type_t<T> v) { T old = *p; *p = old + v; return old; }
template <class T> static inline T atomicSub(T *p, std::common_type_t<T> v) { T old = *p; *p = old - v; return old; }
template <class T> static inline T atomicMax(T *p, std::common_type_t<T> v) { T old = *p; *p = old < v ? v : old; return old; }
template <class T> static inline T atomicMin(T *p, std::common_type_t<T> v) { T old = *p; *p = v < old ? v : old; return old; }
template <class T> static inline T atomicExch(T *p, std::common_type_t<T> v) { T old = *p; *p = v; return old; }
template <class T> static inline T atomicOr(T *p, std::common_type_t<T> v) { T old = *p; *p = old | v; return old; }
template <class T> static inline T atomicAnd(T *p, std::common_type_t<T> v) { T old = *p; *p = old & v; return old; }
template <class T> static inline T atomicCAS(T *p, std::common_type_t<T> cmp, std::common_type_t<T> v) { T old = *p; if (old == cmp) *p = v; return old; }

// ---- Arithmetic ----

template <class T> static inline T __ldg(const T *p) { return *p; }
template <class T> static inline T __ldcs(const T *p) { return *p; }
template <class T> static inline void __stcs(T *p, T v) { *p = v; }

// Macros, since the C library's headers declare functions of these names.
#define __expf(x) expf(x)
#define __exp10f(x) exp10f(x)
#define __logf(x) logf(x)
#define __log2f(x) log2f(x)
#define __log10f(x) log10f(x)
#define __sinf(x) sinf(x)
#define __cosf(x) cosf(x)
#define __sincosf(x, s, c) sincosf(x, s, c)
#define __tanf(x) tanf(x)
#define __powf(x, y) powf(x, y)
static inline float __fdividef(float x, float y) { return x / y; }
static inline float __frcp_rn(float x) { return 1 / x; }
static inline float __fsqrt_rn(float x) { return sqrtf(x); }
static inline float __fadd_rn(float x, float y) { return x + y; }
static inline float __fmul_rn(float x, float y) { return x * y; }
static inline float __fdiv_rn(float x, float y) { return x / y; }
static inline float __fmaf_rn(float x, float y, float z) { return fmaf(x, y, z); }
static inline float __saturatef(float x) { return x > 0 ? x < 1 ? x : 1 : 0; }
static inline float rsqrtf(float x) { return 1 / sqrtf(x); }
static inline double rsqrt(double x) { return 1 / sqrt(x); }
static inline void sincospif(float x, float *s, float *c) { sincosf(x * (float)M_PI, s, c); }
static inline float sinpif(float x) { return sinf(x * (float)M_PI); }
static inline float cospif(float x) { return cosf(x * (float)M_PI); }

template <class To, class From> static inline To zoo_as(From x) {
	static_assert(sizeof(To) == sizeof(From));
	To to;
	memcpy(&to, &x, sizeof to);
	return to;
}
static inline float __int_as_float(int x) { return zoo_as<float>(x); }
static inline float __uint_as_float(unsigned x) { return zoo_as<float>(x); }
static inline int __float_as_int(float x) { return zoo_as<int>(x); }
static inline unsigned __float_as_uint(float x) { return zoo_as<unsigned>(x); }
static inline double __longlong_as_double(long long x) { return zoo_as<double>(x); }
static inline long long __double_as_longlong(double x) { return zoo_as<long long>(x); }
static inline int __float2int_rn(float x) { return (int)lrintf(x); }
static inline int __float2int_rz(float x) { return (int)x; }
static inline float __int2float_rn(int x) { return (float)x; }
static inline float __double2float_rn(double x) { return (float)x; }

static inline int __popc(unsigned x) { return __builtin_popcount(x); }
static inline int __popcll(unsigned long long x) { return __builtin_popcountll(x); }
static inline int __clz(int x) { return x ? __builtin_clz(x) : 32; }
static inline int __clzll(long long x) { return x ? __builtin_clzll(x) : 64; }
static inline int __ffs(int x) { return __builtin_ffs(x); }
static inline unsigned __umulhi(unsigned x, unsigned y) { return (unsigned)((unsigned long long)x * y >> 32); }
static inline int __mulhi(int x, int y) { return (int)((long long)x * y >> 32); }
static inline unsigned long long __umul64hi(unsigned long long x, unsigned long long y) { return (unsigned long long)((unsigned __int128)x * y >> 64); }

template <class A, class B> static inline std::common_type_t<A, B> min(A a, B b) { return std::common_type_t<A, B>(b) < std::common_type_t<A, B>(a) ? b : a; }
template <class A, class B> static inline std::common_type_t<A, B> max(A a, B b) { return std::common_type_t<A, B>(a) < std::common_type_t<A, B>(b) ? b : a; }
using std::isfinite;
using std::isinf;
using std::isnan;
