package op

import (
	"strconv"

	"gorgonia.org/tensor"

	"github.com/gorgonia-zoo/zoo/internal/device"
	"github.com/gorgonia-zoo/zoo/internal/kernel"
)

// A convPass is one convolution on a device: of an input with its filters, or of the
// output's gradient with the same, turned round.
type convPass struct {
	kernel.Conv
	back bool
}

// inner and cols are the channels of a group that are read, and written.
func (p convPass) inner() int {
	if p.back {
		return p.F / p.Groups
	}
	return p.C / p.Groups
}

func (p convPass) cols() int {
	if p.back {
		return p.C / p.Groups
	}
	return p.F / p.Groups
}

func (p convPass) taps() int { return p.KH * p.KW }

// width is that of a row of filters, as they are laid out.
func (p convPass) width() int { return roundUp(p.cols(), 4) }

// laidOut is the number of floats of the filters as they are laid out.
func (p convPass) laidOut() int { return p.Groups * p.taps() * p.inner() * p.width() }

// scratch is what a pass needs, in bytes.
func (p convPass) scratch() int { return 4 * p.laidOut() }

// convOperands are a pass's arrays; those that are 0 are left out.
type convOperands struct {
	y, corner, x, w, bias, gate device.Pointer
	relu                        bool
}

func (c *call) convolve(p convPass, o convOperands) {
	n := p.laidOut()
	c.each("layFilters", n, c.scratch.Arg(), o.w.Arg(), device.Int(n), device.Int(p.taps()), device.Int(p.inner()), device.Int(p.cols()),
		device.Int(p.width()), flag(p.back))

	pixels, outputs := p.N*p.OutH()*p.OutW(), p.F
	geometry := []int{p.H, p.W, p.C, p.OutH(), p.OutW(), p.KW, p.taps(), p.Stride, p.Dilation, -p.Top, -p.Left, 1}
	if p.back {
		pixels, outputs = p.N*p.H*p.W, p.C
		geometry = []int{p.OutH(), p.OutW(), p.F, p.H, p.W, p.KW, p.taps(), 1, -p.Dilation, p.Top, p.Left, p.Stride}
	}
	tile := convTile(p.cols())
	rows, name := 128, "conv"+strconv.Itoa(tile)
	if tile == 64 {
		rows = 64
	}
	if p.inner()%4 == 0 && o.x%16 == 0 {
		name += "Quads"
	}
	if o.corner != 0 {
		pixels = p.N * (p.OutH() / 2) * (p.OutW() / 2) * 4
		name += "Pool"
	}
	args := []device.Arg{
		o.y.Arg(), o.corner.Arg(), o.x.Arg(), c.scratch.Arg(), o.bias.Arg(), o.gate.Arg(), device.Int(pixels), device.Int(p.inner()),
		device.Int(p.cols()), device.Int(p.width()), device.Int(outputs), flag(o.relu),
	}
	for _, v := range geometry {
		args = append(args, device.Int(v))
	}
	if pixels > 0 {
		c.launch(name, device.Layout{X: ceilDiv(pixels, rows), Y: ceilDiv(p.cols(), tile), Z: p.Groups, Threads: 128}, args...)
	}
}

// convTile is the number of columns that a block of threads computes.
func convTile(cols int) int {
	switch {
	case cols <= 16:
		return 16
	case cols <= 32:
		return 32
	}
	return 64
}

// shares says by how many groups of how many pixels the gradient of filters is summed.
func shares(k *kernel.Conv) (n, pixels int) {
	const enough, fewest, step = 512, 128, 16 // blocks; pixels; pixels that a block takes at a time
	all := k.N * k.OutH() * k.OutW()
	cols := k.F / k.Groups
	tiles := k.Groups * ceilDiv(k.KH*k.KW*k.C/k.Groups, 64) * ceilDiv(cols, convTile(cols))
	n = max(1, min(ceilDiv(enough, tiles), all/fewest))
	pixels = roundUp(ceilDiv(all, n), step)
	return ceilDiv(all, pixels), pixels
}

// filterScratch is what filterGrad needs, in bytes.
func filterScratch(k *kernel.Conv) int {
	n, _ := shares(k)
	return 4 * n * k.F * k.C / k.Groups * k.KH * k.KW
}

// filterGrad sets dw to the gradient of filters, given that of the output or, with a
// corner, of what it was pooled to.
func (c *call) filterGrad(k *kernel.Conv, dw, x, dy, corner device.Pointer) {
	n, pixels := shares(k)
	inner, cols, taps := k.C/k.Groups, k.F/k.Groups, k.KH*k.KW
	tile := convTile(cols)
	args := []device.Arg{c.scratch.Arg(), x.Arg(), dy.Arg(), corner.Arg()}
	for _, v := range []int{
		k.N * k.OutH() * k.OutW(), pixels, inner, cols, k.F, k.Groups, k.H, k.W, k.C, k.OutH(), k.OutW(), k.KW, taps, k.Stride, k.Dilation, -k.Top, -k.Left,
	} {
		args = append(args, device.Int(v))
	}
	c.launch("convFilters"+strconv.Itoa(tile), device.Layout{X: ceilDiv(taps*inner, 64), Y: ceilDiv(cols, tile), Z: n * k.Groups, Threads: 128}, args...)
	size := taps * inner * k.F
	c.each("addFilters", size, dw.Arg(), c.scratch.Arg(), device.Int(size), device.Int(n), device.Int(taps), device.Int(inner), device.Int(cols))
}

