package kernel

import "unsafe"

// A tile is the argument of a micro-kernel: count tiles of C, one below the
// other, each a few rows high and as wide as a panel, from rows of A, read in
// place, and one panel of B. Strides are in bytes. The kernel moves a and c on to
// the tile after the last, and counts down count. Addresses are numbers here, since
// they come to lie beyond the data; the caller keeps the data alive.
type tile struct {
	a, b, c          uintptr
	aRow, aCol, cRow int
	k, count         int
	bias             uintptr
	mask             uintptr // AVX2: a word of ones for each column
	flags            int
	cols             uint64 // a bit for each column
	gate             int    // distance in bytes from an element of C to its gate
	bRow             int
	segments         int // the inner dimension is segments × k, with
	aSegment         int // this step in A and
	bSegment         int // this step in B after each segment
	left             int // segments to do
}

// Flags of a tile.
const (
	tileAdd  = 1 << iota // add to C
	tileBias             // then add the bias
	tileReLU             // then take the positive part
	tilePart             // fewer columns than a panel has
	tileGate             // at last put 0 where the gate is not above 0
	tileFar              // C is probably in no cache yet
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
	t.mask = uintptr(unsafe.Pointer(&maskWords[max(0, 16-n)]))
	t.flags &^= tilePart
	if n < panel {
		t.flags |= tilePart
	}
}

// A tileShape is the size of a micro-kernel's tile: at most rows, and a panel that is
// width vectors wide.
type tileShape struct {
	width, panel, rows int
	micro              []func(*byte)
}

// shapeFor returns the tile for products with n columns: one vector wide where
// that is enough.
func (s *isa) shapeFor(n int) tileShape {
	width := 2
	if n <= s.lanes {
		width = 1
	}
	return tileShape{width, width * s.lanes, len(s.micro[width]) - 1, s.micro[width]}
}

// run computes rows of C, of which t holds the first, in tiles of nearly equal
// height, so that none is small: the first few have a row more than the others.
func (s *tileShape) run(t *tile, rows int) {
	tiles := ceilDiv(rows, s.rows)
	height, taller := rows/tiles, rows%tiles
	if taller > 0 {
		t.count = taller
		s.micro[height+1]((*byte)(unsafe.Pointer(t)))
	}
	t.count = tiles - taller
	s.micro[height]((*byte)(unsafe.Pointer(t)))
}

func ptr(x []float32) unsafe.Pointer { return unsafe.Pointer(unsafe.SliceData(x)) }

func addr(x []float32) uintptr { return uintptr(ptr(x)) }
