package vm_test

import (
	"testing"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/gorgonia-zoo/zoo/internal/op"
)

// Gorgonia's own operations among the zoo's, with gradients through them: the
// bits are those of each node alone, and the TapeMachine's.
func TestStockOperations(t *testing.T) {
	if G.CUDA {
		t.Skip("Gorgonia's machine wants a GPU, and kernels that do not come with it")
	}
	alone := map[*G.Node]G.Value{}
	for name, loss := range map[string]func(y *G.Node) *G.Node{
		"sum of products": func(y *G.Node) *G.Node { return G.Must(G.Sum(G.Must(G.HadamardProd(y, y)))) },
		"mean of squares": func(y *G.Node) *G.Node { return G.Must(G.Mean(G.Must(G.Square(y)))) },
		"constant":        func(y *G.Node) *G.Node { return G.Must(G.Sum(G.Must(G.Mul(y, G.NewConstant(float32(0.3)))))) },
		"constant tensor": func(y *G.Node) *G.Node {
			return G.Must(G.Sum(G.Must(G.HadamardProd(y, G.NewConstant(noise(9, 3, 5))))))
		},
		"exponential":    func(y *G.Node) *G.Node { return G.Must(G.Mean(G.Must(G.Exp(y)))) },
		"matrix product": func(y *G.Node) *G.Node { return G.Must(G.Sum(G.Must(G.Mul(y, G.NewConstant(noise(9, 5, 2)))))) },
		"reshape": func(y *G.Node) *G.Node {
			return G.Must(G.Sum(G.Must(G.Square(G.Must(G.Reshape(y, tensor.Shape{15}))))))
		},
		"then one of ours":  func(y *G.Node) *G.Node { return G.Must(G.Sum(G.Must(op.Activate(op.Tanh, G.Must(G.Neg(y)))))) },
		"transpose":         func(y *G.Node) *G.Node { return G.Must(G.Sum(G.Must(op.Activate(op.Tanh, G.Must(G.Transpose(y)))))) },
		"a difference":      func(y *G.Node) *G.Node { return G.Must(G.Mean(G.Must(G.Sub(y, G.Must(op.Activate(op.Tanh, y)))))) },
		"one value, thrice": func(y *G.Node) *G.Node { return G.Must(G.Sum(G.Must(G.Add(y, G.Must(G.HadamardProd(y, y)))))) },
	} {
		t.Run(name, func(t *testing.T) {
			g := G.NewGraph()
			leaves := G.Nodes{input(g, "x", noise(1, 3, 4)), input(g, "w", noise(2, 5, 4)), input(g, "b", noise(3, 5))}
			y := G.Must(op.Activate(op.Sigmoid, G.Must(op.Linear(leaves[0], leaves[1], leaves[2]))))
			l := loss(y)
			grads, err := G.Grad(l, leaves...)
			if err != nil {
				t.Fatal(err)
			}
			outs := append(G.Nodes{l}, grads...)
			m := compile(t, outs...)
			var got [][]float32
			for range 2 {
				run(t, m)
				got = got[:0]
				for _, n := range outs {
					got = append(got, floats(t, n.Value()))
				}
			}
			for i, n := range outs {
				if want := floats(t, evaluate(t, n, alone)); !same(got[i], want) {
					t.Errorf("output %d, %v: %v, want %v", i, n, got[i], want)
				}
			}
			if name == "reshape" { // its output shares memory with its input, which the TapeMachine then squares in place
				return
			}
			tape := G.NewTapeMachine(g)
			defer tape.Close()
			run(t, tape)
			for i, n := range outs {
				if want := floats(t, n.Value()); !same(got[i], want) {
					t.Errorf("output %d, %v: %v, the TapeMachine's %v", i, n, got[i], want)
				}
			}
		})
	}
}

// A slice of Gorgonia's is a view of columns; the zoo's operations read just those.
func TestStockSlice(t *testing.T) {
	g := G.NewGraph()
	v := noise(1, 3, 4)
	x := input(g, "x", v)
	middle := G.Must(G.Slice(x, nil, G.S(1, 3)))
	y := G.Must(op.Add(middle, middle))
	z := G.Must(op.Reshape(middle, 6))
	run(t, compile(t, y, z))
	for i := range 6 {
		want := v.Float32s()[i/2*4+1+i%2]
		if got := floats(t, y.Value())[i]; got != 2*want {
			t.Errorf("element %d doubled is %v, want %v", i, got, 2*want)
		}
		if got := floats(t, z.Value())[i]; got != want {
			t.Errorf("element %d reshaped is %v, want %v", i, got, want)
		}
	}
}

// A constant can be asked for, and so can a variable.
func TestConstantsAndVariablesAsOutputs(t *testing.T) {
	g := G.NewGraph()
	x := input(g, "x", noise(1, 3, 4))
	three := G.NewConstant(float32(3))
	y := G.Must(G.Mul(x, three))
	var constant *G.Node
	for it := g.From(y.ID()); it.Next(); {
		if n := it.Node().(*G.Node); n != x {
			constant = n
		}
	}
	run(t, compile(t, x, constant, y))
	if got := floats(t, constant.Value()); got[0] != 3 {
		t.Errorf("the constant is %v", got)
	}
	for i, v := range floats(t, x.Value()) {
		if got := floats(t, y.Value())[i]; got != 3*v {
			t.Errorf("3·%v is %v", v, got)
		}
	}
}
