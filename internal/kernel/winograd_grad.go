package kernel

import "unsafe"

// chunkFloats bounds the transformed images that are summed up at a time, so that
// they stay in the third-level cache.
const chunkFloats = 1 << 20

// winogradGrads sets dhwio (K, K, C, F) to the filters' gradient and dx, unless it
// is nil, to that of the input, and reports whether it can. With a corner, dy is
// that of the pooled output; with a gate, dx is 0 where x is at most 0. Both are the exact adjoints of the forward pass: with
// V = Bᵀ·X·B, D = A·dY·Aᵀ and the transformed filters U of each tile,
//
//	dw = Gᵀ·(Σ V∘D)·G    dX = Σ B·(D∘U)·Bᵀ
func winogradGrads(g *Conv, dx, dhwio, x, dy, hwio []float32, corner []uint32, gate bool) bool {
	m, k := winogradFor(g)
	if m == nil {
		return false
	}
	t := winograds.get(func() *winograd { return new(winograd) })
	defer winograds.put(t)
	t.init(g, m, k, g.OutH(), g.OutW())
	if !t.fitsImage() {
		return false
	}
	n2, tiles := m.n*m.n, t.across*t.down
	t.chunk = max(1, min(g.N, chunkFloats/(n2*tiles*(g.C+g.F))))
	t.v = resize(t.v, n2*freq(t.chunk*tiles, g.C))
	t.d = resize(t.d, n2*freq(t.chunk*tiles, g.F))
	t.du = resize(t.du, n2*g.C*g.F)
	if t.dx = dx; dx != nil {
		t.dv = resize(t.dv, len(t.v))
		t.u = resize(t.u, n2*g.C*g.F)
		t.panels = resize(t.panels, n2*g.F*active.padded(g.C))
		t.x = hwio
		t.run(winogradFilters, g.C)
		t.run(winogradPackTurned, n2)
	}
	t.x, t.y, t.corner, t.gate = x, dy, corner, gate
	for t.first = 0; t.first < g.N; t.first += t.chunk {
		t.count = min(t.chunk, g.N-t.first)
		t.run(winogradImages, t.count)
		t.run(winogradSum, n2)
		if dx != nil {
			t.run(winogradScatter, t.count)
		}
	}
	t.y = dhwio
	t.run(winogradBack, g.C)
	t.y, t.x, t.dx, t.corner = nil, nil, nil, nil
	return true
}

// padded returns the columns that panels of n columns have.
func (s *isa) padded(n int) int {
	panel := s.shapeFor(n).panel
	return roundUp(n, panel)
}

// image transforms image i of the chunk, and its output gradient.
func (t *winograd) image(w *Worker, i int) {
	n, tiles, size := t.first+i, t.across*t.down, t.m.n
	vs, ds := freq(t.chunk*tiles, t.C), freq(t.chunk*tiles, t.F)
	t.input(w, w.scratch, t.v[i*tiles*t.C:], vs, n, 0, t.down)

	dy, width, rest := t.gradient(w.scratch, n)
	a := &w.transform
	for r := range t.down {
		for c := range t.across {
			*a = transform{
				in: addr(dy[(r*width+c)*winogradTile*t.F:]), out: addr(t.d[(i*tiles+r*t.across+c)*t.F:]), tmp: addr(rest),
				groups: t.F / active.lanes, inRow: width * t.F * 4, inCol: t.F * 4, outRow: size * ds * 4, outCol: ds * 4,
			}
			t.k.outputGrad((*byte)(unsafe.Pointer(a)))
		}
	}
}

