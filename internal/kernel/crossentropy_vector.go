package kernel

import (
	"math"
	"runtime"
)

// A vectorLoss is a [linearCrossEntropy] of float32 by vector kernels, which
// passes over the logits twice.
//
// The first pass takes a block of rows through the classes, a tile of them at a
// time: logits z, then e = e^(z-c), which stays in memory, while their sums s and
// the product e·w grow. The softmax is e/s, so that, with g = a/(rows·s),
//
//	dx = g·(e - s·onehot(label))·w
//
// c is the largest logit of the row in the first tile. Only where a later tile
// has one that is much larger, c becomes that, and what there is of the row is
// scaled down. The second pass takes all rows through a part of the classes:
//
//	dw = (e - s·onehot(label))ᵀ·(g·x)    db = (e - s·onehot(label))ᵀ·g
//
// So e is written once and read once, which matters since it is larger than the
// caches.
type vectorLoss struct {
	isa     *isa
	phase   lossPhase
	dx      []float32 // nil: only the loss is wanted
	dw, db  []float32
	x, w, b []float32
	labels  []int
	factor  float32 // a/rows

	classes, features int
	tile              int // classes of a tile
	panels            int // features, rounded up to whole panels
	height            int // of a block of rows
	first, rows       int // the rows that are in e

	wt, wp  []float32 // wᵀ and w in panels, tile by tile
	z       []float32 // (rows, tile), of the tile that a block is at
	e       []float32 // (tiles, rows, tile)
	g       []float32 // by row
	gx      []float32 // (rows, features)
	packed  Packed[float32]
	loss    []float64 // by row of all
	sum     []float64 // by row
	largest []float32 // by row
}

type lossPhase int

const (
	packWeights lossPhase = iota
	rowsOfLoss
	weightsOfLoss
)

const (
	lossTile   = 384     // classes of a tile: as many terms of e·w as a panel is deep
	lossPart   = 128     // classes of a piece in the second pass; 8 vectors, or 16
	lossHeight = 350     // rows of a block: x and dx stay in the second-level cache while w passes by
	lossMemory = 8 << 20 // floats of e, but for the rows of a block
	lossMargin = 20      // how much larger than c a logit may be: e^20 times any number of classes does not overflow

	// vectorRows are worth it: packing w takes as long as the product with some rows.
	vectorRows = 24
)

var vectorLosses freelist[vectorLoss]

func vectorCrossEntropy(dx, dw, db, x, w, b []float32, labels []int, classes int, a float32) float64 {
	t := vectorLosses.get(func() *vectorLoss { return new(vectorLoss) })
	t.isa = active
	t.dx, t.dw, t.db, t.x, t.w, t.b, t.labels, t.factor = dx, dw, db, x, w, b, labels, a
	t.classes, t.features = classes, len(w)/classes
	t.plan()
	t.run(packWeights, ceilDiv(classes, t.tile))
	for t.first = 0; t.first < len(labels); t.first += t.rows {
		t.rows = min(t.rows, len(labels)-t.first)
		t.run(rowsOfLoss, ceilDiv(t.rows, t.height))
		if dx != nil {
			t.packed.Pack(t.rows, t.features, Rows(t.gx, t.features))
			t.run(weightsOfLoss, ceilDiv(classes, lossPart))
		}
	}
	var sum float64
	for _, v := range t.loss {
		sum += v
	}
	t.dx, t.dw, t.db, t.x, t.w, t.b, t.labels = nil, nil, nil, nil, nil, nil, nil
	vectorLosses.put(t)
	return sum / float64(len(labels))
}

func (t *vectorLoss) run(p lossPhase, pieces int) {
	t.phase = p
	Run(t, pieces)
}

// plan cuts rows and classes, and makes room. What is computed for a row does not
// depend on the block that it is in, so that there may be a block for each thread.
func (t *vectorLoss) plan() {
	t.tile = min(lossTile, roundUp(t.classes, lossPart))
	t.panels = roundUp(t.features, t.isa.shapeFor(t.features).panel)
	t.rows = len(t.labels)
	if t.dx != nil { // equal parts that fit
		t.rows = ceilDiv(t.rows, ceilDiv(t.rows, max(lossHeight, lossMemory/t.classes)))
	}
	t.height = min(lossHeight, ceilDiv(t.rows, runtime.GOMAXPROCS(0)))

	tiles := ceilDiv(t.classes, t.tile)
	t.wt = resize(t.wt, tiles*t.tile*t.features)
	t.z = resize(t.z, t.rows*t.tile)
	t.loss, t.sum, t.largest = resize(t.loss, len(t.labels)), resize(t.sum, t.rows), resize(t.largest, t.rows)
	if t.dx != nil {
		t.wp = resize(t.wp, t.classes*t.panels)
		t.e = resize(t.e, tiles*t.rows*t.tile)
		t.g, t.gx = resize(t.g, t.rows), resize(t.gx, t.rows*t.features)
	}
}

// Do implements [Task].
func (t *vectorLoss) Do(w *Worker, piece int) {
	switch t.phase {
	case packWeights:
		t.pack(w, piece)
	case rowsOfLoss:
		t.block(w, piece*t.height, min((piece+1)*t.height, t.rows))
	case weightsOfLoss:
		t.weights(w, piece*lossPart, min((piece+1)*lossPart, t.classes))
	}
}

