package op

import (
	"slices"

	"github.com/chewxy/hm"
	"github.com/pkg/errors"
	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/gorgonia-zoo/zoo/internal/kernel"
)

// MaxPool returns the largest element of each window of size×size pixels, stride
// apart, with pad pixels around the image that are never the largest.
//
//	x  (N, H, W, C)
//	y  (N, (H+2·pad-size)/stride+1, (W+2·pad-size)/stride+1, C)
//
// The gradient goes to the first element, in row order, that is the largest; NaN
// is larger than any number. Pad is at most half of size.
func MaxPool(x *G.Node, size, stride, pad int) (*G.Node, error) {
	if c, ok := of[conv](x); ok && size == 2 && stride == 2 && pad == 0 && c.act <= ReLU && min(x.Shape()[1], x.Shape()[2]) > 1 {
		return convMaxPool(c, operands(x))
	}
	return apply(maxPool{windows{size, size, stride, pad}}, x)
}

// AvgPool returns the means of the same windows. The pixels around the image are
// zeros and count.
func AvgPool(x *G.Node, size, stride, pad int) (*G.Node, error) {
	return apply(avgPool{windows{size, size, stride, pad}, false}, x)
}

// GlobalAvgPool returns the mean over all pixels of x (N, H, W, C) as (N, C).
func GlobalAvgPool(x *G.Node) (*G.Node, error) {
	if x.Dims() != 4 {
		return nil, errors.Errorf("globalAvgPool: %v is no image", x.Shape())
	}
	return apply(avgPool{windows{x.Shape()[1], x.Shape()[2], 1, 0}, true}, x)
}

// windows are those of a pooling: high and wide, stride apart.
type windows struct{ high, wide, stride, pad int }

func (w windows) geometry(x tensor.Shape) kernel.Pool {
	return kernel.Pool{N: x[0], H: x[1], W: x[2], C: x[3], KH: w.high, KW: w.wide, Stride: w.stride, Pad: w.pad}
}

func (w windows) shape(x tensor.Shape) (tensor.Shape, error) {
	switch {
	case w.high < 1 || w.wide < 1 || w.stride < 1:
		return nil, errors.Errorf("windows of %d×%d, %d apart", w.high, w.wide, w.stride)
	case w.pad < 0 || w.pad > min(w.high, w.wide)/2:
		return nil, errors.Errorf("padding %d of windows of %d×%d", w.pad, w.high, w.wide)
	case x[1]+2*w.pad < w.high || x[2]+2*w.pad < w.wide:
		return nil, errors.Errorf("%v, padded by %d, is smaller than windows of %d×%d", x, w.pad, w.high, w.wide)
	}
	g := w.geometry(x)
	return tensor.Shape{x[0], g.OutH(), g.OutW(), x[3]}, nil
}

type maxPool struct{ windows }

func (maxPool) String() string { return "maxPool" }

func (maxPool) types() []hm.Type { return []hm.Type{array(4), array(4)} }

func (p maxPool) shape(in []tensor.Shape) (tensor.Shape, error) { return p.windows.shape(in[0]) }

func (p maxPool) do(out G.Value, in []G.Value) error {
	g := p.geometry(in[0].Shape())
	if out.Dtype() == tensor.Float64 {
		kernel.MaxPool(&g, data[float64](out), data[float64](in[0]))
	} else {
		kernel.MaxPool(&g, data[float32](out), data[float32](in[0]))
	}
	return nil
}

func (maxPool) wrt() []bool { return []bool{true} }

func (p maxPool) grad(in G.Nodes, y, dy *G.Node) (G.Nodes, error) {
	dx, err := apply(maxPoolGrad(p), in[0], y, dy)
	return G.Nodes{dx}, err
}

// maxPoolGrad finds the largest elements anew, from x and y.
type maxPoolGrad struct{ windows }

func (maxPoolGrad) String() string { return "maxPoolGrad" }

