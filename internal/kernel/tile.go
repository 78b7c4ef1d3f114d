package kernel

import "unsafe"

// A tile is the argument of a micro-kernel: count tiles of C, one below the
// other, each a few rows high and as wide as a panel, from rows of A, read in
// place, and one panel of B. Strides are in bytes.
type tile struct {
	a, b, c          unsafe.Pointer
	aRow, aCol, cRow int
	k, count         int
	bias             unsafe.Pointer
	mask             unsafe.Pointer // AVX2: a word of ones for each column
	flags            int
	cols             uint64 // AVX-512: a bit for each column
	gate             int    // distance in bytes from an element of C to its gate
	bRow             int
}

// Flags of a tile.
const (
	tileAdd  = 1 << iota // add to C
	tileBias             // then add the bias
	tileReLU             // then take the positive part
	tilePart             // fewer columns than a panel has
	tileGate             // at last put 0 where the gate is not above 0
)

// maskWords holds, from maskWords[16-n], n words of ones followed by zeros.
var maskWords = func() (m [32]int32) {
	for i := range 16 {
		m[i] = -1
	}
	return
}()

func (t *tile) setCols(n, panel int) {
	t.cols = 1<<n - 1
	t.mask = unsafe.Pointer(&maskWords[max(0, 16-n)])
	t.flags &^= tilePart
	if n < panel {
		t.flags |= tilePart
	}
}

func ptr(x []float32) unsafe.Pointer { return unsafe.Pointer(unsafe.SliceData(x)) }
