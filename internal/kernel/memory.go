package kernel

import "unsafe"

// lineBytes is the size of a cache line and of the widest vector.
const lineBytes = 64

// aligned returns n zeros that begin at a cache line.
func aligned(n int) []float32 {
	const line = lineBytes / 4
	b := make([]float32, n+line)
	skip := -int(uintptr(unsafe.Pointer(&b[0]))/4) & (line - 1)
	return b[skip : skip+n : skip+n]
}

// New returns n zeros; float32 ones begin at a cache line.
func New[T Float](n int) []T {
	if b, ok := any(aligned(n)).([]T); ok {
		return b
	}
	return make([]T, n)
}

// f32 returns x as float32s, or false if T is another type.
func f32[T Float](x []T) ([]float32, bool) {
	f, ok := any(x).([]float32)
	return f, ok
}
