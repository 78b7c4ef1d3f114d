package op

import (
	"slices"

	"github.com/chewxy/hm"
	"github.com/pkg/errors"
	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/gorgonia-zoo/zoo/internal/kernel"
)

// A Geometry is how a filter moves over an image. Stride, Dilation and Groups are
// at least 1; the others are zeros around the image.
type Geometry struct {
	Stride, Dilation, Groups int
	Top, Left, Bottom, Right int
	Direct                   bool // not by Winograd's algorithm
}

// Conv2D returns the convolution of x with w, plus b.
//
//	x  (N, H, W, C)
//	w  (F, C/Groups, KH, KW)
//	b  (F)                    may be nil
//	y  (N, OH, OW, F)
func Conv2D(x, w, b *G.Node, g Geometry) (*G.Node, error) {
	c := conv{geometry: g, bias: b != nil}
	if b == nil {
		return apply(c, x, w)
	}
	return apply(c, x, w, b)
}

// conv also applies an activation.
type conv struct {
	geometry Geometry
	bias     bool
	act      Activation
}

func (c conv) String() string { return "conv2d" + c.act.suffix() }

func (c conv) types() []hm.Type {
	if c.bias {
		return []hm.Type{array(4), array(4), array(1), array(4)}
	}
	return []hm.Type{array(4), array(4), array(4)}
}

// kernel returns the geometry for an input and filters of the given shapes.
func (g Geometry) kernel(x, w tensor.Shape) kernel.Conv {
	return kernel.Conv{
		N: x[0], H: x[1], W: x[2], C: x[3], F: w[0], KH: w[2], KW: w[3],
		Stride: g.Stride, Dilation: g.Dilation, Groups: g.Groups,
		Top: g.Top, Left: g.Left, Bottom: g.Bottom, Right: g.Right, Direct: g.Direct,
	}
}

func (c conv) shape(in []tensor.Shape) (tensor.Shape, error) {
	x, w, g := in[0], in[1], c.geometry
	switch {
	case g.Stride < 1 || g.Dilation < 1 || g.Groups < 1 || min(g.Top, g.Left, g.Bottom, g.Right) < 0:
		return nil, errors.Errorf("bad geometry %+v", g)
	case x[3] != w[1]*g.Groups || w[0]%g.Groups != 0:
		return nil, errors.Errorf("input %v does not fit weight %v in %d groups", x, w, g.Groups)
	case c.bias && in[2][0] != w[0]:
		return nil, errors.Errorf("bias %v does not fit weight %v", in[2], w)
	case x[1]+g.Top+g.Bottom <= g.Dilation*(w[2]-1) || x[2]+g.Left+g.Right <= g.Dilation*(w[3]-1):
		return nil, errors.Errorf("input %v is smaller than weight %v", x, w)
	}
	k := g.kernel(x, w)
	return tensor.Shape{x[0], k.OutH(), k.OutW(), w[0]}, nil
}

func (c conv) do(out G.Value, in []G.Value) error {
	if out.Dtype() == tensor.Float64 {
		convDo[float64](c, out, in)
	} else {
		convDo[float32](c, out, in)
	}
	return nil
}

func convDo[T kernel.Float](c conv, out G.Value, in []G.Value) {
	y := data[T](out)
	e := kernel.Epilogue[T]{ReLU: c.act == ReLU}
	if c.bias {
		e.Bias = data[T](in[2])
	}
	k := c.geometry.kernel(in[0].Shape(), in[1].Shape())
	kernel.ConvForward(&k, y, data[T](in[0]), data[T](in[1]), e)
	if f, ok := c.act.kernel(); ok && c.act != ReLU {
		kernel.Apply(f, y, y)
	}
}

func (c conv) activated(a Activation) (computation, bool) {
	if c.act != Identity {
		return nil, false
	}
	c.act = a
	return c, true
}

func (c conv) wrt() []bool {
	if c.bias {
		return []bool{true, true, true}
	}
	return []bool{true, true}
}

func (c conv) grad(in G.Nodes, y, dy *G.Node) (G.Nodes, error) {
	dz, err := c.act.grad(y, dy)
	if err != nil {
		return nil, err
	}
	return c.backward(in, dz, nil)
}

// backward returns the gradients of the inputs, given that before the activation
// or, if the output is pooled, dz, that of the pooled output, and what convPool has
// packed.
func (c conv) backward(in G.Nodes, dz, packed *G.Node) (_ G.Nodes, err error) {
	grads := make(G.Nodes, 2, 3)
	x, w := in[0].Shape().Clone(), in[1].Shape().Clone()
	k := c.geometry.kernel(x, w)
	from := []*G.Node{dz}
	if packed != nil {
		from = append(from, packed)
	}
	switch input := in[0].Op() == nil; { // whose gradient nobody asks for
	case k.Shares() && !input:
		both, err := apply(convGrads{c.geometry, x, w, packed != nil, isReLU(in[0])}, append([]*G.Node{in[0], in[1]}, from...)...)
		if err != nil {
			return nil, err
		}
		if grads[0], err = partOf(both, 0, x...); err != nil {
			return nil, err
		}
		if grads[1], err = partOf(both, x.TotalSize(), w...); err != nil {
			return nil, err
		}
	default:
		full := dz
		if packed != nil {
			if full, err = apply(maxCornerGrad{tensor.Shape{k.N, k.OutH(), k.OutW(), k.F}}, packed, dz); err != nil {
				return nil, err
			}
		}
		if grads[0], err = apply(convDataGrad{c.geometry, x}, full, in[1]); err != nil {
			return nil, err
		}
		if !input {
			from = []*G.Node{full}
		}
		if grads[1], err = apply(convWeightGrad{c.geometry, w, len(from) > 1}, append([]*G.Node{in[0]}, from...)...); err != nil {
			return nil, err
		}
	}
	if !c.bias {
		return grads, nil
	}
	s := dz.Shape()
	rows, err := Reshape(dz, s[0]*s[1]*s[2], s[3])
	if err != nil {
		return nil, err
	}
	db, err := apply(sumRows{}, rows)
	return append(grads, db), err
}