func (o conv) pass(in []tensor.Shape) convPass {
	return convPass{Conv: o.geometry.kernel(in[0], in[1])}
}

func (o conv) scratch(in []tensor.Shape) int { return o.pass(in).scratch() }

// operands are the arrays of a pass forward to y.
func (o conv) operands(c *call, y device.Pointer) convOperands {
	a := convOperands{y: y, x: c.in[0].Pointer, w: c.in[1].Pointer, relu: o.act == ReLU}
	if o.bias {
		a.bias = c.in[2].Pointer
	}
	return a
}

func (o conv) launch(c *call) {
	c.convolve(o.pass([]tensor.Shape{c.shape(0), c.shape(1)}), o.operands(c, c.out.Pointer))
	if o.act > ReLU {
		c.activation(o.act, c.out.Pointer, c.out.Pointer, c.out.Len())
	}
}

// pooled returns the two parts of what convPool packs.
func pooled(packed device.Pointer, k *kernel.Conv) (y, corner device.Pointer) {
	return packed, packed.Add(pooledShape(outputShape(k)).TotalSize())
}

func outputShape(k *kernel.Conv) tensor.Shape { return tensor.Shape{k.N, k.OutH(), k.OutW(), k.F} }

// Channels of several groups share words of corners, which blocks do not: then the whole
// output is scratch.
func (o convPool) scratch(in []tensor.Shape) int {
	p := o.of.pass(in)
	if p.Groups == 1 {
		return p.scratch()
	}
	return roundUp(p.scratch(), 256) + 4*outputShape(&p.Conv).TotalSize()
}

func (o convPool) launch(c *call) {
	p := o.of.pass([]tensor.Shape{c.shape(0), c.shape(1)})
	y, corner := pooled(c.out.Pointer, &p.Conv)
	if p.Groups == 1 {
		a := o.of.operands(c, y)
		a.corner = corner
		c.convolve(p, a)
		return
	}
	full := c.scratch + device.Pointer(roundUp(p.scratch(), 256))
	c.convolve(p, o.of.operands(c, full))
	c.maxCorner(y, corner, full, outputShape(&p.Conv))
}

func (o convDataGrad) pass(w tensor.Shape) convPass {
	return convPass{o.geometry.kernel(o.x, w), true}
}

func (o convDataGrad) scratch(in []tensor.Shape) int { return o.pass(in[1]).scratch() }

func (o convDataGrad) launch(c *call) {
	c.convolve(o.pass(c.shape(1)), convOperands{y: c.out.Pointer, x: c.in[0].Pointer, w: c.in[1].Pointer})
}

func (o convWeightGrad) scratch(in []tensor.Shape) int {
	k := o.geometry.kernel(in[0], o.w)
	return filterScratch(&k)
}

func (o convWeightGrad) launch(c *call) {
	k := o.geometry.kernel(c.shape(0), o.w)
	var corner device.Pointer
	if o.pooled {
		_, corner = pooled(c.in[2].Pointer, &k)
	}
	c.filterGrad(&k, c.out.Pointer, c.in[0].Pointer, c.in[1].Pointer, corner)
}

// What both gradients need one after the other comes first, then the output's gradient
// if that has to be made of the pooled one's.
func (o convGrads) scratch([]tensor.Shape) int {
	p := convPass{o.geometry.kernel(o.x, o.w), true}
	n := max(p.scratch(), filterScratch(&p.Conv))
	if o.pooled {
		n = roundUp(n, 256) + 4*outputShape(&p.Conv).TotalSize()
	}
	return n
}

func (o convGrads) launch(c *call) {
	p := convPass{o.geometry.kernel(o.x, o.w), true}
	dy := c.in[2].Pointer
	if o.pooled {
		full := c.scratch + device.Pointer(roundUp(max(p.scratch(), filterScratch(&p.Conv)), 256))
		_, corner := pooled(c.in[3].Pointer, &p.Conv)
		c.maxCornerGrad(full, dy, corner, outputShape(&p.Conv))
		dy = full
	}
	x := c.in[0].Pointer
	a := convOperands{y: c.out.Pointer, x: dy, w: c.in[1].Pointer}
	if o.gate {
		a.gate = x
	}
	c.convolve(p, a)
	c.filterGrad(&p.Conv, c.out.Add(o.x.TotalSize()), x, dy, 0)
}
