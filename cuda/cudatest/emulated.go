//go:build cuda

package cudatest

// #cgo LDFLAGS: -ldl
// #define _GNU_SOURCE
// #include <dlfcn.h>
// static int zoo_emulator_count(long long *stats) {
//	void (*count)(long long *) = (void (*)(long long *))dlsym(RTLD_DEFAULT, "zoo_emulator_stats");
//	if (count && stats) count(stats);
//	return count != 0;
// }
import "C"
import "unsafe"

func none() string { return "" }

// Emulated reports whether the driver is an emulated one.
func Emulated() bool { return C.zoo_emulator_count(nil) != 0 }

// Count returns what the emulated driver has counted, or zeros.
func Count() Stats {
	var s Stats // as in emulator.h
	C.zoo_emulator_count((*C.longlong)(unsafe.Pointer(&s)))
	return s
}
