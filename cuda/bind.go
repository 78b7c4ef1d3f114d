//go:build cuda

package cuda

// #cgo LDFLAGS: -lcublas -ldl
// #cgo noescape zoo_launch
// #cgo noescape zoo_multiply
// #cgo nocallback zoo_launch
// #cgo nocallback zoo_multiply
// #cgo nocallback zoo_replay
// #include "bind.h"
import "C"

import (
	"reflect"
	"runtime"
	"unsafe"

	"github.com/pkg/errors"
	"gorgonia.org/cu"

	"github.com/gorgonia-zoo/zoo/internal/device"
)

// A driver does what gorgonia.org/cu doesn't, in a context and its stream.
type driver struct {
	context cu.CUContext
	stream  cu.Stream
	c       C.CUcontext
	s       C.CUstream
}

// newDriver takes the GPU's primary context, which is also the one of the CUDA
// runtime and so of cuBLAS.
func newDriver(gpu cu.Device) (driver, error) {
	var d driver
	var err error
	if d.context, err = gpu.RetainPrimaryCtx(); err != nil {
		return d, err
	}
	err = d.in(func() error {
		var err error
		d.stream, err = cu.MakeStream(cu.NonBlocking)
		return err
	})
	if err != nil {
		_ = gpu.ReleasePrimaryCtx() // the error is told
		return d, err
	}
	// These types have one field each, the handle.
	d.c = *(*C.CUcontext)(unsafe.Pointer(&d.context))
	d.s = *(*C.CUstream)(unsafe.Pointer(&d.stream))
	return d, nil
}

// in calls f on a thread whose context is d's: package cu leaves that to its
// callers, and Go may change threads between any two calls.
func (d *driver) in(f func() error) error {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if err := cu.SetCurrentContext(d.context); err != nil {
		return plain(err)
	}
	return plain(f())
}

// plain returns an error of package cu, whose type is an int that it doesn't export, as one
// of ours.
func plain(err error) error {
	if v := reflect.ValueOf(err); v.Kind() == reflect.Int && v.Type() != reflect.TypeFor[blasError]() {
		return driverError(v.Int())
	}
	return err
}

// A driverError is what the driver answers.
type driverError int

const (
	outOfMemory driverError = C.CUDA_ERROR_OUT_OF_MEMORY
	notFound    driverError = C.CUDA_ERROR_NOT_FOUND
)

func (e driverError) Error() string {
	name, text := C.zoo_error_name(C.CUresult(e)), C.zoo_error_text(C.CUresult(e))
	if name == nil {
		return "CUDA error " + itoa(int(e))
	}
	return C.GoString(name) + ", " + C.GoString(text)
}

func result(e C.CUresult) error {
	if e == C.CUDA_SUCCESS {
		return nil
	}
	return driverError(e)
}

const maxArgs = 64

func (d *driver) launch(k *function, l device.Layout, args []device.Arg) error {
	if len(args) > maxArgs {
		return errors.Errorf("%d arguments; there may be %d", len(args), maxArgs)
	}
	return result(C.zoo_launch(d.c, d.s, k.f, C.uint(max(1, l.X)), C.uint(max(1, l.Y)), C.uint(max(1, l.Z)),
		C.uint(l.Threads), C.uint(l.Shared), (*C.uint64_t)(unsafe.Pointer(unsafe.SliceData(args))), C.int(len(args))))
}

// A function is a kernel of a module.
type function struct {
	f      C.CUfunction
	shared int // what a launch may ask for
}

// defaultShared is what every kernel may ask for.
const defaultShared = 48 << 10

func newFunction(f cu.Function) *function {
	return &function{*(*C.CUfunction)(unsafe.Pointer(&f)), defaultShared} // it has one field
}

func (d *driver) allowShared(k *function, bytes int) error {
	if err := result(C.zoo_allow_shared(d.c, k.f, C.int(bytes))); err != nil {
		return err
	}
	k.shared = bytes
	return nil
}

// pinned returns memory of the host that the GPU copies from and to by itself.
func (d *driver) pinned(bytes int) ([]byte, error) {
	var p unsafe.Pointer
	if err := result(C.zoo_pinned(d.c, &p, C.size_t(bytes))); err != nil {
		return nil, err
	}
	return unsafe.Slice((*byte)(p), bytes), nil
}

func freePinned(b []byte) error { return cu.MemFreeHost(unsafe.Pointer(unsafe.SliceData(b))) }

