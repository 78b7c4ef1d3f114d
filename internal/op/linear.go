package op

import (
	"github.com/chewxy/hm"
	"github.com/pkg/errors"
	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/gorgonia-zoo/zoo/internal/kernel"
)

// Linear returns y = x·wᵀ + b.
//
//	x  (N, in)
//	w  (out, in)
//	b  (out)      may be nil
//	y  (N, out)
func Linear(x, w, b *G.Node) (*G.Node, error) {
	l := linear{bias: b != nil}
	if b == nil {
		return apply(l, x, w)
	}
	return apply(l, x, w, b)
}

// linear also applies an activation, so that one pass writes its output.
type linear struct {
	bias bool
	act  Activation
}

func (l linear) String() string { return "linear" + l.act.suffix() }

func (l linear) types() []hm.Type {
	if l.bias {
		return []hm.Type{array(2), array(2), array(1), array(2)}
	}
	return []hm.Type{array(2), array(2), array(2)}
}

func (l linear) shape(in []tensor.Shape) (tensor.Shape, error) {
	x, w := in[0], in[1]
	if x[1] != w[1] {
		return nil, errors.Errorf("input %v does not fit weight %v", x, w)
	}
	if l.bias && in[2][0] != w[0] {
		return nil, errors.Errorf("bias %v does not fit weight %v", in[2], w)
	}
	return tensor.Shape{x[0], w[0]}, nil
}

func (l linear) do(out G.Value, in []G.Value) error {
	if out.Dtype() == tensor.Float64 {
		return linearDo[float64](l, out, in)
	}
	return linearDo[float32](l, out, in)
}

func linearDo[T kernel.Float](l linear, out G.Value, in []G.Value) error {
	s := in[1].Shape()
	n, units, features := in[0].Shape()[0], s[0], s[1]
	y := data[T](out)
	e := kernel.Epilogue[T]{ReLU: l.act == ReLU}
	if l.bias {
		e.Bias = data[T](in[2])
	}
	kernel.MatMul(n, units, features, y, units, kernel.Rows(data[T](in[0]), features), kernel.Cols(data[T](in[1]), features), e)
	if f, ok := l.act.kernel(); ok && l.act != ReLU {
		kernel.Apply(f, y, y)
	}
	return nil
}

func (l linear) activated(a Activation) (computation, bool) {
	if l.act != Identity {
		return nil, false
	}
	l.act = a
	return l, true
}

func (l linear) wrt() []bool {
	if l.bias {
		return []bool{true, true, true}
	}
	return []bool{true, true}
}

// With z = x·wᵀ + b and dz the gradient before the activation:
//
//	dx = dz·w    dw = dzᵀ·x    db = Σ rows of dz
func (l linear) grad(in G.Nodes, y, dy *G.Node) (G.Nodes, error) {
	dz, err := l.act.grad(y, dy)
	if err != nil {
		return nil, err
	}
	dx, err := apply(matmul{}, dz, in[1])
	if err != nil {
		return nil, err
	}
	dw, err := apply(matmul{transposed: true}, dz, in[0])
	if err != nil || !l.bias {
		return G.Nodes{dx, dw}, err
	}
	db, err := apply(sumRows{}, dz)
	return G.Nodes{dx, dw, db}, err
}

// matmul is a·b, or aᵀ·b. With a gate, a third input y of the output's shape, it
// is 0 where y is at most 0: the gradient of a ReLU whose output is y.
type matmul struct{ transposed, gate bool }

func (m matmul) String() string {
	s := "matmul"
	if m.transposed {
		s += "TN"
	}
	if m.gate {
		s += "+" + ReLU.String() + "Grad"
	}
	return s
}

func (m matmul) types() []hm.Type {
	if m.gate {
		return []hm.Type{array(2), array(2), array(2), array(2)}
	}
	return []hm.Type{array(2), array(2), array(2)}
}

func (m matmul) sizes(a, b tensor.Shape) (rows, inner int) {
	if m.transposed {
		return a[1], a[0]
	}
	return a[0], a[1]
}

func (m matmul) shape(in []tensor.Shape) (tensor.Shape, error) {
	rows, inner := m.sizes(in[0], in[1])
	if inner != in[1][0] {
		return nil, errors.Errorf("%v does not fit %v", in[0], in[1])
	}
	return tensor.Shape{rows, in[1][1]}, nil
}

func (m matmul) do(out G.Value, in []G.Value) error {
	if out.Dtype() == tensor.Float64 {
		matmulDo[float64](m, out, in)
	} else {
		matmulDo[float32](m, out, in)
	}
	return nil
}

func matmulDo[T kernel.Float](m matmul, out G.Value, in []G.Value) {
	rows, inner := m.sizes(in[0].Shape(), in[1].Shape())
	cols := in[1].Shape()[1]
	var e kernel.Epilogue[T]
	if m.gate {
		e.Gate = data[T](in[2])
	}
	a := kernel.Rows(data[T](in[0]), inner)
	if m.transposed {
		a = kernel.Cols(data[T](in[0]), rows)
	}
	kernel.MatMul(rows, cols, inner, data[T](out), cols, a, kernel.Rows(data[T](in[1]), cols), e)
}

// sumRows adds up the rows of a matrix.
type sumRows struct{}

func (sumRows) String() string { return "sumRows" }

func (sumRows) types() []hm.Type { return []hm.Type{array(2), array(1)} }

func (sumRows) shape(in []tensor.Shape) (tensor.Shape, error) { return tensor.Shape{in[0][1]}, nil }

func (sumRows) do(out G.Value, in []G.Value) error {
	rows := in[0].Shape()[0]
	if out.Dtype() == tensor.Float64 {
		kernel.SumRows(data[float64](out), data[float64](in[0]), rows)
	} else {
		kernel.SumRows(data[float32](out), data[float32](in[0]), rows)
	}
	return nil
}
