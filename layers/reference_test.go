package layers_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/gorgonia-zoo/zoo/internal/vm"
	"github.com/gorgonia-zoo/zoo/layers"
)

// The numbers here are those of the tutorial series that the zoo re-creates.

// values begins a parameter with the given numbers, row by row.
func values(w ...float64) layers.Init {
	return func(tensor.Shape, *rand.Rand) func() float64 {
		i := -1
		return func() float64 { i++; return w[i] }
	}
}

// A 2-3-1 network. The series gives a column of weights a hidden unit: (0.2, 0.3),
// (0.1, -0.5), (0.4, 0.2), which are rows here, and of the output's weights only
// the third. The others meet zeros: y = 0.36·(-0.2) + 0.1 = 0.028.
func TestReferenceForward(t *testing.T) {
	hidden := layers.Sequential{
		layers.Dense{Name: "fc1", Units: 3, Init: values(0.2, 0.3, 0.1, -0.5, 0.4, 0.2), BiasInit: values(-0.5, 0.1, -0.1)},
		layers.ReLU,
	}
	output := layers.Dense{Name: "fc2", Units: 1, Init: values(0.6, 0.1, -0.2), BiasInit: values(0.1)}
	s := layers.NewScope(layers.NewParams(1), layers.Eval)
	x := s.Input("x", tensor.Float32, 1, 2)
	h, err := hidden.Forward(s, x)
	if err != nil {
		t.Fatal(err)
	}
	y, err := output.Forward(s, h)
	if err != nil {
		t.Fatal(err)
	}
	m, err := vm.New(s.Graph(), h, y)
	if err != nil {
		t.Fatal(err)
	}
	if err := G.Let(x, tensor.New(tensor.WithShape(1, 2), tensor.WithBacking([]float32{0.7, 0.9}))); err != nil {
		t.Fatal(err)
	}
	if err := m.RunAll(); err != nil {
		t.Fatal(err)
	}
	const want = "[0.00 0.00 0.36] [0.028]"
	if got := fmt.Sprintf("%.2f %.3f", h.Value().Data(), y.Value().Data()); got != want {
		t.Errorf("hidden units and output are %s, want %s", got, want)
	}
}

// A fully connected layer from 28·28 pixels to 500 units.
func TestReferenceParameters(t *testing.T) {
	p := layers.NewParams(1)
	s := layers.NewScope(p, layers.Eval)
	dense := layers.Dense{Name: "fc1", Units: 500}
	if _, err := dense.Forward(s, s.Input("x", tensor.Float32, 1, 28*28)); err != nil {
		t.Fatal(err)
	}
	if got := p.Count(); got != 392_500 {
		t.Errorf("%d parameters, want 392,500", got)
	}
}
