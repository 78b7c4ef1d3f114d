package kernel

import "iter"

// A Matrix is a view of a slice: element (i, j) is Data[i·Row + j·Col].
type Matrix[T Float] struct {
	Data     []T
	Row, Col int
}

// Rows views x as a matrix whose rows are ld apart.
func Rows[T Float](x []T, ld int) Matrix[T] { return Matrix[T]{x, ld, 1} }

// Cols views x, whose rows are ld apart, as the transposed matrix.
func Cols[T Float](x []T, ld int) Matrix[T] { return Matrix[T]{x, 1, ld} }

func (m Matrix[T]) from(i, j int) Matrix[T] {
	m.Data = m.Data[i*m.Row+j*m.Col:]
	return m
}

// An Epilogue is what a product does to each element before it is stored.
type Epilogue[T Float] struct {
	Accumulate bool // add to what C holds
	Bias       []T  // then add Bias[j] to column j
	ReLU       bool // then take the positive part
	Gate       []T  // then put 0 where Gate, laid out as C, is at most 0
}

// MatMul computes C = epilogue(A·B) for A (m, k), B (k, n) and C (m, n), whose
// rows are ldc apart. One of B.Row and B.Col must be 1.
func MatMul[T Float](m, n, k int, c []T, ldc int, a, b Matrix[T], e Epilogue[T]) {
	if m == 0 || n == 0 {
		return
	}
	if c, ok := f32(c); ok && active.lanes > 0 && k > 0 {
		p := products.get(newProduct)
		p.isa = active
		p.m, p.n, p.k, p.c, p.ldc = m, n, k, c, ldc
		p.a, p.b, p.e = any(a).(Matrix[float32]), any(b).(Matrix[float32]), any(e).(Epilogue[float32])
		if p.isDots() {
			p.dots = true
			Run(p, ceilDiv(p.n, p.dotColumns()))
		} else {
			p.run()
		}
		p.clear()
		products.put(p)
		return
	}
	portableMatMul(m, n, k, c, ldc, a, b, e)
}

var products freelist[product]

func newProduct() *product { return new(product) }

// A product is one matrix product on packed panels of B.
//
// B is packed into panels as wide as the micro-kernel's tile, so that the
// inner loop reads it in order from the first-level cache; A is read in place.
// k is cut into blocks such that a panel stays in that cache, m into blocks
// such that the block of A stays in the second-level cache.
type product struct {
	isa     *isa
	tile    tileShape
	m, n, k int
	c       []float32
	ldc     int
	a, b    Matrix[float32]
	e       Epilogue[float32]

	kBlock, rowBlock, strip int // depth of a panel; rows and columns of a piece
	across                  int // pieces in a row of pieces
	shared                  bool
	packed                  []float32 // all of B where several pieces need the same columns
	packing                 bool      // this run packs B
	dots                    bool      // this run is of dot products
}

const (
	maxDepth  = 400      // 400 rows of a 16-wide panel take 25 KiB
	smallA    = 96 << 10 // floats of A that stay in the second-level cache
	blockRows = 240      // rows of A in a piece where A is large
	wideStrip = 256      // columns of a piece where A is large
	fewPieces = 8        // are too few to share out evenly
)

func (p *product) run() {
	p.plan()
	down := ceilDiv(p.m, p.rowBlock)
	// A piece that copies its block of A has no memory left to pack B as well.
	p.shared = down > 1 || p.a.aliases()
	if p.shared {
		p.pack()
	}
	Run(p, p.across*down)
}

// plan cuts the product into pieces.
func (p *product) plan() {
	s := p.isa.shapeFor(p.n)
	p.tile = s
	p.kBlock = depth(p.k)
	p.strip, p.rowBlock = s.panel, p.m
	if p.m*p.k > smallA {
		p.strip = max(s.panel, wideStrip/s.panel*s.panel)
		p.rowBlock = blockRows
		if p.m <= blockRows { // narrower pieces pack their own columns, once
			p.strip = min(p.strip, ceilDiv(ceilDiv(p.n, fewPieces), s.panel)*s.panel)
		}
	}
	p.across = ceilDiv(p.n, p.strip)
	if p.across < fewPieces && p.m > 2*s.rows { // too few to share out
		blocks := min(ceilDiv(fewPieces, p.across), p.m/(2*s.rows))
		p.rowBlock = min(p.rowBlock, ceilDiv(ceilDiv(p.m, blocks), s.rows)*s.rows)
	}
}

// depth returns the depth of the panels of a product of k terms.
func depth(k int) int { return ceilDiv(k, ceilDiv(k, maxDepth)) }

// depths yields the first row of each panel, and how many it has.
func depths(k int) iter.Seq2[int, int] {
	return func(yield func(first, n int) bool) {
		for d := 0; d < k && yield(d, min(depth(k), k-d)); d += depth(k) {
		}
	}
}

