// NVRTC for the host, as libnvrtc: it has the script compile make a shared library of a
// kernel's source, which the emulated driver loads. ZOO_COMPILE and ZOO_REWRITE are the paths of the
// script and its program, ZOO_VERSION is a number that changes with whatever makes these libraries.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <string>
#include <sys/wait.h>
#include <unistd.h>

using std::string;
using R = int;
enum : R { OK = 0, INVALID_INPUT = 3, COMPILATION = 6, INTERNAL_ERROR = 11 };

struct Program {
	string source, name, log, image;
};

static string read(const string &path) {
	std::ifstream f(path, std::ios::binary);
	return string(std::istreambuf_iterator<char>(f), {});
}

#define EXPORT extern "C" __attribute__((visibility("default")))

EXPORT const char *nvrtcGetErrorString(R e) { return e == OK ? "NVRTC_SUCCESS" : e == COMPILATION ? "NVRTC_ERROR_COMPILATION" : "NVRTC_ERROR"; }
EXPORT R nvrtcVersion(int *major, int *minor) {
	*major = 0; // no NVRTC has this
	*minor = ZOO_VERSION;
	return OK;
}
EXPORT R nvrtcCreateProgram(Program **p, const char *source, const char *name, int headers, const char *const *, const char *const *) {
	if (headers) return INVALID_INPUT;
	*p = new Program{source, name ? name : "kernel.cu", "", ""};
	return OK;
}
EXPORT R nvrtcDestroyProgram(Program **p) {
	delete *p;
	*p = nullptr;
	return OK;
}
EXPORT R nvrtcCompileProgram(Program *p, int, const char *const *) {
	char dir[] = "/tmp/zoo-nvrtc-XXXXXX";
	if (!mkdtemp(dir)) return INTERNAL_ERROR;
	string d = dir, in = d + "/" + p->name;
	std::ofstream(in) << p->source;
	pid_t child = fork();
	if (child == 0) {
		setenv("REWRITE", ZOO_REWRITE, 1);
		if (!freopen((d + "/log").c_str(), "w", stderr)) _exit(127);
		execl(ZOO_COMPILE, ZOO_COMPILE, in.c_str(), (d + "/out").c_str(), (char *)nullptr);
		_exit(127);
	}
	int status = 1;
	if (child > 0) waitpid(child, &status, 0);
	p->log = read(d + "/log");
	p->image = read(d + "/out");
	for (auto f : {"/log", "/out"}) unlink((d + f).c_str());
	unlink(in.c_str());
	rmdir(dir);
	if (status != 0 || p->image.empty()) return COMPILATION;
	uint64_t n = p->image.size();
	p->image = string("zoo host") + string((const char *)&n, 8) + p->image;
	return OK;
}
EXPORT R nvrtcGetCUBINSize(Program *p, size_t *n) { *n = p->image.size(); return OK; }
EXPORT R nvrtcGetCUBIN(Program *p, char *to) { memcpy(to, p->image.data(), p->image.size()); return OK; }
EXPORT R nvrtcGetPTXSize(Program *p, size_t *n) { return nvrtcGetCUBINSize(p, n); }
EXPORT R nvrtcGetPTX(Program *p, char *to) { return nvrtcGetCUBIN(p, to); }
EXPORT R nvrtcGetProgramLogSize(Program *p, size_t *n) { *n = p->log.size() + 1; return OK; }
EXPORT R nvrtcGetProgramLog(Program *p, char *to) { memcpy(to, p->log.c_str(), p->log.size() + 1); return OK; }
