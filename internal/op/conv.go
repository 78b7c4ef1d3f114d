package op

import (
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
	return c.backward(in, dz, dz)
}

// backward returns the gradients of the inputs, given that before the activation,
// dz, and something that adds up, pixel by pixel, to the same.
func (c conv) backward(in G.Nodes, dz, sum *G.Node) (G.Nodes, error) {
	dx, err := apply(convDataGrad{c.geometry, in[0].Shape().Clone()}, dz, in[1])
	if err != nil {
		return nil, err
	}
	dw, err := apply(convWeightGrad{c.geometry, in[1].Shape().Clone()}, in[0], dz)
	if err != nil || !c.bias {
		return G.Nodes{dx, dw}, err
	}
	s := sum.Shape()
	rows, err := Reshape(sum, s[0]*s[1]*s[2], s[3])
	if err != nil {
		return nil, err
	}
	db, err := apply(sumRows{}, rows)
	return G.Nodes{dx, dw, db}, err
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
// gradient.
type convWeightGrad struct {
	geometry Geometry
	w        tensor.Shape
}

func (convWeightGrad) String() string { return "conv2dWeightGrad" }

func (convWeightGrad) types() []hm.Type { return []hm.Type{array(4), array(4), array(4)} }

func (c convWeightGrad) shape([]tensor.Shape) (tensor.Shape, error) { return c.w.Clone(), nil }

func (c convWeightGrad) do(out G.Value, in []G.Value) error {
	k := c.geometry.kernel(in[0].Shape(), c.w)
	if out.Dtype() == tensor.Float64 {
		kernel.ConvWeightGrad(&k, data[float64](out), data[float64](in[0]), data[float64](in[1]))
	} else {
		kernel.ConvWeightGrad(&k, data[float32](out), data[float32](in[0]), data[float32](in[1]))
	}
	return nil
}
