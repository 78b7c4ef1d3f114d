package kernel

// packFilters packs the filters of every group into panels of all of their depth.
func packFilters(t *convTask[float32]) {
	in, out := t.C/t.Groups, t.F/t.Groups
	depth := t.KH * t.KW * in
	t.tile = active.shapeFor(out)
	width := roundUp(out, t.tile.panel)
	t.panels = resize(t.panels, t.Groups*width*depth)
	w := spare.get(newWorker)
	defer spare.put(w)
	for g := range t.Groups {
		active.pack(w, t.panels[g*width*depth:], Rows(t.hwio[g*out:], t.F), depth, out, t.tile.panel)
	}
}

// patch sets up tile for products whose rows of A are the patches under the
// filter: KH runs of pixels or, where dilation or groups part them, single pixels.
// It returns the number of such products that add up.
func patch(t *convTask[float32], tile *tile, in int) (parts int) {
	tile.aRow, tile.aCol = t.strideW*t.C*4, 4
	if t.Dilation == 1 && t.Groups == 1 {
		tile.k, tile.segments = t.KW*t.C, t.KH
		tile.aSegment = (t.rowLen - t.KW) * t.C * 4
		return 1
	}
	tile.k, tile.segments = in, t.KW
	tile.aSegment = (t.Dilation*t.C - in) * 4
	return t.KH
}

// outputTiles computes rows of the output of image n, and pools them, two at a
// time, if they are to be pooled.
func outputTiles(t *convTask[float32], w *Worker, n, y0, rows int) {
	read := (rows-1)*t.Stride + t.reachH() + 1
	img := t.source(w, n, y0*t.Stride, read)
	row := t.outW * t.F
	if t.corner == nil {
		tiles(t, w, t.y[(n*t.outH+y0)*row:], img, rows)
		return
	}
	pair := w.scratch
	if !t.bare() && !t.whole {
		pair = pair[read*t.rowLen*t.C:]
	}
	width, channels := t.outW*t.pixels, t.F/t.pixels
	size, words := width/2*channels, CornerWords(1, 2, width, channels)
	for i := 0; i < rows; i += 2 {
		tiles(t, w, pair, img[i*t.Stride*t.rowLen*t.C:], 2)
		at := (n*t.outH + y0 + i) / 2
		poolRows(t.y[at*size:], t.corner[at*words:], pair, row, 1, width, channels)
	}
}

// tiles computes rows of output pixels, from the padded image img on.
func tiles(t *convTask[float32], w *Worker, y, img []float32, rows int) {
	in, out := t.C/t.Groups, t.F/t.Groups
	panel := t.tile.panel
	width, depth := roundUp(out, panel), t.KH*t.KW*in
	c := &w.tile
	*c = tile{bRow: panel * 4, cRow: t.F * 4}
	parts := patch(t, c, in)
	for g := range t.Groups {
		for j := 0; j < out; j += panel {
			shape := active.shapeFor(out - j)
			c.setCols(min(shape.panel, out-j), shape.panel)
			b := t.panels[g*width*depth+j*depth:]
			if t.e.Bias != nil {
				c.bias = addr(t.e.Bias[g*out+j:])
			}
			for i := range rows {
				for r := range parts {
					c.flags &= tilePart
					if r > 0 {
						c.flags |= tileAdd
					}
					if r == parts-1 {
						c.flags |= t.epilogue()
					}
					c.a = addr(img[(i*t.Stride+r*t.Dilation)*t.rowLen*t.C+g*in:])
					c.b = addr(b[r*t.KW*in*panel:])
					c.c = addr(y[i*t.outW*t.F+g*out+j:])
					shape.run(c, t.outW)
				}
			}
		}
	}
}

func (t *convTask[T]) epilogue() (flags int) {
	if t.e.Bias != nil {
		flags |= tileBias
	}
	if t.e.ReLU {
		flags |= tileReLU
	}
	return flags
}