// gradient returns the gradient of image n of the output, in whole tiles, with its
// width in pixels and the memory that is left.
func (t *winograd) gradient(memory []float32, n int) (dy []float32, width int, rest []float32) {
	width = t.across * winogradTile
	size := t.down * winogradTile * width * t.F
	switch {
	case t.corner != nil:
		pooled, words := (t.outH/2)*(t.outW/2)*t.F, CornerWords(1, t.outH, t.outW, t.F)
		clear(memory[:size])
		spreadImage(memory[:size], width*t.F, t.y[n*pooled:], t.corner[n*words:], t.outH, t.outW, t.F)
	case t.outH%winogradTile != 0 || t.outW%winogradTile != 0:
		padImage(memory[:size], t.y[n*t.outH*t.outW*t.F:], t.outH, t.outW, t.F, width, 0, 0, 1)
	default:
		return t.y[n*t.outH*t.outW*t.F:], width, memory
	}
	return memory, width, memory[size:]
}

// sum adds the chunk's share of frequency f of the filters' gradient, vᵀ·d, and
// computes that of the input, d·uᵀ.
func (t *winograd) sum(w *Worker, f int) {
	tiles := t.across * t.down
	v, d := t.v[f*freq(t.chunk*tiles, t.C):], t.d[f*freq(t.chunk*tiles, t.F):]
	c := &w.tile
	*c = tile{aRow: 4, aCol: t.C * 4, bRow: t.F * 4, cRow: t.F * 4, k: t.count * tiles, segments: 1}
	if t.first > 0 {
		c.flags = tileAdd
	}
	panel := active.shapeFor(t.F).panel
	for j := 0; j < t.F; j += panel {
		shape := active.shapeFor(t.F - j)
		c.setCols(min(shape.panel, t.F-j), shape.panel)
		c.a, c.b, c.c = addr(v), addr(d[j:]), addr(t.du[f*t.C*t.F+j:])
		shape.run(c, t.C)
	}
	if t.dx == nil {
		return
	}
	dv, u := t.dv[f*freq(t.chunk*tiles, t.C):], t.panels[f*t.F*active.padded(t.C):]
	panel = active.shapeFor(t.C).panel
	*c = tile{aRow: t.F * 4, aCol: 4, bRow: panel * 4, cRow: t.C * 4, k: t.F, segments: 1}
	for j := 0; j < t.C; j += panel {
		shape := active.shapeFor(t.C - j)
		c.setCols(min(shape.panel, t.C-j), shape.panel)
		c.a, c.b, c.c = addr(d), addr(u[j*t.F:]), addr(dv[j:])
		shape.run(c, t.count*tiles)
	}
}

// scatter adds up the gradient of image i of the chunk, whose tiles overlap.
func (t *winograd) scatter(w *Worker, i int) {
	tiles, size := t.across*t.down, t.m.n
	vs := freq(t.chunk*tiles, t.C)
	reach := size - winogradTile
	height, width := t.down*winogradTile+reach, t.across*winogradTile+reach
	sum, rest := w.scratch[:height*width*t.C], w.scratch[height*width*t.C:]
	clear(sum)
	a := &w.transform
	for r := range t.down {
		for c := range t.across {
			*a = transform{
				in: addr(t.dv[(i*tiles+r*t.across+c)*t.C:]), out: addr(sum[(r*width+c)*winogradTile*t.C:]), tmp: addr(rest),
				groups: t.C / active.lanes, inRow: size * vs * 4, inCol: vs * 4, outRow: width * t.C * 4, outCol: t.C * 4,
			}
			t.k.inputGrad((*byte)(unsafe.Pointer(a)))
		}
	}
	dx := t.dx[(t.first+i)*t.H*t.W*t.C:]
	x, row := t.x[(t.first+i)*t.H*t.W*t.C:], t.W*t.C
	for h := range t.H {
		from := sum[((h+t.Top)*width+t.Left)*t.C:][:row]
		if t.gate { // whole vectors: channels fill them
			active.applyGrad[ReLU](row, &dx[h*row], &x[h*row], &from[0])
		} else {
			copy(dx[h*row:], from)
		}
	}
}

// fitsImage reports whether a thread has memory for an image, its own and its
// output's.
func (t *winograd) fitsImage() bool {
	reach, height, width := t.m.n-winogradTile, t.down*winogradTile, t.across*winogradTile
	return max((height+reach)*(width+reach)*t.C, height*width*t.F)+t.m.n*t.m.n*active.lanes <= scratchLen
}
