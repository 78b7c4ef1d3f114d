// Package gradcheck holds symbolic gradients to differences of the loss, in
// float64 and on the zoo's executor.
//
// The loss L is a sum of all outputs, each times a fixed random weight, made of
// Gorgonia's own operations. For every element w of an input or a parameter its
// gradient must be
//
//	(L(w+h) - L(w-h)) / 2h
package gradcheck

import (
	"testing"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/gorgonia-zoo/zoo/internal/golden"
	"github.com/gorgonia-zoo/zoo/internal/vm"
	"github.com/gorgonia-zoo/zoo/layers"
)

const (
	// h is small, so that a step seldom crosses the kink of a ReLU.
	h = 1e-6

	// Tolerance is allowed relative to the largest element of a gradient. A loss
	// near 1 is rounded by 1e-16, its difference quotient by 1e-16/h = 1e-10, and
	// gradients may be small. The worst of all layers and operations is 3e-9.
	Tolerance = 3e-8
)

// Layer checks the gradients of l with respect to its input, of the given
// shape, and all its parameters.
func Layer(t testing.TB, l layers.Layer, shape ...int) {
	t.Helper()
	p := layers.NewParams(1)
	s := layers.NewScope(p, layers.Train)
	if _, err := l.Forward(s, s.Input("x", tensor.Float32, shape...)); err != nil {
		t.Fatal(err)
	}
	p = p.Float64()
	s = layers.NewScope(p, layers.Train)
	x := s.Input("x", tensor.Float64, shape...)
	y, err := l.Forward(s, x)
	if err != nil {
		t.Fatal(err)
	}
	wrt := G.Nodes{x}
	for _, q := range s.Trained() {
		wrt = append(wrt, q.Node)
	}
	check(t, y, wrt)
}

// Func checks the gradients of f with respect to all its inputs, which have the
// given shapes.
func Func(t testing.TB, f func(in ...*G.Node) (*G.Node, error), shapes ...tensor.Shape) {
	t.Helper()
	s := layers.NewScope(layers.NewParams(1), layers.Train)
	var in G.Nodes
	for i, shape := range shapes {
		in = append(in, s.Input("input "+string(rune('a'+i)), tensor.Float64, shape...))
	}
	y, err := f(in...)
	if err != nil {
		t.Fatal(err)
	}
	check(t, y, in)
}

// check fills the leaves of a graph with noise and compares the gradients of y.
func check(t testing.TB, y *G.Node, leaves G.Nodes) {
	t.Helper()
	loss, err := weigh(y)
	if err != nil {
		t.Fatal(err)
	}
	grads, err := G.Grad(loss, leaves...)
	if err != nil {
		t.Fatal(err)
	}
	values := make([]*tensor.Dense, len(leaves))
	for i, n := range leaves {
		values[i] = noise(uint32(i+1), n.Shape())
		if err := G.Let(n, values[i]); err != nil {
			t.Fatal(err)
		}
	}
	got := run(t, y.Graph(), grads...)
	for i, n := range leaves {
		golden.Agree(t, n.Name(), got[i], differences(t, loss, values[i].Float64s()), Tolerance)
	}
}

// run returns copies of the values of outs.
func run(t testing.TB, g *G.ExprGraph, outs ...*G.Node) (got [][]float64) {
	t.Helper()
	m, err := vm.New(g, outs...)
	if err != nil {
		t.Fatal(err)
	}
	if err := m.RunAll(); err != nil {
		t.Fatal(err)
	}
	for _, n := range outs {
		got = append(got, append([]float64(nil), n.Value().Data().([]float64)...))
	}
	return got
}

// differences returns the difference quotient of the loss for each element of w.
func differences(t testing.TB, loss *G.Node, w []float64) []float64 {
	t.Helper()
	m, err := vm.New(loss.Graph(), loss)
	if err != nil {
		t.Fatal(err)
	}
	at := func(v *float64, x float64) float64 {
		*v = x
		if err := m.RunAll(); err != nil {
			t.Fatal(err)
		}
		return float64(*loss.Value().(*G.F64))
	}
	d := make([]float64, len(w))
	for i := range w {
		was := w[i]
		d[i] = (at(&w[i], was+h) - at(&w[i], was-h)) / (2 * h)
		w[i] = was
	}
	return d
}

// weigh returns the sum of y's elements, each times a fixed number.
func weigh(y *G.Node) (*G.Node, error) {
	if y.IsScalar() {
		return G.Mul(y, G.NewConstant(0.7))
	}
	product, err := G.HadamardProd(y, G.NewConstant(noise(100, y.Shape())))
	if err != nil {
		return nil, err
	}
	return G.Sum(product)
}

func noise(key uint32, s tensor.Shape) *tensor.Dense {
	w := make([]float64, s.TotalSize())
	for i, v := range golden.Noise(key, len(w)) {
		w[i] = float64(v)
	}
	return tensor.New(tensor.WithShape(s...), tensor.WithBacking(w))
}
