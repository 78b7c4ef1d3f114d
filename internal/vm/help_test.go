package vm_test

import (
	"math"
	"slices"
	"testing"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/gorgonia-zoo/zoo/internal/golden"
	"github.com/gorgonia-zoo/zoo/internal/op"
	"github.com/gorgonia-zoo/zoo/internal/vm"
	"github.com/gorgonia-zoo/zoo/layers"
)

// noise returns float32 numbers in [-1, 1).
func noise(key uint32, s ...int) *tensor.Dense {
	return tensor.New(tensor.WithShape(s...), tensor.WithBacking(golden.Noise(key, tensor.Shape(s).TotalSize())))
}

// input returns a node with the given value.
func input(g *G.ExprGraph, name string, v *tensor.Dense) *G.Node {
	return G.NewTensor(g, v.Dtype(), v.Dims(), G.WithShape(v.Shape()...), G.WithName(name), G.WithValue(v))
}

func compile(t testing.TB, outs ...*G.Node) *vm.Machine {
	t.Helper()
	m, err := vm.New(outs[0].Graph(), outs...)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func run(t testing.TB, m G.VM) {
	t.Helper()
	if err := m.RunAll(); err != nil {
		t.Fatal(err)
	}
}

// floats returns a copy of a value's elements.
func floats(t testing.TB, v G.Value) []float32 {
	t.Helper()
	switch v := v.(type) {
	case *G.F32:
		return []float32{float32(*v)}
	case *tensor.Dense:
		if v.RequiresIterator() {
			v = v.Materialize().(*tensor.Dense)
		}
		return slices.Clone(v.Float32s())
	}
	t.Fatalf("a value is a %T", v)
	return nil
}

// same reports whether a and b have the same bits.
func same(a, b []float32) bool {
	return slices.EqualFunc(a, b, func(v, w float32) bool { return math.Float32bits(v) == math.Float32bits(w) })
}

// A net is a small classifier's training graph: loss and gradients.
type net struct {
	x, y, loss *G.Node
	outs       G.Nodes
}

// classifier builds 12-9-5 with a ReLU for batches of 7 on p.
func classifier(t testing.TB, p *layers.Params) net {
	t.Helper()
	s := layers.NewScope(p, layers.Train)
	m := layers.Sequential{layers.Flatten{}, layers.Dense{Name: "fc1", Units: 9}, layers.ReLU, layers.Dense{Name: "fc2", Units: 5}}
	n := net{x: s.Input("x", tensor.Float32, 7, 2, 3, 2), y: s.Input("y", tensor.Int, 7)}
	out, err := m.Forward(s, n.x)
	if err != nil {
		t.Fatal(err)
	}
	if n.loss, err = op.CrossEntropy(out, n.y); err != nil {
		t.Fatal(err)
	}
	var wrt G.Nodes
	for _, q := range s.Trained() {
		wrt = append(wrt, q.Node)
	}
	grads, err := G.Grad(n.loss, wrt...)
	if err != nil {
		t.Fatal(err)
	}
	n.outs = append(G.Nodes{n.loss}, grads...)
	n.bind(t, 1)
	return n
}

// bind sets x and y to a batch that depends on key.
func (n net) bind(t testing.TB, key uint32) {
	t.Helper()
	labels := make([]int, 7)
	for i := range labels {
		labels[i] = (i + int(key)) % 5
	}
	for node, v := range map[*G.Node]*tensor.Dense{n.x: noise(key, 7, 2, 3, 2), n.y: tensor.New(tensor.WithBacking(labels))} {
		if err := G.Let(node, v); err != nil {
			t.Fatal(err)
		}
	}
}
