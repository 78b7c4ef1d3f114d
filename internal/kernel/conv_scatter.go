package kernel

// scatters reports whether the gradient of the input is cheaper to compute by
// adding, for each output pixel, its filters' rows to the patch it has seen, than
// by collecting, for each input pixel, from all outputs that have seen it: it is
// where channels are few, since a patch's row has all of them side by side, and for
// strides.
func scatters(g *Conv) bool {
	if g.Groups > 1 || g.Dilation > 1 {
		return false
	}
	b := g.backward()
	if m, _ := winogradFor(&b); m != nil && g.Stride == 1 {
		return false
	}
	height, width := g.scattered()
	const access = 3 // what loading and storing a vector of the sum costs, in products
	add := g.OutH() * g.OutW() * g.KH * ceilDiv(g.KW*g.C, active.lanes) * (g.F + access)
	collect := g.H * g.W * g.KH * g.KW * g.F * ceilDiv(g.C, active.lanes)
	return add < collect && height*width*g.C <= scratchLen
}

// scattered returns the size of the part of the padded image that outputs see.
func (g *Conv) scattered() (height, width int) {
	return (g.OutH()-1)*g.Stride + g.KH, (g.OutW()-1)*g.Stride + g.KW
}

// scatter sets dx to the gradient of the input, given dy, that of the output.
func (t *convTask[T]) scatter(g *Conv, dx, dy, w []float32) {
	c := any(t).(*convTask[float32])
	c.Conv, c.y, c.x, c.outH, c.outW = *g, dx, dy, g.OutH(), g.OutW()
	columns := g.KW * g.C
	c.tile = active.shapeFor(columns)
	wide := roundUp(columns, c.tile.panel)
	c.hwio = resize(c.hwio, g.KH*g.F*columns)
	for f := range g.F { // to (KH, F, KW, C)
		for ch := range g.C {
			for r := range g.KH {
				for s := range g.KW {
					c.hwio[((r*g.F+f)*g.KW+s)*g.C+ch] = w[((f*g.C+ch)*g.KH+r)*g.KW+s]
				}
			}
		}
	}
	c.panels = resize(c.panels, g.KH*g.F*wide)
	k := spare.get(newWorker)
	for r := range g.KH {
		active.pack(k, c.panels[r*g.F*wide:], Rows(c.hwio[r*g.F*columns:], columns), g.F, columns, c.tile.panel)
	}
	spare.put(k)
	c.step = convScatter
	Run(c, g.N)
}

// scatterImage adds up the gradient of image n. A tile goes down a column of the
// output, whose patches' rows lie in different rows of the image.
func scatterImage(t *convTask[float32], w *Worker, n int) {
	height, width := t.scattered()
	size := t.H * t.W * t.C
	dx := t.y[n*size : (n+1)*size]
	sum := dx
	whole := t.Top == 0 && t.Left == 0 && height == t.H && width == t.W // no zeros around it
	if !whole {
		sum = w.scratch[:height*width*t.C]
	}
	clear(sum)
	columns, panel := t.KW*t.C, t.tile.panel
	wide := roundUp(columns, panel)
	dy := t.x[n*t.outH*t.outW*t.F:]
	c := &w.tile
	*c = tile{aRow: t.outW * t.F * 4, aCol: 4, bRow: panel * 4, cRow: t.Stride * width * t.C * 4, k: t.F, segments: 1, flags: tileAdd}
	for r := range t.KH {
		for j := 0; j < columns; j += panel {
			shape := active.shapeFor(columns - j)
			c.setCols(min(shape.panel, columns-j), shape.panel)
			b := t.panels[r*t.F*wide+j*t.F:]
			for x := range t.outW {
				c.a, c.b, c.c = addr(dy[x*t.F:]), addr(b), addr(sum[(r*width+x*t.Stride)*t.C+j:])
				shape.run(c, t.outH)
			}
		}
	}
	if whole {
		return
	}
	clear(dx)
	left, right := max(t.Left, 0), min(t.Left+t.W, width)
	for i := range t.H {
		if at := i + t.Top; at < height && left < right {
			copy(dx[(i*t.W+left-t.Left)*t.C:], sum[(at*width+left)*t.C:(at*width+right)*t.C])
		}
	}
}