func (d *driver) beginCapture() error { return result(C.zoo_begin(d.c, d.s)) }

func (d *driver) endCapture() (execGraph, error) {
	var g execGraph
	err := result(C.zoo_end(d.c, d.s, &g))
	return g, err
}

func (d *driver) abandonCapture() { C.zoo_end(d.c, d.s, nil) }

type execGraph = C.CUgraphExec

func (d *driver) replay(g execGraph) error { return result(C.zoo_replay(d.c, d.s, g)) }

func destroyGraph(g execGraph) { C.cuGraphExecDestroy(g) }

// A blas is a handle of cuBLAS.
type blas struct{ handle unsafe.Pointer }

type blasError int

func (e blasError) Error() string {
	names := map[blasError]string{
		1: "NOT_INITIALIZED", 3: "ALLOC_FAILED", 7: "INVALID_VALUE", 8: "ARCH_MISMATCH", 11: "MAPPING_ERROR",
		13: "EXECUTION_FAILED", 14: "INTERNAL_ERROR", 15: "NOT_SUPPORTED", 16: "LICENSE_ERROR",
	}
	if name, ok := names[e]; ok {
		return "CUBLAS_STATUS_" + name
	}
	return "cuBLAS error " + itoa(int(e))
}

func blasResult(e C.int) error {
	if e == 0 {
		return nil
	}
	return blasError(e)
}

func (d *driver) newBLAS(workspace device.Pointer, bytes int, tf32 bool) (blas, error) {
	mode := C.zoo_default_math
	if tf32 {
		mode = C.zoo_tf32_math
	}
	var b blas
	err := blasResult(C.zoo_blas(d.c, d.s, C.uintptr_t(workspace), C.size_t(bytes), C.int(mode), &b.handle))
	return b, err
}

func (d *driver) closeBLAS(b blas) error { return blasResult(C.zoo_blas_close(d.c, b.handle)) }

// multiply is C = A·B + β·C by columns: what is ours by rows is cuBLAS' transposed,
// and Cᵀ = Bᵀ·Aᵀ.
func (d *driver) multiply(b blas, m *device.MatMul) error {
	op := func(trans bool) C.int {
		if trans {
			return 1
		}
		return 0
	}
	return blasResult(C.zoo_multiply(d.c, b.handle, op(m.TransB), op(m.TransA), C.int(m.N), C.int(m.M), C.int(m.K),
		C.uintptr_t(m.B), C.int(max(1, m.LDB)), C.longlong(m.StrideB), // a matrix without columns has an ld, too
		C.uintptr_t(m.A), C.int(max(1, m.LDA)), C.longlong(m.StrideA), C.float(m.Beta),
		C.uintptr_t(m.C), C.int(m.LDC), C.longlong(m.StrideC), C.int(max(1, m.Count))))
}

// An nvrtc is NVIDIA's compiler for programs at run time.
type nvrtc struct {
	c            C.zoo_nvrtc
	major, minor int
}

// newNVRTC returns nil if there is none.
func newNVRTC() *nvrtc {
	n := new(nvrtc)
	if C.zoo_nvrtc_open(&n.c) != 0 {
		return nil
	}
	var major, minor C.int
	if C.zoo_nvrtc_version(&n.c, &major, &minor) != 0 {
		return nil
	}
	n.major, n.minor = int(major), int(minor)
	return n
}

// compile returns machine code.
func (n *nvrtc) compile(name, source string, options ...string) ([]byte, error) {
	src, file := C.CString(source), C.CString(name)
	defer C.free(unsafe.Pointer(src))
	defer C.free(unsafe.Pointer(file))
	list := (*[16]*C.char)(C.calloc(16, C.size_t(unsafe.Sizeof(src))))
	defer C.free(unsafe.Pointer(list))
	for i, o := range options {
		list[i] = C.CString(o)
		defer C.free(unsafe.Pointer(list[i]))
	}
	var code, log *C.char
	var bytes C.size_t
	e := C.zoo_nvrtc_compile(&n.c, src, file, C.int(len(options)), &list[0], &code, &bytes, &log)
	defer C.free(unsafe.Pointer(code))
	defer C.free(unsafe.Pointer(log))
	if e != 0 {
		return nil, errors.Errorf("%s: %s\n%s", name, C.GoString(C.zoo_nvrtc_error(&n.c, e)), C.GoString(log))
	}
	return C.GoBytes(unsafe.Pointer(code), C.int(bytes)), nil
}
