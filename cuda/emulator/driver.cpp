// A CUDA driver without a GPU, as libcuda.so.1.
//
// It does what it is asked as late as it may: a stream's operations wait in a queue until somebody
// waits for them, so a program that reuses or frees what is still needed gives wrong results or a fault.
// Each allocation ends at a forbidden page (after at most 255 bytes that the alignment costs, which are
// looked at when it is freed and at each synchronization), and begins after one. It is full of NaNs.
// Freed memory stays forbidden.
#include <atomic>
#include <csetjmp>
#include <csignal>
#include <cstdarg>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <deque>
#include <dlfcn.h>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <sys/mman.h>
#include <unistd.h>
#include <vector>

#include "emulator.h"

using R = int;
using std::string;

enum : R {
	OK = 0, INVALID_VALUE = 1, OUT_OF_MEMORY = 2, NOT_INITIALIZED = 3, INVALID_DEVICE = 101, INVALID_IMAGE = 200,
	INVALID_CONTEXT = 201, INVALID_PTX = 218, INVALID_HANDLE = 400, NOT_FOUND = 500, NOT_READY = 600, ILLEGAL_ADDRESS = 700,
	MISALIGNED_ADDRESS = 716, LAUNCH_FAILED = 719, NOT_SUPPORTED = 801, CAPTURE_UNSUPPORTED = 900, CAPTURE_INVALIDATED = 901,
	CAPTURE_UNMATCHED = 903,
};

static const struct { R code; const char *name, *text; } errorTable[] = {
	{OK, "CUDA_SUCCESS", "no error"},
	{INVALID_VALUE, "CUDA_ERROR_INVALID_VALUE", "invalid argument"},
	{OUT_OF_MEMORY, "CUDA_ERROR_OUT_OF_MEMORY", "out of memory"},
	{NOT_INITIALIZED, "CUDA_ERROR_NOT_INITIALIZED", "initialization error"},
	{INVALID_DEVICE, "CUDA_ERROR_INVALID_DEVICE", "invalid device ordinal"},
	{INVALID_IMAGE, "CUDA_ERROR_INVALID_IMAGE", "device kernel image is invalid"},
	{INVALID_CONTEXT, "CUDA_ERROR_INVALID_CONTEXT", "invalid device context"},
	{INVALID_PTX, "CUDA_ERROR_INVALID_PTX", "a PTX JIT compilation failed"},
	{INVALID_HANDLE, "CUDA_ERROR_INVALID_HANDLE", "invalid resource handle"},
	{NOT_FOUND, "CUDA_ERROR_NOT_FOUND", "named symbol not found"},
	{NOT_READY, "CUDA_ERROR_NOT_READY", "device not ready"},
	{ILLEGAL_ADDRESS, "CUDA_ERROR_ILLEGAL_ADDRESS", "an illegal memory access was encountered"},
	{MISALIGNED_ADDRESS, "CUDA_ERROR_MISALIGNED_ADDRESS", "misaligned address"},
	{LAUNCH_FAILED, "CUDA_ERROR_LAUNCH_FAILED", "unspecified launch failure"},
	{NOT_SUPPORTED, "CUDA_ERROR_NOT_SUPPORTED", "operation not supported"},
	{CAPTURE_UNSUPPORTED, "CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED", "operation not permitted when stream is capturing"},
	{CAPTURE_INVALIDATED, "CUDA_ERROR_STREAM_CAPTURE_INVALIDATED", "operation failed due to a previous error during capture"},
	{CAPTURE_UNMATCHED, "CUDA_ERROR_STREAM_CAPTURE_UNMATCHED", "the capture was not initiated in this stream"},
};

static std::recursive_mutex mutex;
using Lock = std::lock_guard<std::recursive_mutex>;
static ZooStats stats;

__attribute__((format(printf, 1, 2))) static void say(const char *format, ...) {
	va_list a;
	va_start(a, format);
	fputs("emulator: ", stderr);
	vfprintf(stderr, format, a);
	fputc('\n', stderr);
	va_end(a);
	stats.errors++;
}

// ---- Memory ----

static const size_t page = 4096, total = 2ull << 30, alignment = 256;

struct Allocation {
	uint64_t p;
	size_t bytes, rounded;
	char *mapped;
	size_t mappedBytes;
	long number;
	bool freed, host;
};
static std::map<uint64_t, Allocation> memory; // by where it ends
static std::deque<uint64_t> quarantine;
static long numbers;

