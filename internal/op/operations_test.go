package op_test

import (
	"math"
	"slices"
	"strings"
	"testing"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/gorgonia-zoo/zoo/internal/golden"
	"github.com/gorgonia-zoo/zoo/internal/gradcheck"
	"github.com/gorgonia-zoo/zoo/internal/op"
	"github.com/gorgonia-zoo/zoo/internal/vm"
)

// An operation under test, on inputs of the given shapes, floats all of them.
type operation struct {
	name string
	in   []tensor.Shape
	y    tensor.Shape // of the output
	do   func(in ...*G.Node) (*G.Node, error)
	flat bool // has no gradient
}

// operations lists all that package op has, as tests range over it. The first
// axis of every input but weights is the batch.
var operations = []operation{
	{"linear", shapes(s(3, 4), s(5, 4), s(5)), s(3, 5), linear(op.Identity), false},
	{"linear+ReLU", shapes(s(3, 4), s(5, 4), s(5)), s(3, 5), linear(op.ReLU), false},
	{"linear+sigmoid", shapes(s(3, 4), s(5, 4), s(5)), s(3, 5), linear(op.Sigmoid), false},
	{"linear+tanh", shapes(s(3, 4), s(5, 4), s(5)), s(3, 5), linear(op.Tanh), false},
	{"linear, no bias", shapes(s(3, 4), s(5, 4)), s(3, 5), linear(op.Identity), false},
	{"linear+ReLU, no bias", shapes(s(3, 4), s(5, 4)), s(3, 5), linear(op.ReLU), false},
	{"ReLU", shapes(s(3, 4)), s(3, 4), activate(op.ReLU), false},
	{"sigmoid", shapes(s(3, 2, 2)), s(3, 2, 2), activate(op.Sigmoid), false},
	{"tanh", shapes(s(3)), s(3), activate(op.Tanh), false},
	{"add", shapes(s(3, 4), s(3, 4)), s(3, 4), func(in ...*G.Node) (*G.Node, error) { return op.Add(in[0], in[1]) }, false},
	{"reshape", shapes(s(3, 4, 2)), s(3, 8), func(in ...*G.Node) (*G.Node, error) { return op.Reshape(in[0], in[0].Shape()[0], 8) }, false},
	{"channelsFirst", shapes(s(2, 3, 4, 5)), s(2, 5, 3, 4), func(in ...*G.Node) (*G.Node, error) { return op.ChannelsFirst(in[0]) }, false},
	{"crossEntropy", shapes(s(7, 5)), s(), func(in ...*G.Node) (*G.Node, error) { return op.CrossEntropy(in[0], someLabels(in[0])) }, false},
	{"linear+crossEntropy", shapes(s(3, 2), s(1030, 2), s(1030)), s(), classified, false},
	{"linear+crossEntropy, no bias", shapes(s(3, 2), s(1030, 2)), s(), classified, false},
	{"embedding", shapes(s(7, 4)), s(7, 4), func(in ...*G.Node) (*G.Node, error) { return op.Embedding(someLabels(in[0]), in[0], "embed") }, false},
	{"squaredError", shapes(s(3, 4), s(3, 4)), s(), func(in ...*G.Node) (*G.Node, error) { return op.SquaredError(in[0], in[1]) }, false},
	{"squaredError of vectors", shapes(s(5), s(5)), s(), func(in ...*G.Node) (*G.Node, error) { return op.SquaredError(in[0], in[1]) }, false},
	{"softmax", shapes(s(3, 4)), s(3, 4), func(in ...*G.Node) (*G.Node, error) { return op.Softmax(in[0]) }, false},
	{"correct", shapes(s(3, 4)), s(), func(in ...*G.Node) (*G.Node, error) { return op.Correct(in[0], someLabels(in[0])) }, true},
}

func s(sizes ...int) tensor.Shape { return sizes }

func shapes(s ...tensor.Shape) []tensor.Shape { return s }

func linear(a op.Activation) func(in ...*G.Node) (*G.Node, error) {
	return func(in ...*G.Node) (*G.Node, error) {
		y, err := op.Linear(in[0], in[1], append(in, nil)[2])
		if err != nil {
			return nil, err
		}
		return op.Activate(a, y)
	}
}

