// Package device is what the zoo asks of a processor with memory of its own, such
// as a GPU: buffers, copies, kernels by name, and products of matrices. Package
// cuda has one; a program that wants it imports that package.
package device

import (
	"math"

	"gorgonia.org/tensor"
)

// A Pointer is an address in a device's memory.
type Pointer uintptr

// A Device runs kernels. What it is asked to do it does in order, and most of it
// after the call has returned: an error may come from a later call, and from
// Wait at the latest. After an error it does nothing. Its methods are for one
// goroutine at a time.
type Device interface {
	Name() string // cuda:0

	// Alloc returns memory of so many bytes, aligned to 256, with whatever is in
	// it. Free gives it back once what uses it is done.
	Alloc(bytes int) (Pointer, error)
	Free(p Pointer)
	// InUse returns how many allocations there are, and their bytes.
	InUse() (allocations, bytes int)

	// Upload copies src to the device. The caller may change src as soon as the
	// call returns.
	Upload(dst Pointer, src []byte) error
	// Download copies from the device once everything before is done, and waits.
	Download(dst []byte, src Pointer) error
	// Copy copies within the device.
	Copy(dst, src Pointer, bytes int) error
	// Clear sets bytes to 0.
	Clear(dst Pointer, bytes int) error

	// Launch runs a kernel.
	Launch(kernel string, l Layout, args ...Arg) error
	// MatMul computes C = A·B + β·C.
	MatMul(m MatMul) error

	// Capture has do ask for launches, products, copies within the device and
	// clearing, and does none of it: the graph it returns does. What do allocates
	// and frees is the graph's until that is closed. It is an error to upload,
	// download or wait within do.
	Capture(do func() error) (Graph, error)

	// Wait waits until everything is done.
	Wait() error
	// Close waits, and gives back all memory, allocated or not.
	Close() error
}

// A Graph is a sequence of operations that Capture has recorded.
type Graph interface {
	// Launch does it all once more.
	Launch() error
	Close()
}

// A Layout is the numbers of blocks in each direction, of threads in a block, and
// of bytes of shared memory that a block gets at its launch.
type Layout struct {
	X, Y, Z int // 0 counts as 1
	Threads int
	Shared  int
}

// Over returns the layout for n elements, one thread each.
func Over(n int) Layout {
	const threads = 256
	return Layout{X: max(1, (n+threads-1)/threads), Threads: threads}
}

// An Arg is an argument of a kernel. Each has 8 bytes: kernels take pointers,
// long long, and double.
type Arg uint64

// Int returns a long long.
func Int(n int) Arg { return Arg(n) }

// Float returns a double.
func Float(x float64) Arg { return Arg(math.Float64bits(x)) }

// Arg returns the pointer as an argument.
func (p Pointer) Arg() Arg { return Arg(p) }

// Add returns the address n float32s on.
func (p Pointer) Add(n int) Pointer { return p + Pointer(4*n) }

// A MatMul is a product of float32 matrices, row by row in memory, rows ld apart:
// C (M, N) = A (M, K)·B (K, N) + Beta·C. If TransA, A is given as (K, M); if TransB,
// B as (N, K). With a Count above 1, so many products whose matrices lie Strides
// apart, in floats.
type MatMul struct {
	M, N, K                   int
	A, B, C                   Pointer
	LDA, LDB, LDC             int
	TransA, TransB            bool
	Beta                      float32
	Count                     int // 0 counts as 1
	StrideA, StrideB, StrideC int
}

// An Array is a value in a device's memory: float32s, or int64s for tensor.Int, in
// the order of its shape. A scalar has one element.
type Array struct {
	Pointer
	Shape tensor.Shape
	Dtype tensor.Dtype
}

// Len returns the number of elements.
func (a Array) Len() int {
	if a.Shape.IsScalar() {
		return 1
	}
	return a.Shape.TotalSize()
}