// convDataGrad is the gradient of the input x, from that of the output and the
// filters.
type convDataGrad struct {
	geometry Geometry
	x        tensor.Shape
}

func (convDataGrad) String() string { return "conv2dDataGrad" }

func (convDataGrad) types() []hm.Type { return []hm.Type{array(4), array(4), array(4)} }

func (c convDataGrad) shape([]tensor.Shape) (tensor.Shape, error) { return c.x.Clone(), nil }

func (c convDataGrad) do(out G.Value, in []G.Value) error {
	k := c.geometry.kernel(c.x, in[1].Shape())
	if out.Dtype() == tensor.Float64 {
		kernel.ConvDataGrad(&k, data[float64](out), data[float64](in[0]), data[float64](in[1]))
	} else {
		kernel.ConvDataGrad(&k, data[float32](out), data[float32](in[0]), data[float32](in[1]))
	}
	return nil
}

// convWeightGrad is the gradient of the filters w, from the input and the output's
// gradient or, if the output is pooled, the pooled one's and what convPool packed.
type convWeightGrad struct {
	geometry Geometry
	w        tensor.Shape
	pooled   bool
}

func (convWeightGrad) String() string { return "conv2dWeightGrad" }

func (c convWeightGrad) types() []hm.Type {
	t := []hm.Type{array(4), array(4), array(4)}
	if c.pooled {
		t = slices.Insert(t, 2, array(1))
	}
	return t
}

func (c convWeightGrad) shape([]tensor.Shape) (tensor.Shape, error) { return c.w.Clone(), nil }

func (c convWeightGrad) do(out G.Value, in []G.Value) error {
	k := c.geometry.kernel(in[0].Shape(), c.w)
	if out.Dtype() == tensor.Float64 {
		kernel.ConvWeightGrad(&k, data[float64](out), data[float64](in[0]), data[float64](in[1]), cornersIn[float64](&k, in[2:]))
	} else {
		kernel.ConvWeightGrad(&k, data[float32](out), data[float32](in[0]), data[float32](in[1]), cornersIn[float32](&k, in[2:]))
	}
	return nil
}

// cornersIn returns the corners in what convPool packed, if there is any.
func cornersIn[T kernel.Float](k *kernel.Conv, packed []G.Value) []uint32 {
	if len(packed) == 0 {
		return nil
	}
	_, corner := unpackCorners(data[T](packed[0]), k.N, k.OutH(), k.OutW(), k.F)
	return corner
}

// convGrads packs the gradients of the input x and of the filters w, which share
// work. Its inputs are x, w and those of convWeightGrad's gradient.
type convGrads struct {
	geometry Geometry
	x, w     tensor.Shape
	pooled   bool
	gate     bool // of a ReLU whose output is x
}

func (c convGrads) String() string {
	if c.gate {
		return "conv2dGrads+" + ReLU.String() + "Grad"
	}
	return "conv2dGrads"
}

// isReLU reports whether x is what a convolution with ReLU puts out, pooled or not.
func isReLU(x *G.Node) bool {
	if p, ok := of[part](x); ok && p.first == 0 {
		c, ok := of[convPool](operands(x)[0])
		return ok && c.of.act == ReLU
	}
	c, ok := of[conv](x)
	return ok && c.act == ReLU
}

// gated reports whether dy, the gradient of y, is already 0 where y is.
func gated(y, dy *G.Node) bool {
	if p, ok := of[part](dy); !ok || p.first != 0 {
		return false
	}
	both := operands(dy)[0]
	c, ok := of[convGrads](both)
	if !ok || !c.gate {
		return false
	}
	x := operands(both)[0]
	if x == y {
		return true
	}
	p, ok := of[part](x)
	q, also := of[part](y)
	return ok && also && p.first == q.first && operands(x)[0] == operands(y)[0]
}

func (c convGrads) types() []hm.Type {
	t := []hm.Type{array(4), array(4), array(4), array(1)}
	if c.pooled {
		t = append(t, array(1))
	}
	return t
}

func (c convGrads) shape([]tensor.Shape) (tensor.Shape, error) {
	return tensor.Shape{c.x.TotalSize() + c.w.TotalSize()}, nil
}

func (c convGrads) do(out G.Value, in []G.Value) error {
	if out.Dtype() == tensor.Float64 {
		convGradsDo[float64](c, out, in)
	} else {
		convGradsDo[float32](c, out, in)
	}
	return nil
}

func convGradsDo[T kernel.Float](c convGrads, out G.Value, in []G.Value) {
	k := c.geometry.kernel(c.x, c.w)
	d, n := data[T](out), c.x.TotalSize()
	kernel.ConvGrads(&k, d[:n], d[n:], data[T](in[0]), data[T](in[2]), data[T](in[1]), cornersIn[T](&k, in[3:]), c.gate)
}
