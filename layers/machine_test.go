package layers_test

import (
	"fmt"
	"math"
	"testing"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/gorgonia-zoo/zoo/internal/golden"
	"github.com/gorgonia-zoo/zoo/internal/op"
	"github.com/gorgonia-zoo/zoo/internal/vm"
	"github.com/gorgonia-zoo/zoo/layers"
)

// noise returns float32 numbers in [-1, 1).
func noise(key uint32, s tensor.Shape) *tensor.Dense {
	return tensor.New(tensor.WithShape(s...), tensor.WithBacking(golden.Noise(key, s.TotalSize())))
}

// A fit is a layer's graph with a loss and all its gradients.
type fit struct {
	graph *G.ExprGraph
	outs  G.Nodes // loss, then the gradients of x and the parameters
}

// newFit builds l with the loss, cross-entropy where the output is a matrix and
// squared is not set, on values that depend on the shapes alone.
func newFit(t *testing.T, l layers.Layer, shape tensor.Shape, squared bool) fit {
	t.Helper()
	s := layers.NewScope(layers.NewParams(1), layers.Train)
	x := s.Input("x", tensor.Float32, shape...)
	out, err := l.Forward(s, x)
	if err != nil {
		t.Fatal(err)
	}
	leaves := G.Nodes{x}
	for _, q := range s.Trained() {
		leaves = append(leaves, q.Node)
	}
	for i, n := range leaves {
		let(t, n, noise(uint32(i+1), n.Shape()))
	}
	var loss *G.Node
	if squared {
		y := s.Input("y", tensor.Float32, out.Shape()...)
		let(t, y, noise(100, out.Shape()))
		loss, err = op.SquaredError(out, y)
	} else {
		n, classes := out.Shape()[0], out.Shape()[1]
		labels := make([]int, n)
		for i := range labels {
			labels[i] = 7 * i % classes
		}
		y := s.Input("y", tensor.Int, n)
		let(t, y, tensor.New(tensor.WithShape(n), tensor.WithBacking(labels)))
		loss, err = op.CrossEntropy(out, y)
	}
	if err != nil {
		t.Fatal(err)
	}
	grads, err := G.Grad(loss, leaves...)
	if err != nil {
		t.Fatal(err)
	}
	return fit{s.Graph(), append(G.Nodes{loss}, grads...)}
}

func let(t *testing.T, n *G.Node, v G.Value) {
	t.Helper()
	if err := G.Let(n, v); err != nil {
		t.Fatal(err)
	}
}

// run returns the bits of f's values.
func (f fit) run(t *testing.T, m G.VM) (bits [][]uint32) {
	t.Helper()
	if err := m.RunAll(); err != nil {
		t.Fatal(err)
	}
	for _, n := range f.outs {
		switch v := n.Value().(type) {
		case *G.F32:
			bits = append(bits, []uint32{math.Float32bits(float32(*v))})
		case *tensor.Dense, *op.RowSparse:
			var b []uint32
			for _, w := range v.Data().([]float32) {
				b = append(b, math.Float32bits(w))
			}
			bits = append(bits, b)
		default:
			t.Fatalf("a value is a %T", v)
		}
	}
	return bits
}

// Gorgonia's TapeMachine on the same graph is the oracle for the executor: the
// same bits, in the first run and in later ones.
func TestHarnessMachines(t *testing.T) {
	if G.CUDA {
		t.Skip("Gorgonia's machine wants a GPU, and kernels that do not come with it")
	}
	for _, c := range harness {
		for _, squared := range []bool{true, false} {
			if !squared && c.y.Dims() != 2 {
				continue
			}
			t.Run(fmt.Sprintf("%s, squared %v", c.name, squared), func(t *testing.T) {
				f := newFit(t, c.layer, c.x, squared)
				ours, err := vm.New(f.graph, f.outs...)
				if err != nil {
					t.Fatal(err)
				}
				first, second := f.run(t, ours), f.run(t, ours)
				tape := G.NewTapeMachine(f.graph)
				defer tape.Close()
				want := f.run(t, tape)
				for i, n := range f.outs {
					if fmt.Sprint(first[i]) != fmt.Sprint(want[i]) {
						t.Errorf("output %d, %v: bits %x, the TapeMachine's %x", i, n, first[i], want[i])
					}
					if fmt.Sprint(second[i]) != fmt.Sprint(want[i]) {
						t.Errorf("output %d, %v: bits %x in the second run, the TapeMachine's %x", i, n, second[i], want[i])
					}
				}
			})
		}
	}
}
