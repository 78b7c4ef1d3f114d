package kernel

// maxVector does both passes of max-pooling with vectors of channels.
func maxVector(t *poolTask[float32]) {
	if t.KH == 2 && t.KW == 2 && t.Stride == 2 && t.Pad == 0 {
		maxSquares(t)
		return
	}
	if t.dx != nil {
		clear(t.dx)
	}
	mask, row := &maskWords[16-t.C%active.lanes], t.W*t.C*4
	t.windows(func(w window) {
		last := w.x + ((w.rows-1)*t.W+w.cols)*t.C // the kernels check no bounds
		x, y := t.x[w.x:last], t.y[w.y:][:t.C]
		if t.dx == nil {
			active.maxPool(w.rows, w.cols, t.C, row, &y[0], &x[0], mask)
		} else {
			active.maxPoolGrad(w.rows, w.cols, t.C, row, &t.dx[w.x:last][0], &x[0], &y[0], &t.dy[w.y:][:t.C][0], mask)
		}
	})
}

// maxSquares pools windows of 2×2 pixels side by side. A last row or column that
// no window has gets no gradient.
func maxSquares(t *poolTask[float32]) {
	outH, outW := t.OutH(), t.OutW()
	spans := t.spans(outW)
	for n := range t.N {
		for i := range outH {
			lo := (n*t.H + 2*i) * t.W * t.C
			x, y := t.x[lo:][:2*t.W*t.C], t.y[(n*outH+i)*outW*t.C:][:outW*t.C]
			var dx, dy []float32
			if t.dx != nil {
				dx, dy = t.dx[lo:][:len(x)], t.dy[(n*outH+i)*outW*t.C:][:len(y)]
			}
			for _, s := range spans {
				if s.n > 0 {
					s.pool(t.C, t.W, dx, x, y, dy)
				}
			}
			if dx != nil && t.W%2 == 1 {
				clear(dx[(t.W-1)*t.C : t.W*t.C])
				clear(dx[(2*t.W-1)*t.C:])
			}
		}
		if t.dx != nil && t.H%2 == 1 {
			clear(t.dx[((n+1)*t.H-1)*t.W*t.C:][:t.W*t.C])
		}
	}
}

// A span is a part of a row of windows of 2×2: n windows from the first, and
// some of their channels.
type span struct{ first, n, channel, channels int }

// spans divides the windows of a row so that nearly all of the work is in whole
// vectors. Channels beyond whole vectors are done again with those before them.
// Pixels smaller than a vector are done as if they had more channels: what is
// written beyond one is written over by the next, except at the end of a row.
func (g *Pool) spans(outW int) [2]span {
	if whole := active.whole(g.C); whole == g.C {
		return [2]span{{0, outW, 0, g.C}}
	} else if whole > 0 {
		return [2]span{{0, outW, 0, whole}, {0, outW, g.C - active.lanes, active.lanes}}
	}
	n := max(0, min((g.W*g.C-active.lanes+g.C)/(2*g.C), (outW*g.C-active.lanes+g.C)/g.C))
	return [2]span{{0, n, 0, active.lanes}, {n, outW - n, 0, g.C}}
}

// pool does one pass on rows of pixels: two of dx and x, one of y and dy.
func (s *span) pool(c, w int, dx, x, y, dy []float32) {
	mask := &maskWords[16-s.channels%active.lanes]
	in, out := 2*s.first*c+s.channel, s.first*c+s.channel
	if dx == nil {
		active.maxPool2(s.n, s.channels, 4*c, 4*w*c, &y[out], &x[in], mask)
	} else {
		active.maxPool2Grad(s.n, s.channels, 4*c, 4*w*c, &dx[in], &x[in], &y[out], &dy[out], mask)
	}
}