// classesOf returns the first class of a tile, and how many it has.
func (t *vectorLoss) classesOf(tile int) (first, n int) {
	first = tile * t.tile
	return first, min(t.tile, t.classes-first)
}

func (t *vectorLoss) pack(w *Worker, tile int) {
	first, n := t.classesOf(tile)
	panel := t.isa.shapeFor(t.classes).panel
	wt := t.wt[first*t.features:]
	for d, depth := range depths(t.features) {
		t.isa.pack(w, wt[d*roundUp(n, panel):], Cols(t.w, t.features).from(d, first), depth, n, panel)
	}
	if t.dx != nil {
		t.isa.pack(w, t.wp[first*t.panels:], Rows(t.w, t.features).from(first, 0), n, t.features, t.isa.shapeFor(t.features).panel)
	}
}

// block is the first pass, of the rows lo to hi of those in e.
func (t *vectorLoss) block(w *Worker, lo, hi int) {
	x := Rows(t.x[(t.first+lo)*t.features:], t.features)
	logits := product{isa: t.isa, tile: t.isa.shapeFor(t.classes), k: t.features, ldc: t.tile, a: x}
	grads := product{isa: t.isa, tile: t.isa.shapeFor(t.features), ldc: t.features}
	logits.c = t.z[lo*t.tile:]
	for tile := range ceilDiv(t.classes, t.tile) {
		first, n := t.classesOf(tile)
		if t.b != nil {
			logits.e.Bias = t.b[first:]
		}
		wt := t.wt[first*t.features:]
		for d, depth := range depths(t.features) {
			logits.block(w, w.scratch, wt[d*roundUp(n, logits.tile.panel):], 0, 0, d, hi-lo, n, depth)
		}
		for i := lo; i < hi; i++ {
			t.exp(w, i, tile, first, t.z[i*t.tile:][:n])
		}
		if t.dx != nil {
			grads.k, grads.a = n, Rows(t.e[(tile*t.rows+lo)*t.tile:], t.tile)
			grads.c, grads.e.Accumulate = t.dx[(t.first+lo)*t.features:], tile > 0
			grads.block(w, w.scratch, t.wp[first*t.panels:], 0, 0, 0, hi-lo, t.features, n)
		}
	}
	for i := lo; i < hi; i++ {
		t.loss[t.first+i] += float64(t.largest[i]) + math.Log(t.sum[i])
		if t.dx != nil {
			t.finish(i)
		}
	}
}

// exp takes the exponentials of a row's logits in a tile.
func (t *vectorLoss) exp(w *Worker, row, tile, first int, z []float32) {
	m := maximum(w, z)
	if tile == 0 {
		t.largest[row], t.sum[row] = m, 0
	} else if m > t.largest[row]+lossMargin {
		down := math.Exp(float64(t.largest[row]) - float64(m))
		t.largest[row] = m
		t.sum[row] *= down
		if t.dx != nil {
			t.lower(row, tile, float32(down))
		}
	}
	if label := t.labels[t.first+row] - first; label >= 0 && label < len(z) {
		t.loss[t.first+row] = -float64(z[label])
	}
	c := t.largest[row]
	if math.IsInf(float64(c), -1) { // none of the classes so far can be
		c = 0
	}
	var e []float32
	if t.dx != nil {
		e = t.e[(tile*t.rows+row)*t.tile:][:len(z)]
	}
	t.sum[row] += expSum(w, e, z, c)
}

// lower scales down what the first tiles have made of a row.
func (t *vectorLoss) lower(row, tiles int, by float32) {
	for tile := range tiles {
		e := t.e[(tile*t.rows+row)*t.tile:][:t.tile]
		scale(e, e, by)
	}
	dx := t.dx[(t.first+row)*t.features:][:t.features]
	scale(dx, dx, by)
}

// finish makes the gradient of a row of what is a product so far.
func (t *vectorLoss) finish(row int) {
	label, s := t.labels[t.first+row], float32(t.sum[row])
	g := t.factor / s
	t.g[row] = g
	t.e[(label/t.tile*t.rows+row)*t.tile+label%t.tile] -= s
	dx := t.dx[(t.first+row)*t.features:][:t.features]
	for j, v := range t.w[label*t.features:][:t.features] {
		dx[j] = g * (dx[j] - s*v)
	}
	scale(t.gx[row*t.features:][:t.features], t.x[(t.first+row)*t.features:][:t.features], g)
}

// weights is the second pass, of classes lo to hi.
func (t *vectorLoss) weights(w *Worker, lo, hi int) {
	e := t.e[lo/t.tile*t.rows*t.tile+lo%t.tile:]
	if t.db != nil {
		sums := w.scratch[:lossPart] // beyond hi of whatever is in e, which has room for a whole part
		if clear(sums); t.first > 0 {
			copy(sums, t.db[lo:hi])
		}
		for j := 0; j < lossPart; j += 8 * t.isa.lanes {
			t.isa.weighRows(t.rows, t.tile*4, &sums[j], &e[j], &t.g[0])
		}
		copy(t.db[lo:hi], sums)
	}
	p := product{isa: t.isa, tile: t.isa.shapeFor(t.features), k: t.rows, a: Cols(e, t.tile)}
	p.c, p.ldc, p.e.Accumulate = t.dw[lo*t.features:], t.features, t.first > 0
	for d, depth := range depths(t.rows) {
		p.block(w, w.scratch, t.packed.panel[d*t.panels:], 0, 0, d, hi-lo, t.features, depth)
	}
}
