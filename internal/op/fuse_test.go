package op_test

import (
	"testing"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/gorgonia-zoo/zoo/internal/op"
	"github.com/gorgonia-zoo/zoo/internal/vm"
)

// An activation that became part of the linear operation before it has the bits
// of one that did not, because it stands behind the addition of zeros: output
// and all gradients, at sizes that leave the kernels a rest.
func TestFusedActivation(t *testing.T) {
	for _, a := range []op.Activation{op.ReLU, op.Sigmoid, op.Tanh} {
		for _, size := range []struct{ n, in, out int }{{1, 1, 1}, {7, 13, 11}, {3, 5, 37}, {33, 70, 65}} {
			for _, bias := range []bool{true, false} {
				var values [2][][]float32
				for i, fused := range []bool{true, false} {
					g := G.NewGraph()
					in := G.Nodes{
						input(g, "x", noise(1, s(size.n, size.in))),
						input(g, "w", noise(2, s(size.out, size.in))),
					}
					if bias {
						in = append(in, input(g, "b", noise(3, s(size.out))))
					}
					y, err := op.Linear(in[0], in[1], append(in, nil)[2])
					if err != nil {
						t.Fatal(err)
					}
					if !fused {
						zeros := tensor.New(tensor.WithShape(y.Shape()...), tensor.Of(tensor.Float32))
						y = G.Must(op.Add(y, input(g, "zeros", zeros)))
					}
					before := y
					y = G.Must(op.Activate(a, y))
					if m, err := vm.New(g, y); err != nil || m.Len() != map[bool]int{true: 1, false: 3}[fused] {
						t.Fatalf("%v, fused %v: %d operations, error %v", a, fused, m.Len(), err)
					}
					loss := G.Must(op.SquaredError(y, input(g, "target", noise(4, y.Shape()))))
					grads, err := G.Grad(loss, in...)
					if err != nil {
						t.Fatal(err)
					}
					values[i] = run(t, append(G.Nodes{y, before}, grads...)...)
				}
				for i := range values[0] {
					if !same(values[0][i], values[1][i]) {
						t.Errorf("%v, %+v, bias %v: output %d is %v fused, %v apart", a, size, bias, i, values[0][i], values[1][i])
					}
				}
			}
		}
	}
}

// A linear operation keeps its own output where something else reads it, and
// takes in one activation, not two.
func TestFusionLeavesTheRest(t *testing.T) {
	g := G.NewGraph()
	x, w := input(g, "x", noise(1, s(3, 4))), input(g, "w", noise(2, s(5, 4)))
	z := G.Must(op.Linear(x, w, nil))
	r := G.Must(op.Activate(op.ReLU, z))
	tr := G.Must(op.Activate(op.Tanh, r))
	th := G.Must(op.Activate(op.Tanh, z))
	v := run(t, z, r, tr, th)
	negative := 0
	for i, zi := range v[0] {
		want := max(zi, 0)
		if zi < 0 {
			negative++
		}
		if v[1][i] != want {
			t.Errorf("ReLU of %v is %v", zi, v[1][i])
		}
		if v[2][i] < 0 || (v[2][i] == 0) != (want == 0) || zi > 0 && v[2][i] != v[3][i] {
			t.Errorf("tanh(ReLU(%v)) is %v, tanh of it %v", zi, v[2][i], v[3][i])
		}
	}
	if negative == 0 || negative == len(v[0]) {
		t.Errorf("%d of %d are negative; the test needs both", negative, len(v[0]))
	}
}

func TestIdentityAddsNothing(t *testing.T) {
	x := input(G.NewGraph(), "x", noise(1, s(3, 4)))
	if y, err := op.Activate(op.Identity, x); err != nil || y != x {
		t.Errorf("got %v, %v; want the node itself", y, err)
	}
}

// A ReLU's gradient becomes part of the product that makes the gradient after
// it; with a second reader of the ReLU the gradients add up instead. Both are
// right, and gradcheck says so for layers; here, that the first really happens.
func TestGatedProduct(t *testing.T) {
	g := G.NewGraph()
	x, w := input(g, "x", noise(1, s(3, 4))), input(g, "w", noise(2, s(5, 4)))
	h := G.Must(op.Activate(op.ReLU, G.Must(op.Linear(x, w, nil))))
	y := G.Must(op.Linear(h, input(g, "v", noise(3, s(2, 5))), nil))
	loss := G.Must(op.SquaredError(y, input(g, "target", noise(4, s(3, 2)))))
	grads, err := G.Grad(loss, w)
	if err != nil {
		t.Fatal(err)
	}
	m, err := vm.New(g, grads...)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, timing := range m.Timings() {
		names = append(names, timing.Op)
	}
	want := []string{"linear+ReLU", "linear", "squaredErrorGrad", "matmul+ReLUGrad", "matmulTN"}
	if len(names) != len(want) {
		t.Fatalf("runs %v, want %v", names, want)
	}
	for i := range want {
		if names[i] != want[i] {
			t.Errorf("runs %v, want %v", names, want)
		}
	}
}
