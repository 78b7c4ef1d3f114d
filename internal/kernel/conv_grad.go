package kernel

// ConvWeightGrad sets dw to the gradient of the filters, given that of the output.
func ConvWeightGrad[T Float](g *Conv, dw, x, dy []T) {
	t := convs[T]().get(newConvTask[T])
	t.weightGrad(g, dw, x, dy)
	t.put()
}

// weightGrad computes the filters' gradient, each piece over a group of images,
// and adds up the groups in order.
func (t *convTask[T]) weightGrad(g *Conv, dw, x, dy []T) {
	t.Conv, t.y, t.x, t.w, t.turned, t.spread = *g, dy, x, dw, false, 1
	t.takeTogether()
	t.outH, t.outW = g.OutH(), g.OutW()/t.pixels
	t.hwio = resize(t.hwio, t.KH*t.KW*t.C/t.Groups*t.F)
	if c, ok := any(t).(*convTask[float32]); !ok || active.lanes == 0 {
		t.step = convSum
		Run(t, t.KH)
	} else if !winogradWeightGrad(g, c.hwio, c.x, c.y) {
		c.sumGroups()
	}
	t.step = convUnfilter
	Run(t, t.C/t.Groups)
}

// sumGroups computes the filters' gradient in pieces: a filter row and a panel of
// filters, over a group of images. The groups are then added up in order.
func (t *convTask[T]) sumGroups() {
	t.prepare(true)
	t.tile = active.shapeFor(t.F / t.Groups)
	pieces := t.Groups * t.KH * ceilDiv(t.F/t.Groups, t.tile.panel)
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

// sumPieces is about the number of pieces of the filters' gradient.
const sumPieces = 16