static uint64_t allocate(size_t n, bool host) {
	size_t rounded = (n + alignment - 1) / alignment * alignment;
	size_t inside = (rounded + page - 1) / page * page;
	char *m = (char *)mmap(nullptr, inside + 2 * page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (m == MAP_FAILED) return 0;
	mprotect(m + page, inside, PROT_READ | PROT_WRITE);
	char *p = m + page + inside - rounded;
	if (!host) {
		memset(m + page, 0xFF, inside < (256u << 20) ? inside : page);
		memset(p + n, 0xFF, rounded - n);
		stats.allocations++;
		stats.bytes += n;
	}
	uint64_t end = (uint64_t)p + rounded;
	memory[end] = {(uint64_t)p, n, rounded, m, inside + 2 * page, ++numbers, false, host};
	return (uint64_t)p;
}

// at finds what owns an address: the first allocation that ends beyond it, if it begins before.
static Allocation *at(uint64_t p) {
	auto i = memory.upper_bound(p);
	return i != memory.end() && i->second.p <= p ? &i->second : nullptr;
}

static string describe(uint64_t p) {
	char s[300];
	Allocation *best = nullptr;
	uint64_t distance = UINT64_MAX;
	for (auto &[end, a] : memory) {
		uint64_t d = p < a.p ? a.p - p : p >= a.p + a.bytes ? p - (a.p + a.bytes) : 0;
		if (d < distance) distance = d, best = &a;
	}
	if (!best || distance > (64u << 20)) {
		snprintf(s, sizeof s, "address 0x%llx, which is nowhere near an allocation", (unsigned long long)p);
		return s;
	}
	const char *kind = best->freed ? "freed allocation" : best->host ? "pinned host allocation" : "allocation";
	if (p >= best->p && p < best->p + best->bytes)
		snprintf(s, sizeof s, "address 0x%llx, byte %llu of %s %ld (%zu bytes)", (unsigned long long)p, (unsigned long long)(p - best->p), kind, best->number, best->bytes);
	else
		snprintf(s, sizeof s, "address 0x%llx, %llu bytes %s %s %ld (%zu bytes)", (unsigned long long)p, (unsigned long long)distance,
			p < best->p ? "before" : "after the end of", kind, best->number, best->bytes);
	return s;
}

// intact looks at the bytes between an allocation's end and the forbidden page, and before its begin.
static bool intact(Allocation &a) {
	if (a.host || a.freed) return true;
	auto odd = [&](char *from, char *to) {
		for (char *c = from; c < to; c++)
			if (*c != (char)0xFF) {
				*c = (char)0xFF;
				say("something wrote to %s", describe((uint64_t)c).c_str());
				return true;
			}
		return false;
	};
	return !odd((char *)a.p + a.bytes, (char *)a.p + a.rounded) && !odd(a.mapped + page, (char *)a.p);
}

static R release(uint64_t p, bool host) {
	Allocation *a = at(p);
	if (!a || a->p != p || a->freed || a->host != host) {
		say("free of %s", describe(p).c_str());
		return INVALID_VALUE;
	}
	R e = intact(*a) ? OK : ILLEGAL_ADDRESS;
	a->freed = true;
	if (!host) {
		stats.allocations--;
		stats.bytes -= a->bytes;
	}
	madvise(a->mapped, a->mappedBytes, MADV_DONTNEED);
	mprotect(a->mapped, a->mappedBytes, PROT_NONE);
	quarantine.push_back(a->p + a->rounded);
	while (quarantine.size() > 4096) {
		Allocation &old = memory[quarantine.front()];
		munmap(old.mapped, old.mappedBytes);
		memory.erase(quarantine.front());
		quarantine.pop_front();
	}
	return e;
}

bool zoo_emulator_has(const char *who, unsigned long long p, size_t bytes) {
	Lock l(mutex);
	if (bytes == 0) return true;
	Allocation *a = at(p);
	if (a && !a->freed && !a->host && p + bytes <= a->p + a->bytes) return true;
	say("%s: %zu bytes from %s", who, bytes, describe(a ? (p < a->p + a->bytes && p + bytes > a->p + a->bytes ? p + bytes - 1 : p) : p).c_str());
	return false;
}

// ---- Contexts ----

struct Context {
	int users = 0;
	R error = OK; // after which nothing works
};
static Context primary;
static thread_local Context *current;

#define IN_CONTEXT()                                     \
	Lock lock(mutex);                                    \
	do {                                                 \
		if (!current) return INVALID_CONTEXT;            \
		if (current->error) return current->error;       \
	} while (0)

// ---- Faults ----

struct Module {
	void *handle;
	void *(*kernel)(const char *);
	int (*parameters)(void *);
	int (*launch)(void *, const unsigned *, const unsigned *, unsigned, void **);
	void (*where)();
	void (*fail)(int);
};

static thread_local bool executing;
static Module *running; // or null: a copy
static const char *runningName;
static sigjmp_buf copyFailed;
static struct sigaction before[2];

static void fault(int signal, siginfo_t *info, void *context) {
	if (!executing) {
		struct sigaction &old = before[signal == SIGBUS];
		if (old.sa_flags & SA_SIGINFO) return old.sa_sigaction(signal, info, context);
		if (old.sa_handler != SIG_DFL && old.sa_handler != SIG_IGN) return old.sa_handler(signal);
		sigaction(signal, &old, nullptr);
		return;
	}
	uint64_t p = (uint64_t)info->si_addr;
	if (running) {
		running->where();
		fprintf(stderr, "access to %s\n", describe(p).c_str());
		running->fail(ILLEGAL_ADDRESS);
	}
	say("%s: access to %s", runningName, describe(p).c_str());
	siglongjmp(copyFailed, 1);
}

// Guard catches faults while it lives.
struct Guard {
	Guard() {
		struct sigaction a = {};
		a.sa_sigaction = fault;
		a.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER;
		sigaction(SIGSEGV, &a, &before[0]);
		sigaction(SIGBUS, &a, &before[1]);
		executing = true;
	}
	~Guard() {
		executing = false;
		sigaction(SIGSEGV, &before[0], nullptr);
		sigaction(SIGBUS, &before[1], nullptr);
	}
};

// ---- Streams ----

struct Operation {
	string name;
	std::function<R()> run;
};

struct Graph {
	std::vector<Operation> operations;
};

struct Stream {
	std::deque<Operation> queue;
	std::unique_ptr<Graph> capture;
	bool invalid = false; // the capture
};
static Stream nullStream;
static std::vector<Stream *> streams{&nullStream};

static Stream *stream(void *s) { return s ? (Stream *)s : &nullStream; }

static double now() {
	timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + 1e-9 * t.tv_nsec;
}

// step runs a stream's next operation.
static R step(Stream *s) {
	Operation o = std::move(s->queue.front());
	s->queue.pop_front();
	if (primary.error) return primary.error;
	runningName = o.name.c_str();
	Guard g;
	R e = sigsetjmp(copyFailed, 1) ? ILLEGAL_ADDRESS : o.run();
	running = nullptr;
	if (e) primary.error = e;
	return e;
}

static R drain(Stream *s) {
	if (s->queue.empty()) return primary.error;
	while (!s->queue.empty()) step(s);
	for (auto &[end, a] : memory)
		if (!intact(a) && !primary.error) primary.error = ILLEGAL_ADDRESS;
	return primary.error;
}

static R drainAll() {
	for (auto s : streams) drain(s);
	return primary.error;
}

static bool capturing() {
	for (auto s : streams)
		if (s->capture) return true;
	return false;
}

static R add(Stream *s, Operation o) {
	if (s->capture) {
		s->capture->operations.push_back(std::move(o));
		return OK;
	}
	if (s == &nullStream) // which waits for all others
		for (auto x : streams)
			if (x != s) drain(x);
	s->queue.push_back(std::move(o));
	if (s->queue.size() > 100000) drain(s);
	return primary.error;
}

// waiting is what every call does that waits for the device.
static R waiting(Stream *s) {
	if (s ? !!s->capture : capturing()) {
		for (auto x : streams)
			if (x->capture && (!s || x == s)) x->invalid = true;
		return CAPTURE_UNSUPPORTED;
	}
	stats.synchronizations++;
	return s ? drain(s) : drainAll();
}

int zoo_emulator_enqueue(void *s, const char *name, int (*f)(const void *), const void *data, size_t n) {
	IN_CONTEXT();
	string copy((const char *)data, n);
	return add(stream(s), {name, [=] {
		stats.launches++;
		return f(copy.data());
	}});
}

void zoo_emulator_stats(ZooStats *s) {
	Lock l(mutex);
	*s = stats;
}

struct Event {
	Stream *in = nullptr;
	bool done = true;
	double time = 0;
	long recorded = 0;
};

struct Function {
	Module *module;
	void *kernel;
	string name;
	int shared = 48 << 10;
};

static const int maxShared = 64 << 10; // of a card of compute capability 7.5

#define EXPORT extern "C" __attribute__((visibility("default"))) R

EXPORT cuInit(unsigned) { return OK; }
EXPORT cuDriverGetVersion(int *v) { *v = 13000; return OK; }
EXPORT cuGetErrorName(R e, const char **s) {
	for (auto &x : errorTable)
		if (x.code == e) { *s = x.name; return OK; }
	*s = nullptr;
	return INVALID_VALUE;
}
EXPORT cuGetErrorString(R e, const char **s) {
	for (auto &x : errorTable)
		if (x.code == e) { *s = x.text; return OK; }
	*s = nullptr;
	return INVALID_VALUE;
}

// ---- Devices: one ----

EXPORT cuDeviceGetCount(int *n) { *n = 1; return OK; }
EXPORT cuDeviceGet(int *d, int i) { *d = i; return i == 0 ? OK : INVALID_DEVICE; }
EXPORT cuDeviceGetName(char *s, int n, int d) { snprintf(s, n, "emulated"); return d == 0 ? OK : INVALID_DEVICE; }
EXPORT cuDeviceTotalMem_v2(size_t *n, int d) { *n = total; return d == 0 ? OK : INVALID_DEVICE; }
EXPORT cuDeviceGetAttribute(int *v, int attribute, int d) {
	if (d != 0) return INVALID_DEVICE;
	switch (attribute) {
	case 1: *v = 1024; return OK;       // threads per block
	case 8: *v = 48 << 10; return OK;   // shared memory per block
	case 10: *v = 32; return OK;        // warp
	case 16: *v = 2; return OK;         // multiprocessors
	case 75: *v = 7; return OK;         // compute capability
	case 76: *v = 5; return OK;
	case 97: *v = maxShared; return OK; // shared memory per block, by opt-in
	case 2: case 3: *v = 1024; return OK; // a block's sides
	case 4: *v = 64; return OK;
	case 5: *v = 0x7fffffff; return OK; // a grid's sides
	case 6: case 7: *v = 65535; return OK;
	}
	*v = 0;
	return OK;
}
EXPORT cuDevicePrimaryCtxRetain(Context **c, int d) {
	Lock l(mutex);
	if (d != 0) return INVALID_DEVICE;
	if (primary.users++ == 0) primary.error = OK;
	*c = &primary;
	return OK;
}
EXPORT cuDevicePrimaryCtxRelease_v2(int d) {
	Lock l(mutex);
	if (d != 0) return INVALID_DEVICE;
	if (primary.users == 0) return INVALID_CONTEXT;
	if (--primary.users > 0) return OK;
	drainAll();
	for (auto i = memory.begin(); i != memory.end();) {
		Allocation &a = i->second;
		if (!a.freed && primary.error) { // nothing could be freed
			if (!a.host) stats.allocations--, stats.bytes -= a.bytes;
		} else if (!a.freed) {
			say("%s %ld of %zu bytes was never freed", a.host ? "pinned host allocation" : "allocation", a.number, a.bytes);
			stats.leaks++;
			if (!a.host) stats.allocations--, stats.bytes -= a.bytes;
		}
		munmap(a.mapped, a.mappedBytes);
		i = memory.erase(i);
	}
	quarantine.clear();
	primary.error = OK;
	return OK;
}
EXPORT cuCtxCreate_v2(Context **c, unsigned, int d) {
	R e = cuDevicePrimaryCtxRetain(c, d);
	if (!e) current = *c;
	return e;
}
EXPORT cuCtxDestroy_v2(Context *) { return cuDevicePrimaryCtxRelease_v2(0); }
EXPORT cuCtxSetCurrent(Context *c) { current = c; return OK; }
EXPORT cuCtxGetCurrent(Context **c) { *c = current; return OK; }
EXPORT cuCtxGetDevice(int *d) { *d = 0; return current ? OK : INVALID_CONTEXT; }
EXPORT cuCtxSynchronize() { IN_CONTEXT(); return waiting(nullptr); }

// ---- Memory ----

EXPORT cuMemGetInfo_v2(size_t *free, size_t *all) {
	IN_CONTEXT();
	*all = total;
	*free = total - stats.bytes;
	return OK;
}
EXPORT cuMemAlloc_v2(uint64_t *p, size_t n) {
	IN_CONTEXT();
	if (n == 0) return INVALID_VALUE;
	if (stats.bytes + n > total || !(*p = allocate(n, false))) return OUT_OF_MEMORY;
	return OK;
}
EXPORT cuMemAllocManaged(uint64_t *p, size_t n, unsigned) { return cuMemAlloc_v2(p, n); }
EXPORT cuMemFree_v2(uint64_t p) {
	IN_CONTEXT();
	if (p == 0) return OK;
	bool busy = false;
	for (auto s : streams) busy = busy || !s->queue.empty();
	if (busy) { // as the driver does
		stats.synchronizations++;
		drainAll();
	}
	R e = release(p, false);
	return e ? e : primary.error;
}
EXPORT cuMemHostAlloc(void **p, size_t n, unsigned) {
	IN_CONTEXT();
	*p = (void *)allocate(n, true);
	return *p ? OK : OUT_OF_MEMORY;
}
EXPORT cuMemAllocHost_v2(void **p, size_t n) { return cuMemHostAlloc(p, n, 0); }
EXPORT cuMemFreeHost(void *p) { IN_CONTEXT(); return release((uint64_t)p, true); }

static bool pinned(const void *p) {
	Allocation *a = at((uint64_t)p);
	return a && a->host && !a->freed;
}

EXPORT cuMemcpyHtoDAsync_v2(uint64_t to, const void *from, size_t n, void *s) {
	IN_CONTEXT();
	if (!zoo_emulator_has("copy to the device", to, n)) return INVALID_VALUE;
	std::shared_ptr<string> staged;
	if (!pinned(from)) staged = std::make_shared<string>((const char *)from, n);
	return add(stream(s), {"copy to the device", [=] {
		stats.uploaded += n;
		memcpy((void *)to, staged ? staged->data() : from, n);
		return OK;
	}});
}
EXPORT cuMemcpyDtoHAsync_v2(void *to, uint64_t from, size_t n, void *s) {
	IN_CONTEXT();
	if (!zoo_emulator_has("copy from the device", from, n)) return INVALID_VALUE;
	bool wait = !pinned(to);
	R e = add(stream(s), {"copy from the device", [=] {
		stats.downloaded += n;
		memcpy(to, (void *)from, n);
		return OK;
	}});
	return e || !wait || stream(s)->capture ? e : waiting(stream(s));
}
EXPORT cuMemcpyDtoDAsync_v2(uint64_t to, uint64_t from, size_t n, void *s) {
	IN_CONTEXT();
	if (!zoo_emulator_has("copy within the device, to", to, n) || !zoo_emulator_has("copy within the device, from", from, n)) return INVALID_VALUE;
	if (n && to < from + n && from < to + n && to != from) say("copy within the device: %zu bytes that overlap", n);
	return add(stream(s), {"copy within the device", [=] {
		memmove((void *)to, (void *)from, n);
		return OK;
	}});
}
EXPORT cuMemcpyHtoD_v2(uint64_t to, const void *from, size_t n) {
	R e = cuMemcpyHtoDAsync_v2(to, from, n, nullptr);
	if (e) return e;
	IN_CONTEXT();
	return waiting(&nullStream);
}
EXPORT cuMemcpyDtoH_v2(void *to, uint64_t from, size_t n) {
	{
		IN_CONTEXT();
		if (R e = waiting(nullptr)) return e;
	}
	R e = cuMemcpyDtoHAsync_v2(to, from, n, nullptr);
	if (e) return e;
	IN_CONTEXT();
	return drain(&nullStream);
}
EXPORT cuMemcpyDtoD_v2(uint64_t to, uint64_t from, size_t n) { return cuMemcpyDtoDAsync_v2(to, from, n, nullptr); }
EXPORT cuMemcpy(uint64_t to, uint64_t from, size_t n) { return cuMemcpyDtoDAsync_v2(to, from, n, nullptr); }

template <class T> static R set(uint64_t p, T v, size_t n, void *s) {
	IN_CONTEXT();
	if (p % sizeof v || !zoo_emulator_has("memset", p, n * sizeof v)) return INVALID_VALUE;
	return add(stream(s), {"memset", [=] {
		for (size_t i = 0; i < n; i++) ((T *)p)[i] = v;
		return OK;
	}});
}
EXPORT cuMemsetD8Async(uint64_t p, unsigned char v, size_t n, void *s) { return set(p, v, n, s); }
EXPORT cuMemsetD32Async(uint64_t p, unsigned v, size_t n, void *s) { return set(p, v, n, s); }
EXPORT cuMemsetD8_v2(uint64_t p, unsigned char v, size_t n) { return set(p, v, n, nullptr); }
EXPORT cuMemsetD32_v2(uint64_t p, unsigned v, size_t n) { return set(p, v, n, nullptr); }

// ---- Streams and events ----

EXPORT cuStreamCreate(Stream **s, unsigned) {
	IN_CONTEXT();
	streams.push_back(*s = new Stream);
	return OK;
}
EXPORT cuStreamCreateWithPriority(Stream **s, unsigned flags, int) { return cuStreamCreate(s, flags); }
EXPORT cuStreamDestroy_v2(Stream *s) {
	Lock l(mutex);
	for (size_t i = 1; i < streams.size(); i++)
		if (streams[i] == s) {
			drain(s);
			streams.erase(streams.begin() + i);
			delete s;
			return OK;
		}
	return INVALID_HANDLE;
}
EXPORT cuStreamSynchronize(void *s) { IN_CONTEXT(); return waiting(stream(s)); }
EXPORT cuStreamQuery(void *s) {
	IN_CONTEXT();
	if (stream(s)->queue.empty()) return OK;
	R e = step(stream(s));
	return e ? e : stream(s)->queue.empty() ? OK : NOT_READY;
}
EXPORT cuStreamWaitEvent(void *s, Event *e, unsigned) {
	IN_CONTEXT();
	if (e->in && e->in != stream(s) && !stream(s)->capture) return drain(e->in);
	return OK;
}
EXPORT cuEventCreate(Event **e, unsigned) { IN_CONTEXT(); *e = new Event; return OK; }
EXPORT cuEventDestroy_v2(Event *e) {
	Lock l(mutex);
	if (e->in && !e->done) drain(e->in);
	delete e;
	return OK;
}
EXPORT cuEventRecord(Event *e, void *s) {
	IN_CONTEXT();
	if (stream(s)->capture) return OK;
	long n = ++e->recorded;
	e->in = stream(s);
	e->done = false;
	return add(stream(s), {"event", [=] {
		if (e->recorded == n) e->done = true, e->time = now();
		return OK;
	}});
}
EXPORT cuEventQuery(Event *e) {
	IN_CONTEXT();
	if (!e->done && !e->in->queue.empty())
		if (R x = step(e->in)) return x;
	return e->done ? OK : NOT_READY;
}
EXPORT cuEventSynchronize(Event *e) {
	IN_CONTEXT();
	return e->done ? OK : waiting(e->in);
}
EXPORT cuEventElapsedTime(float *ms, Event *a, Event *b) {
	IN_CONTEXT();
	if (!a->done || !b->done) return NOT_READY;
	*ms = (b->time - a->time) * 1e3;
	return OK;
}
EXPORT cuEventElapsedTime_v2(float *ms, Event *a, Event *b) { return cuEventElapsedTime(ms, a, b); }

// ---- Graphs ----

EXPORT cuStreamBeginCapture_v2(void *s, int) {
	IN_CONTEXT();
	if (!s) return CAPTURE_UNSUPPORTED;
	if (stream(s)->capture) return INVALID_VALUE;
	stream(s)->capture.reset(new Graph);
	stream(s)->invalid = false;
	return OK;
}
EXPORT cuStreamEndCapture(void *s, Graph **g) {
	IN_CONTEXT();
	*g = nullptr;
	if (!stream(s)->capture) return CAPTURE_UNMATCHED;
	auto captured = std::move(stream(s)->capture);
	if (stream(s)->invalid) return CAPTURE_INVALIDATED;
	*g = captured.release();
	return OK;
}
EXPORT cuStreamIsCapturing(void *s, int *status) {
	IN_CONTEXT();
	*status = !stream(s)->capture ? 0 : stream(s)->invalid ? 2 : 1;
	return OK;
}
EXPORT cuGraphInstantiateWithFlags(Graph **exec, Graph *g, unsigned long long) { *exec = new Graph(*g); return OK; }
EXPORT cuGraphUpload(Graph *, void *) { return OK; }
EXPORT cuGraphLaunch(Graph *g, void *s) {
	IN_CONTEXT();
	if (stream(s)->capture) return CAPTURE_UNSUPPORTED; // by this emulator
	stats.graphLaunches++;
	for (auto &o : g->operations)
		if (R e = add(stream(s), o)) return e;
	return OK;
}
EXPORT cuGraphExecDestroy(Graph *g) { delete g; return OK; }
EXPORT cuGraphDestroy(Graph *g) { delete g; return OK; }

// ---- Modules and kernels ----

EXPORT cuModuleLoadData(Module **m, const void *image) {
	IN_CONTEXT();
	// What the emulated NVRTC makes: this, a length, a shared library.
	if (memcmp(image, "zoo host", 8)) {
		say("a module that this emulator has not compiled: %.20s…", (const char *)image);
		return INVALID_PTX;
	}
	uint64_t n;
	memcpy(&n, (const char *)image + 8, 8);
	char path[] = "/tmp/zoo-kernels-XXXXXX";
	int f = mkstemp(path);
	bool ok = f >= 0 && write(f, (const char *)image + 16, n) == (ssize_t)n;
	void *h = ok ? dlopen(path, RTLD_NOW | RTLD_LOCAL) : nullptr;
	if (!h) say("%s: %s", path, ok ? dlerror() : strerror(errno));
	if (f >= 0) close(f), unlink(path);
	if (!h) return INVALID_IMAGE;
	auto r = new Module;
	r->handle = h;
	*(void **)&r->kernel = dlsym(h, "zoo_kernel");
	*(void **)&r->parameters = dlsym(h, "zoo_parameters");
	*(void **)&r->launch = dlsym(h, "zoo_launch");
	*(void **)&r->where = dlsym(h, "zoo_where");
	*(void **)&r->fail = dlsym(h, "zoo_fail");
	*m = r;
	return OK;
}
EXPORT cuModuleUnload(Module *m) {
	IN_CONTEXT();
	drainAll();
	dlclose(m->handle);
	delete m;
	return OK;
}
EXPORT cuModuleGetFunction(Function **f, Module *m, const char *name) {
	IN_CONTEXT();
	void *k = m->kernel(name);
	if (!k) return NOT_FOUND;
	*f = new Function{m, k, name};
	return OK;
}
EXPORT cuFuncSetAttribute(Function *f, int attribute, int v) {
	IN_CONTEXT();
	if (attribute != 8 || v > maxShared) return INVALID_VALUE;
	f->shared = v;
	return OK;
}
EXPORT cuFuncGetAttribute(int *v, int attribute, Function *f) {
	*v = attribute == 0 ? 1024 : attribute == 8 ? f->shared : 0;
	return OK;
}
EXPORT cuLaunchKernel(Function *f, unsigned gx, unsigned gy, unsigned gz, unsigned bx, unsigned by, unsigned bz, unsigned shared, void *s, void **args, void **extra) {
	IN_CONTEXT();
	if (!gx || !gy || !gz || gx > 0x7fffffff || gy > 65535 || gz > 65535 || !bx || !by || !bz || bx * by * bz > 1024 || bz > 64 || (int)shared > f->shared || extra) {
		say("kernel %s: grid (%u, %u, %u), block (%u, %u, %u), %u bytes of shared memory", f->name.c_str(), gx, gy, gz, bx, by, bz, shared);
		return INVALID_VALUE;
	}
	std::vector<uint64_t> values(f->module->parameters(f->kernel));
	for (size_t i = 0; i < values.size(); i++) memcpy(&values[i], args[i], 8);
	return add(stream(s), {f->name, [=] {
		std::vector<uint64_t> mine = values;
		std::vector<void *> pointers;
		for (auto &v : mine) pointers.push_back(&v);
		unsigned grid[3] = {gx, gy, gz}, block[3] = {bx, by, bz};
		stats.launches++;
		running = f->module;
		R e = f->module->launch(f->kernel, grid, block, shared, pointers.data());
		running = nullptr;
		if (e) stats.errors++;
		return e;
	}});
}
