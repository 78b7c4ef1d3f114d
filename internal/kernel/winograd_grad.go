package kernel

import "unsafe"

// chunkFloats bounds the transformed images that are summed up at a time, so that
// they stay in the third-level cache.
const chunkFloats = 1 << 20

// winogradWeightGrad sets hwio (K, K, C, F) to the filters' gradient and reports
// whether it can. It is the exact adjoint of the forward pass: with V = Bᵀ·X·B and
// D = A·dY·Aᵀ of each tile, dw = Gᵀ·(Σ V∘D)·G.
func winogradWeightGrad(g *Conv, hwio, x, dy []float32) bool {
	m, k := winogradFor(g)
	if m == nil {
		return false
	}
	t := winograds.get(func() *winograd { return new(winograd) })
	defer winograds.put(t)
	t.init(g, m, k, g.OutH(), g.OutW())
	n2, tiles, reach := m.n*m.n, t.across*t.down, m.n-winogradTile
	height, width := t.down*winogradTile, t.across*winogradTile
	if (height+reach)*(width+reach)*g.C+n2*active.lanes > scratchLen || height*width*g.F+n2*active.lanes > scratchLen {
		return false
	}
	chunk := max(1, min(g.N, chunkFloats/(n2*tiles*(g.C+g.F))))
	t.tile = active.shapeFor(g.F)
	t.v = resize(t.v, n2*freq(chunk*tiles, g.C))
	t.d = resize(t.d, n2*freq(chunk*tiles, g.F))
	t.du = resize(t.du, n2*g.C*g.F)
	t.chunk = chunk
	t.x = x
	for t.first = 0; t.first < g.N; t.first += chunk {
		t.y = dy
		t.count = min(chunk, g.N-t.first)
		t.run(winogradImages, t.count)
		t.run(winogradSum, n2)
	}
	t.y = hwio
	t.run(winogradBack, g.C)
	t.y, t.x = nil, nil
	return true
}

// image transforms image i of the chunk, and its output gradient.
func (t *winograd) image(w *Worker, i int) {
	n, tiles, size := t.first+i, t.across*t.down, t.m.n
	vs, ds := freq(t.chunk*tiles, t.C), freq(t.chunk*tiles, t.F)
	t.input(w, w.scratch, t.v[i*tiles*t.C:], vs, n, 0, t.down)

	dy, width := t.y[n*t.outH*t.outW*t.F:], t.outW
	rest := w.scratch
	if t.outH%winogradTile != 0 || t.outW%winogradTile != 0 {
		width = t.across * winogradTile
		whole := w.scratch[:t.down*winogradTile*width*t.F]
		padImage(whole, dy, t.outH, t.outW, t.F, width, 0, 0, 1)
		dy, rest = whole, w.scratch[len(whole):]
	}
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

// sum adds the chunk's share of frequency f: du += vᵀ·d.
func (t *winograd) sum(w *Worker, f int) {
	tiles := t.across * t.down
	v, d := t.v[f*freq(t.chunk*tiles, t.C):], t.d[f*freq(t.chunk*tiles, t.F):]
	c := &w.tile
	*c = tile{aRow: 4, aCol: t.C * 4, bRow: t.F * 4, cRow: t.F * 4, k: t.count * tiles, segments: 1}
	if t.first > 0 {
		c.flags = tileAdd
	}
	for j := 0; j < t.F; j += t.tile.panel {
		shape := active.shapeFor(t.F - j)
		c.setCols(min(shape.panel, t.F-j), shape.panel)
		c.a, c.b, c.c = addr(v), addr(d[j:]), addr(t.du[f*t.C*t.F+j:])
		shape.run(c, t.C)
	}
}
