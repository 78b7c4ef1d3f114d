package kernel

import "unsafe"

// A cell is the argument of the kernels of an LSTM's cell: one vector of units in some
// rows. Distances are in bytes.
type cell struct {
	gates, last, c     uintptr // what the step before left in c, and the step's own
	pre, product, h    uintptr // forward; product is (rows, 4, lanes)
	dgates, dc, dy, dh uintptr // backward; the gradient of h comes in two parts
	dyRow, dhRow       int
	row, gate          int     // from row to row of gates; from gate to gate, and row to row of c
	mask               uintptr // a word of ones for each unit; AVX2: 0 where all are
	rows               int
}

// An lstm is one pass over the sequences. The pieces of a time step are blocks of
// units, a lane each, in blocks of rows: each does its part of the product with the
// recurrent weights, which were packed for it, and then, while that is near, its cells.
type lstm struct {
	Sequence
	isa                 *isa
	h, c, gates, pre, w []float32
	dgates, dc, dy, dh  []float32

	t            int
	step         lstmStep
	blocks, down int // of units, and of rows
	rows         int // of a block
	panels       []float32
	spaced       [2][]float32 // what this step reads and the next will, where in place it would alias
}

type lstmStep int

const (
	lstmPack lstmStep = iota // one block of units
	lstmForward
	lstmPackBack // two blocks of units
	lstmBackward
)

var (
	lstms      freelist[lstm]
	noGradient [lineBytes / 4]float32
)

const (
	lstmPieces = 24   // that a step should have: enough to share out evenly
	lstmRows   = 1024 // that a piece may have, for its memory
)

func getLSTM(s Sequence, isa *isa) *lstm {
	t := lstms.get(func() *lstm { return new(lstm) })
	t.Sequence, t.isa = s, isa
	t.blocks = ceilDiv(s.H, isa.lanes)
	height := isa.shapeFor(2 * isa.lanes).rows
	t.down = max(ceilDiv(s.N, lstmRows), min(ceilDiv(s.N, height), ceilDiv(lstmPieces, t.blocks)))
	t.rows = ceilDiv(s.N, t.down)
	t.down = ceilDiv(s.N, t.rows)
	t.panels = resize(t.panels, ceilDiv(t.blocks, 2)*2*t.blockSize())
	return t
}

// blockSize is the size of the weights of a block of units.
func (t *lstm) blockSize() int { return 4 * t.H * t.isa.lanes }

func (t *lstm) put() {
	*t = lstm{panels: t.panels, spaced: t.spaced}
	lstms.put(t)
}

func (t *lstm) forward() {
	t.step = lstmPack
	Run(t, t.blocks)
	t.space(t.H, t.h)
	t.step = lstmForward
	for t.t = range t.T {
		Run(t, t.blocks*t.down)
	}
}

func (t *lstm) backward() {
	t.step = lstmPackBack
	Run(t, ceilDiv(t.blocks, 2))
	t.space(4*t.H, nil)
	t.step = lstmBackward
	for t.t = t.T - 1; t.t >= 0; t.t-- {
		Run(t, t.blocks*t.down)
	}
}

// space makes room for spaced copies of rows of n floats, if their distance would
// alias, and copies the first.
func (t *lstm) space(n int, first []float32) {
	if !Rows[float32](nil, n).aliases() {
		t.spaced[0], t.spaced[1] = t.spaced[0][:0], t.spaced[1][:0]
		return
	}
	for i := range t.spaced {
		t.spaced[i] = resize(t.spaced[i], t.N*(n+pad))
	}
	if first != nil {
		stagger(t.spaced[0], Rows(first, n), t.N, n)
	}
}

// operand returns rows of n floats from r on, at x or their spaced copy of time t.
func (t *lstm) operand(x []float32, n, r, time int) (rows []float32, ld int) {
	if len(t.spaced[0]) > 0 {
		ld = n + pad
		return t.spaced[time%2][r*ld:], ld
	}
	return x[r*n:], n
}

// keep copies cols floats of rows of n, from (r, lo) of x on, to the spaced copy of time t.
func (t *lstm) keep(x []float32, n, r, lo, cols, time int) {
	if len(t.spaced[0]) == 0 {
		return
	}
	to := t.spaced[time%2]
	for i := r; i < min(r+t.rows, t.N); i++ {
		copy(to[i*(n+pad)+lo:][:cols], x[i*n+lo:])
	}
}

// Do implements [Task].
func (t *lstm) Do(w *Worker, piece int) {
	switch t.step {
	case lstmPack:
		t.pack(w, piece)
	case lstmPackBack:
		lo := 2 * piece * t.isa.lanes
		t.isa.pack(w, t.panels[2*piece*t.blockSize():], Rows(t.w[lo:], t.H), 4*t.H, min(2*t.isa.lanes, t.H-lo), 2*t.isa.lanes)
	case lstmForward:
		t.stepForward(w, piece/t.down, piece%t.down*t.rows)
	case lstmBackward:
		t.stepBackward(w, piece/t.down, piece%t.down*t.rows)
	}
}

