package kernel

import (
	"syscall"
	"testing"
	"unsafe"
)

// guarded returns a copy of x that ends, or with front begins, at a page that must
// not be touched.
func guarded(t *testing.T, x []float32, front bool) []float32 {
	page := syscall.Getpagesize()
	size := ceilDiv(4*len(x), page) * page
	m, err := syscall.Mmap(-1, 0, size+2*page, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { syscall.Munmap(m) })
	for _, guard := range [][]byte{m[:page], m[page+size:]} {
		if err := syscall.Mprotect(guard, syscall.PROT_NONE); err != nil {
			t.Fatal(err)
		}
	}
	from := page
	if !front {
		from += size - 4*len(x)
	}
	y := unsafe.Slice((*float32)(unsafe.Pointer(&m[from])), len(x))
	copy(y, x)
	return y
}

// Vector kernels check no bounds: what they read or write beyond the ends of their
// operands ends the test.
func TestConvStaysWithinBounds(t *testing.T) {
	cases := convCases()
	eachISA(t, func(t *testing.T) {
		for _, g := range cases {
			nx, nw, ny := g.sizes()
			if ny*nw/g.F > 200_000 {
				continue
			}
			t.Logf("%+v", g)
			for _, front := range []bool{false, true} {
				of := func(n int) []float32 { return guarded(t, uniform(n, 1), front) }
				x, w, b, y, dx, dw := of(nx), of(nw), of(g.F), of(ny), of(nx), of(nw)
				ConvForward(&g, y, x, w, Epilogue[float32]{Bias: b})
				ConvGrads(&g, dx, dw, x, y, w, nil, false)
				ConvDataGrad(&g, dx, y, w)
				pooled := of(g.N * (g.OutH() / 2) * (g.OutW() / 2) * g.F)
				corner := make([]uint32, CornerWords(g.N, g.OutH(), g.OutW(), g.F))
				ConvPool(&g, pooled, corner, x, w, Epilogue[float32]{Bias: b})
				ConvWeightGrad(&g, dw, x, pooled, corner)
			}
		}
	})
}
