package vm_test

import (
	"testing"

	G "gorgonia.org/gorgonia"

	"github.com/gorgonia-zoo/zoo/internal/op"
	"github.com/gorgonia-zoo/zoo/internal/vm"
	"github.com/gorgonia-zoo/zoo/layers"
)

// Only what was asked for runs.
func TestDeadNodesAreLeftOut(t *testing.T) {
	g := G.NewGraph()
	x, w := input(g, "x", noise(1, 3, 4)), input(g, "w", noise(2, 4, 4))
	z := G.Must(op.Linear(x, w, nil))
	y := G.Must(op.Activate(op.ReLU, z)) // takes z's place
	dead := &failing{op.Sum(2)}
	nothing := G.Must(G.ApplyOp(dead, y, y))
	input(g, "unbound", noise(1, 3, 4)) // not read by anything
	for _, c := range []struct {
		name string
		outs G.Nodes
		want int
	}{
		{"fused", G.Nodes{y}, 1},
		{"both", G.Nodes{y, z}, 2},
		{"twice", G.Nodes{y, y}, 1},
		{"nothing but an input", G.Nodes{x}, 0},
		{"none", G.Nodes{nil}, 0},
		{"and a nil", G.Nodes{nil, y, nil}, 1},
		{"the dead one", G.Nodes{nothing}, 2},
	} {
		m, err := vm.New(g, c.outs...)
		if err != nil {
			t.Fatal(err)
		}
		if m.Len() != c.want || len(m.Timings()) != c.want {
			t.Errorf("%s: %d operations, want %d", c.name, m.Len(), c.want)
		}
		if err := m.RunAll(); (err != nil) != (c.name == "the dead one") {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	if z.Value() == nil || y.Value() == nil || nothing.Value() != nil {
		t.Errorf("values of the outputs: %v, %v, %v", z.Value(), y.Value(), nothing.Value())
	}
}

// A step of the classifier: forward flatten (two), dense with ReLU, dense, loss;
// backward the loss, two gradients of each layer's parameters, one of the second
// layer's input, gated. No gradient of x.
func TestClassifierRunsThisMuch(t *testing.T) {
	n := classifier(t, layers.NewParams(1))
	if m := compile(t, n.outs...); m.Len() != 11 {
		t.Errorf("%d operations, want 11: %v", m.Len(), m.Timings())
	}
	if m := compile(t, n.loss); m.Len() != 5 {
		t.Errorf("%d operations for the loss, want 5: %v", m.Len(), m.Timings())
	}
}