func activate(a op.Activation) func(in ...*G.Node) (*G.Node, error) {
	return func(in ...*G.Node) (*G.Node, error) { return op.Activate(a, in[0]) }
}

// classified is the cross-entropy of a linear operation.
func classified(in ...*G.Node) (*G.Node, error) {
	x, err := linear(op.Identity)(in...)
	if err != nil {
		return nil, err
	}
	return op.CrossEntropy(x, someLabels(in[0]))
}

// takesLabels reports whether o has labels behind its inputs.
func (o operation) takesLabels() bool {
	return strings.Contains(o.name, "crossEntropy") || o.name == "correct" || o.name == "embedding"
}

// someLabels returns a node of labels for the logits x.
func someLabels(x *G.Node) *G.Node {
	y := make([]int, x.Shape()[0])
	for i := range y {
		y[i] = 7 * i % x.Shape()[1]
	}
	return labels(x.Graph(), y...)
}

func labels(g *G.ExprGraph, y ...int) *G.Node {
	v := tensor.New(tensor.WithShape(len(y)), tensor.WithBacking(y))
	return G.NewTensor(g, tensor.Int, 1, G.WithShape(len(y)), G.WithName("labels"), G.WithValue(v))
}

// input returns a node with the given value.
func input(g *G.ExprGraph, name string, v *tensor.Dense) *G.Node {
	return G.NewTensor(g, v.Dtype(), v.Dims(), G.WithShape(v.Shape()...), G.WithName(name), G.WithValue(v))
}

// noise returns float32 numbers in [-1, 1).
func noise(key uint32, s tensor.Shape) *tensor.Dense {
	return tensor.New(tensor.WithShape(s...), tensor.WithBacking(golden.Noise(key, s.TotalSize())))
}

// build returns o's node on noise, with a batch of n.
func (o operation) build(t *testing.T, g *G.ExprGraph, n int) (y *G.Node, in G.Nodes) {
	t.Helper()
	for i, shape := range o.in {
		shape = shape.Clone()
		if shape[0] == o.in[0][0] {
			shape[0] = n
		}
		in = append(in, input(g, string(rune('a'+i)), noise(uint32(i+1), shape)))
	}
	y, err := o.do(in...)
	if err != nil {
		t.Fatal(err)
	}
	return y, in
}

// run returns the values of outs, copied, as the executor computes them.
func run(t *testing.T, outs ...*G.Node) (values [][]float32) {
	t.Helper()
	m, err := vm.New(outs[0].Graph(), outs...)
	if err != nil {
		t.Fatal(err)
	}
	if err := m.RunAll(); err != nil {
		t.Fatal(err)
	}
	for _, n := range outs {
		values = append(values, slices.Clone(floats(t, n.Value())))
	}
	return values
}

func floats(t *testing.T, v G.Value) []float32 {
	t.Helper()
	switch v := v.(type) {
	case *G.F32:
		return []float32{float32(*v)}
	case *tensor.Dense:
		return v.Float32s()
	}
	t.Fatalf("a value is a %T", v)
	return nil
}

// same reports whether a and b have the same bits.
func same(a, b []float32) bool {
	return slices.EqualFunc(a, b, func(v, w float32) bool { return math.Float32bits(v) == math.Float32bits(w) })
}

func TestGradients(t *testing.T) {
	for _, o := range operations {
		if !o.flat {
			t.Run(o.name, func(t *testing.T) { gradcheck.Func(t, o.do, o.in...) })
		}
	}
}

func TestShapes(t *testing.T) {
	for _, o := range operations {
		for _, n := range []int{o.in[0][0], 1} {
			y, in := o.build(t, G.NewGraph(), n)
			want := o.y.Clone()
			if len(want) > 0 {
				want[0] = n
			}
			if got := y.Shape(); !slices.Equal(got, want) {
				t.Errorf("%s of %v has shape %v, want %v", o.name, in, got, want)
			}
			if got := run(t, y)[0]; len(got) != want.TotalSize() && len(want) > 0 || len(got) == 0 {
				t.Errorf("%s of %v has %d elements, its shape is %v", o.name, in, len(got), want)
			}
		}
	}
}