func (maxPoolGrad) types() []hm.Type { return []hm.Type{array(4), array(4), array(4), array(4)} }

func (p maxPoolGrad) shape(in []tensor.Shape) (tensor.Shape, error) {
	y, err := p.windows.shape(in[0])
	if err == nil && !(slices.Equal(in[1], y) && slices.Equal(in[2], y)) {
		err = errors.Errorf("output %v and its gradient %v do not fit input %v", in[1], in[2], in[0])
	}
	return in[0].Clone(), err
}

func (p maxPoolGrad) do(out G.Value, in []G.Value) error {
	g := p.geometry(in[0].Shape())
	if out.Dtype() == tensor.Float64 {
		kernel.MaxPoolGrad(&g, data[float64](out), data[float64](in[0]), data[float64](in[1]), data[float64](in[2]))
	} else {
		kernel.MaxPoolGrad(&g, data[float32](out), data[float32](in[0]), data[float32](in[1]), data[float32](in[2]))
	}
	return nil
}

// throughReLU returns the gradient before a ReLU whose output was pooled, where n
// is that of its output. What is largest and not positive passes nothing on: the
// ReLU's gradient is applied to the pooled output, which is smaller.
func (p maxPoolGrad) throughReLU(n *G.Node) (*G.Node, error) {
	in := operands(n)
	dy, err := apply(activationGrad{ReLU, in[1].Dims()}, in[1], in[2])
	if err != nil {
		return nil, err
	}
	return apply(p, in[0], in[1], dy)
}

// avgPool has one window, and an output without H and W, if it is global.
type avgPool struct {
	windows
	global bool
}

func (p avgPool) String() string {
	if p.global {
		return "globalAvgPool"
	}
	return "avgPool"
}

func (p avgPool) dims() int {
	if p.global {
		return 2
	}
	return 4
}

func (p avgPool) types() []hm.Type { return []hm.Type{array(4), array(p.dims())} }

func (p avgPool) shape(in []tensor.Shape) (tensor.Shape, error) {
	y, err := p.windows.shape(in[0])
	if p.global && err == nil {
		y = tensor.Shape{y[0], y[3]}
	}
	return y, err
}

func (p avgPool) do(out G.Value, in []G.Value) error {
	g := p.geometry(in[0].Shape())
	if out.Dtype() == tensor.Float64 {
		kernel.AvgPool(&g, data[float64](out), data[float64](in[0]))
	} else {
		kernel.AvgPool(&g, data[float32](out), data[float32](in[0]))
	}
	return nil
}

func (avgPool) wrt() []bool { return []bool{true} }

func (p avgPool) grad(in G.Nodes, _, dy *G.Node) (G.Nodes, error) {
	dx, err := apply(avgPoolGrad{p, in[0].Shape().Clone()}, dy)
	return G.Nodes{dx}, err
}

// avgPoolGrad gives each element of a window its part of the window's gradient.
type avgPoolGrad struct {
	of avgPool
	x  tensor.Shape
}

func (p avgPoolGrad) String() string { return p.of.String() + "Grad" }

func (p avgPoolGrad) types() []hm.Type { return []hm.Type{array(p.of.dims()), array(4)} }

func (p avgPoolGrad) shape(in []tensor.Shape) (tensor.Shape, error) {
	y, err := p.of.shape([]tensor.Shape{p.x})
	if err == nil && !slices.Equal(in[0], y) {
		err = errors.Errorf("gradient %v does not fit input %v", in[0], p.x)
	}
	return p.x.Clone(), err
}

func (p avgPoolGrad) do(out G.Value, in []G.Value) error {
	g := p.of.geometry(p.x)
	if out.Dtype() == tensor.Float64 {
		kernel.AvgPoolGrad(&g, data[float64](out), data[float64](in[0]))
	} else {
		kernel.AvgPoolGrad(&g, data[float32](out), data[float32](in[0]))
	}
	return nil
}
