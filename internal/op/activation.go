package op

import (
	"github.com/chewxy/hm"
	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/gorgonia-zoo/zoo/internal/kernel"
)

// An Activation is a function applied to each element.
type Activation uint8

// The activations. Identity is the zero value.
const (
	Identity Activation = iota
	ReLU                // max(x, 0)
	Sigmoid             // 1/(1 + e⁻ˣ)
	Tanh                // (eˣ - e⁻ˣ)/(eˣ + e⁻ˣ)
)

func (a Activation) String() string {
	return [...]string{"identity", "ReLU", "sigmoid", "tanh"}[a]
}

func (a Activation) suffix() string {
	if a == Identity {
		return ""
	}
	return "+" + a.String()
}

func (a Activation) kernel() (kernel.Map, bool) {
	m := [...]kernel.Map{Identity: 0, ReLU: kernel.ReLU, Sigmoid: kernel.Sigmoid, Tanh: kernel.Tanh}
	return m[a], a != Identity
}

// A computation that is activated can apply an activation to its output in the
// same pass. It reports false if it applies one already.
type activated interface {
	computation
	activated(a Activation) (computation, bool)
}

// Activate returns y = a(x). Where x comes from an operation that can apply a
// itself, the result is that operation made anew; the executor drops the other if
// nothing else reads it.
func Activate(a Activation, x *G.Node) (*G.Node, error) {
	if a == Identity {
		return x, nil
	}
	if c, ok := of[activated](x); ok {
		if c, ok := c.activated(a); ok {
			return apply(c, operands(x)...)
		}
	}
	if r, ok := of[reshape](x); ok {
		if c, ok := of[activated](operands(x)[0]); ok {
			if _, ok := c.activated(a); ok {
				y, err := Activate(a, operands(x)[0])
				if err != nil {
					return nil, err
				}
				return apply(r, y)
			}
		}
	}
	return apply(activation{a, x.Dims()}, x)
}

// operands returns the inputs of the operation that makes n.
func operands(n *G.Node) []*G.Node {
	it := n.Graph().From(n.ID())
	in := make([]*G.Node, 0, it.Len())
	for it.Next() {
		in = append(in, it.Node().(*G.Node))
	}
	return in
}

type activation struct {
	Activation
	dims int
}

func (a activation) types() []hm.Type { return []hm.Type{array(a.dims), array(a.dims)} }

func (activation) shape(in []tensor.Shape) (tensor.Shape, error) { return in[0].Clone(), nil }

func (a activation) do(out G.Value, in []G.Value) error {
	f, _ := a.kernel()
	if out.Dtype() == tensor.Float64 {
		kernel.Apply(f, data[float64](out), data[float64](in[0]))
	} else {
		kernel.Apply(f, data[float32](out), data[float32](in[0]))
	}
	return nil
}

func (activation) wrt() []bool { return []bool{true} }

func (a activation) grad(_ G.Nodes, y, dy *G.Node) (G.Nodes, error) {
	dx, err := a.Activation.grad(y, dy)
	return G.Nodes{dx}, err
}

// grad returns the gradient before a, given a's output and its gradient. Where a
// is a ReLU and its gradient a product or that of a max-pooling, it is made anew to
// contain the ReLU's.
func (a Activation) grad(y, dy *G.Node) (*G.Node, error) {
	if a == Identity || a == ReLU && gated(y, dy) {
		return dy, nil
	}
	if m, ok := of[matmul](dy); ok && a == ReLU && !m.gate {
		m.gate = true
		return apply(m, append(operands(dy), y)...)
	}
	if p, ok := of[maxPoolGrad](dy); ok && a == ReLU && operands(dy)[0] == y {
		return p.throughReLU(dy)
	}
	return apply(activationGrad{a, y.Dims()}, y, dy)
}

type activationGrad struct {
	of   Activation
	dims int
}

func (a activationGrad) String() string { return a.of.String() + "Grad" }

func (a activationGrad) types() []hm.Type {
	return []hm.Type{array(a.dims), array(a.dims), array(a.dims)}
}

func (activationGrad) shape(in []tensor.Shape) (tensor.Shape, error) { return in[0].Clone(), nil }

func (a activationGrad) do(out G.Value, in []G.Value) error {
	f, _ := a.of.kernel()
	if out.Dtype() == tensor.Float64 {
		kernel.ApplyGrad(f, data[float64](out), data[float64](in[0]), data[float64](in[1]))
	} else {
		kernel.ApplyGrad(f, data[float32](out), data[float32](in[0]), data[float32](in[1]))
	}
	return nil
}