// pack packs all of B.
func (p *product) pack() {
	if need := p.k * roundUp(p.n, p.tile.panel); cap(p.packed) < need {
		p.packed = aligned(need)
	}
	p.packed = p.packed[:cap(p.packed)]
	p.packing = true
	Run(p, p.across*ceilDiv(p.k, p.kBlock))
	p.packing = false
}

func (p *product) clear() { *p = product{packed: p.packed} }

// Do implements [Task].
func (p *product) Do(w *Worker, piece int) {
	if p.dots {
		p.doDots(w, piece)
		return
	}
	j := piece % p.across * p.strip
	cols := min(p.strip, p.n-j)
	wide := roundUp(p.n, p.tile.panel)
	if p.packing {
		d := piece / p.across * p.kBlock
		depth := min(p.kBlock, p.k-d)
		p.isa.pack(w, p.packed[d*wide+j*depth:], p.b.from(d, j), depth, cols, p.tile.panel)
		return
	}
	i := piece / p.across * p.rowBlock
	rows := min(p.rowBlock, p.m-i)
	for d := 0; d < p.k; d += p.kBlock {
		depth := min(p.kBlock, p.k-d)
		var panels []float32
		rest := w.scratch
		if p.shared {
			panels = p.packed[d*wide+j*depth:]
		} else {
			panels = w.scratch[:roundUp(cols, p.tile.panel)*depth]
			rest = w.scratch[len(panels):]
		}
		if !p.shared && !p.direct(cols) {
			p.isa.pack(w, panels, p.b.from(d, j), depth, cols, p.tile.panel)
		}
		p.block(w, rest, panels, i, j, d, rows, cols, depth)
	}
}

// direct reports whether a panel of B, with so many columns left, is read where
// it lies: packing costs more than it saves if only a few rows of A use it.
func (p *product) direct(cols int) bool {
	return p.b.Col == 1 && !p.shared && p.m <= 2*p.tile.rows && cols >= p.tile.panel
}

// block multiplies one block of A by the packed panels of B.
func (p *product) block(w *Worker, spare, panels []float32, i, j, d, rows, cols, depth int) {
	a := p.a.from(i, d)
	if a.aliases() && cols > p.tile.panel && staggered(a, rows, depth) <= len(spare) {
		a = stagger(spare, a, rows, depth)
	}
	t := &w.tile
	*t = tile{aRow: a.Row * 4, aCol: a.Col * 4, cRow: p.ldc * 4, k: depth, segments: 1}
	if d > 0 || p.e.Accumulate {
		t.flags |= tileAdd
	}
	if d == 0 && (p.e.Accumulate || p.m*p.n > 256<<10) {
		t.flags |= tileFar
	}
	if d+depth == p.k {
		if p.e.Bias != nil {
			t.flags |= tileBias
		}
		if p.e.ReLU {
			t.flags |= tileReLU
		}
		if p.e.Gate != nil {
			t.flags |= tileGate
			t.gate = int(addr(p.e.Gate)) - int(addr(p.c))
		}
	}
	for x := 0; x < cols; x += p.tile.panel {
		if p.direct(cols - x) {
			t.b, t.bRow = addr(p.b.from(d, j+x).Data), p.b.Row*4
		} else {
			t.b, t.bRow = addr(panels[x*depth:]), p.tile.panel*4
		}
		shape := p.isa.shapeFor(cols - x) // the last panel may do with half its width
		t.setCols(min(shape.panel, cols-x), shape.panel)
		if t.flags&tileBias != 0 {
			t.bias = addr(p.e.Bias[j+x:])
		}
		t.a, t.c = addr(a.Data), addr(p.c[i*p.ldc+j+x:])
		shape.run(t, rows)
	}
}

// aliases reports whether the rows (or, transposed, columns) that a tile reads
// together fall into a few sets of the first-level cache.
func (m Matrix[T]) aliases() bool { return max(m.Row, m.Col)*4%4096 == 0 }

// pad is what parts the rows of a staggered block.
const pad = lineBytes / 4

// staggered returns the floats that stagger takes.
func staggered(a Matrix[float32], rows, depth int) int {
	if a.Col == 1 {
		return rows * (depth + pad)
	}
	return depth * (rows + pad)
}

// stagger copies a block of A to memory whose stride does not alias.
func stagger(dst []float32, a Matrix[float32], rows, depth int) Matrix[float32] {
	if a.Col == 1 {
		ld := depth + pad
		for i := range rows {
			copy(dst[i*ld:i*ld+depth], a.Data[i*a.Row:])
		}
		return Rows(dst, ld)
	}
	ld := rows + pad
	for q := range depth {
		copy(dst[q*ld:q*ld+rows], a.Data[q*a.Col:])
	}
	return Cols(dst, ld)
}

func ceilDiv(a, b int) int { return (a + b - 1) / b }

func roundUp(n, to int) int { return ceilDiv(n, to) * to }
