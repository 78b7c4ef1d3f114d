package kernel

// ConvWeightGrad sets dw to the gradient of the filters, given that of the output
// or, with a corner, of the output of [ConvPool].
func ConvWeightGrad[T Float](g *Conv, dw, x, dy []T, corner []uint32) {
	t := convs[T]().get(newConvTask[T])
	t.weightGrad(g, dw, x, dy, corner)
	t.put()
}

// ConvGrads is ConvDataGrad and ConvWeightGrad at once, which share work where
// [Conv.Shares] says so. With a gate, dx is 0 where x is at most 0: the gradient
// before a ReLU whose output is x.
func ConvGrads[T Float](g *Conv, dx, dw, x, dy, w []T, corner []uint32, gate bool) {
	t := convs[T]().get(newConvTask[T])
	defer t.put()
	if c, ok := any(t).(*convTask[float32]); ok && g.Shares() {
		t.layOut(g, w, false)
		c.part = resize(c.part, len(w))
		if winogradGrads(g, any(dx).([]float32), c.part, any(x).([]float32), any(dy).([]float32), c.hwio, corner, gate) {
			t.hwio, t.part = t.part, t.hwio
			t.w, t.step = dw, convUnfilter
			Run(t, t.C)
			return
		}
	}
	t.weightGrad(g, dw, x, dy, corner)
	if corner != nil {
		t.full = resize(t.full, g.N*g.OutH()*g.OutW()*g.F)
		MaxCornerGrad(t.full, dy, corner, g.N, g.OutH(), g.OutW(), g.F)
		dy = t.full
	}
	ConvDataGrad(g, dx, dy, w)
	if gate {
		ApplyGrad(ReLU, dx, x, dx)
	}
}

// Shares reports whether the gradients of input and filters are computed by
// Winograd's algorithm, which transforms the output's gradient for both.
func (g *Conv) Shares() bool {
	m, _ := winogradFor(g)
	return m != nil
}

// weightGrad computes the filters' gradient, each piece over a group of images,
// and adds up the groups in order.
func (t *convTask[T]) weightGrad(g *Conv, dw, x, dy []T, corner []uint32) {
	t.Conv, t.y, t.x, t.w, t.turned, t.spread, t.corner = *g, dy, x, dw, false, 1, corner
	t.takeTogether()
	outH, outW := g.OutH(), g.OutW()
	t.outH, t.outW = outH, outW/t.pixels
	t.hwio = resize(t.hwio, t.KH*t.KW*t.C/t.Groups*t.F)
	c, ok := any(t).(*convTask[float32])
	vector := ok && active.lanes > 0
	t.small = vector && len(t.hwio) <= smallFilters && t.paddedH()*t.paddedW()*t.C+outH*outW*g.F <= scratchLen/2
	switch {
	case vector && winogradGrads(g, nil, c.hwio, c.x, c.y, nil, corner, false):
	case corner != nil && !t.small:
		t.full = resize(t.full, g.N*outH*outW*g.F)
		MaxCornerGrad(t.full, dy, corner, g.N, outH, outW, g.F)
		t.weightGrad(g, dw, x, t.full, nil)
		return
	case vector:
		c.sumGroups()
	default:
		t.step = convSum
		Run(t, t.KH)
	}
	t.step = convUnfilter
	Run(t, t.C/t.Groups)
}

// sumGroups computes the filters' gradient in pieces: a filter row and a panel of
// filters, or all of them, over a group of images. The groups are then added up in
// order.
func (t *convTask[T]) sumGroups() {
	t.prepare(!t.small)
	t.tile = active.shapeFor(t.F / t.Groups)
	pieces := t.Groups * t.KH * ceilDiv(t.F/t.Groups, t.tile.panel)
	if t.small {
		pieces = 1
	}
	t.images = ceilDiv(t.N, min(t.N, ceilDiv(sumPieces, pieces)))
	groups, size := ceilDiv(t.N, t.images), len(t.hwio)
	t.part = resize(t.part, groups*size)
	t.step = convSum
	Run(t, pieces*groups)
	copy(t.hwio, t.part[:size])
	for i := 1; i < groups; i++ {
		addTo(t.hwio, t.part[i*size:(i+1)*size])
	}
}

const (
	sumPieces    = 16      // about the number of pieces of the filters' gradient
	smallFilters = 4 << 10 // elements of filters whose gradient is summed up whole
)