// pack makes the two panels of a block: its units' weights of i and f, then of g and o.
func (t *lstm) pack(w *Worker, block int) {
	lanes, lo := t.isa.lanes, block*t.isa.lanes
	cols := min(lanes, t.H-lo)
	to := t.panels[block*t.blockSize():][:t.blockSize()]
	if cols < lanes {
		clear(to)
	}
	for q := range 4 {
		t.isa.fillCols(w, to[q/2*2*lanes*t.H+q%2*lanes:], t.w[(q*t.H+lo)*t.H:], t.H, t.H, cols, 2*lanes)
	}
}

// stepForward does a block of units in rows from r on.
func (t *lstm) stepForward(w *Worker, block, r int) {
	lanes, lo := t.isa.lanes, block*t.isa.lanes
	rows, cols := min(t.rows, t.N-r), min(lanes, t.H-lo)
	state := t.N * t.H
	h, ld := t.operand(t.h[t.t*state:], t.H, r, t.t)
	panels := t.panels[block*t.blockSize():]
	shape := t.isa.shapeFor(2 * lanes)
	m := &w.tile
	*m = tile{aRow: ld * 4, aCol: 4, bRow: 2 * lanes * 4, cRow: 4 * lanes * 4, k: t.H, segments: 1}
	m.setCols(2*lanes, 2*lanes)
	for half := range 2 {
		m.a, m.b, m.c = addr(h), addr(panels[half*2*lanes*t.H:]), addr(w.scratch[half*2*lanes:])
		shape.run(m, rows)
	}
	at, gates := r*t.H+lo, 4*(t.t*state+r*t.H)+lo
	next := t.h[(t.t+1)*state:]
	c := t.cell(w, rows, cols)
	c.pre, c.product, c.gates = addr(t.pre[gates:]), addr(w.scratch), addr(t.gates[gates:])
	c.last, c.c, c.h = addr(t.c[t.t*state+at:]), addr(t.c[(t.t+1)*state+at:]), addr(next[at:])
	t.isa.lstm((*byte)(unsafe.Pointer(c)))
	t.keep(next, t.H, r, lo, cols, t.t+1)
}

// stepBackward does a block of units in rows from r on.
func (t *lstm) stepBackward(w *Worker, block, r int) {
	lanes, lo := t.isa.lanes, block*t.isa.lanes
	rows, cols := min(t.rows, t.N-r), min(lanes, t.H-lo)
	state := t.N * t.H
	at, gates := r*t.H+lo, 4*(t.t*state+r*t.H)+lo
	c := t.cell(w, rows, cols)
	c.gates, c.dgates = addr(t.gates[gates:]), addr(t.dgates[gates:])
	c.last, c.c, c.dc = addr(t.c[t.t*state+at:]), addr(t.c[(t.t+1)*state+at:]), addr(t.dc[at:])
	c.dy, c.dh = addr(noGradient[:]), addr(noGradient[:]) // over and over
	if t.dy != nil {
		c.dy, c.dyRow = addr(t.dy[t.t*state+at:]), t.H*4
	}
	switch {
	case t.t < t.T-1:
		later, ld := t.operand(t.dgates[4*(t.t+1)*state:], 4*t.H, r, t.t+1)
		shape := t.isa.shapeFor(lanes)
		m := &w.tile
		*m = tile{aRow: ld * 4, aCol: 4, bRow: 2 * lanes * 4, cRow: lanes * 4, k: 4 * t.H, segments: 1}
		m.setCols(lanes, lanes)
		m.a, m.b, m.c = addr(later), addr(t.panels[block/2*2*t.blockSize()+block%2*lanes:]), addr(w.scratch)
		shape.run(m, rows)
		c.dh, c.dhRow = addr(w.scratch), lanes*4
	case t.dh != nil:
		c.dh, c.dhRow = addr(t.dh[at:]), t.H*4
	}
	t.isa.lstmGrad((*byte)(unsafe.Pointer(c)))
	for q := range 4 {
		t.keep(t.dgates[4*t.t*state:], 4*t.H, r, q*t.H+lo, cols, t.t)
	}
}

// cell returns the argument for a cell's kernel, for so many rows and columns.
func (t *lstm) cell(w *Worker, rows, cols int) *cell {
	w.cell = cell{row: 4 * t.H * 4, gate: t.H * 4, rows: rows}
	if widest := len(maskWords) / 2; cols < t.isa.lanes || t.isa.lanes == widest {
		w.cell.mask = uintptr(unsafe.Pointer(&maskWords[widest-cols]))
	}
	return &w.cell
}