// sumTiles adds up one piece of the filters' gradient over a group of images: all
// of it if it is small, else a filter row and a panel of filters.
func sumTiles(t *convTask[float32], w *Worker, piece int) {
	out := t.F / t.Groups
	panels := ceilDiv(out, t.tile.panel)
	pieces, first := panels*t.KH*t.Groups, 0
	part := piece / pieces
	if t.small {
		part = piece
	} else {
		first = piece % pieces
		pieces = 1
	}
	sum := t.part[part*len(t.hwio):][:len(t.hwio)]
	for n := part * t.images; n < min((part+1)*t.images, t.N); n++ {
		img, rest := t.source(w, n, 0, t.paddedH()), w.scratch
		if !t.bare() && !t.whole {
			rest = rest[len(img):]
		}
		dy, rest := t.gradient(rest, n)
		for i := first; i < first+pieces; i++ {
			sumTile(t, w, rest, sum, img, dy, n, i/panels/t.KH, i/panels%t.KH, i%panels*t.tile.panel)
		}
	}
}

// gradient returns the gradient of image n of the output, spread out to memory if
// the output is pooled, and the memory that is left.
func (t *convTask[T]) gradient(memory []T, n int) (dy, rest []T) {
	size := t.outH * t.outW * t.F
	if t.corner == nil {
		return t.y[n*size:], memory
	}
	width, channels := t.outW*t.pixels, t.F/t.pixels
	pooled, words := (t.outH/2)*(width/2)*channels, CornerWords(1, t.outH, width, channels)
	spreadImage(memory[:size], width*channels, t.y[n*pooled:], t.corner[n*words:], t.outH, width, channels)
	return memory, memory[size:]
}

// sumTile adds the share of image n, of which dy is the gradient, to the gradient
// of filter row r and a panel of filters from j on in group g. A is the image,
// transposed: a row for each element of a patch, a column for each output pixel.
func sumTile(t *convTask[float32], w *Worker, rest, sum, img, dy []float32, n, g, r, j int) {
	in, out := t.C/t.Groups, t.F/t.Groups
	shape := active.shapeFor(out - j)
	c := &w.tile
	*c = tile{
		aRow: 4, aCol: t.strideW * t.C * 4, cRow: t.F * 4, bRow: t.F * 4,
		k: t.outW, segments: t.outH, aSegment: (t.rowLen*t.Stride - t.outW*t.strideW) * t.C * 4,
	}
	c.setCols(min(shape.panel, out-j), shape.panel)
	if n%t.images > 0 {
		c.flags |= tileAdd
	}
	columns, rows := t.KW, in
	if t.Dilation == 1 && t.Groups == 1 {
		columns, rows = 1, t.KW*in
	}
	// add adds products with b for pixels from column x of row y on.
	add := func(y, x int, b []float32) {
		for s := range columns {
			c.a = addr(img[((y*t.Stride+r*t.Dilation)*t.rowLen+x*t.strideW+s*t.Dilation)*t.C+g*in:])
			c.b, c.c = addr(b), addr(sum[(r*t.KW+s)*in*t.F+g*out+j:])
			shape.run(c, rows)
		}
		c.flags |= tileAdd
	}
	whole := 0 // rows whose pixels' vectors end within dy
	if last := len(dy) - g*out - j - shape.panel; last >= 0 {
		whole = min(t.outH, (last/t.F+1)/t.outW)
	}
	if whole > 0 {
		c.segments = whole
		add(0, 0, dy[g*out+j:])
	}
	c.segments, c.bRow = 1, shape.panel*4
	most := len(rest) / shape.panel
	for y := whole; y < t.outH; y++ { // copied
		for x := 0; x < t.outW; x += most {
			c.k = min(most, t.outW-x)
			active.packRowsOf(w, rest, dy[(y*t.outW+x)*t.F+g*out+j:], t.F, c.k, min(shape.panel, out-j), shape.panel)
			add(y, x, rest)
		}
	}
}
