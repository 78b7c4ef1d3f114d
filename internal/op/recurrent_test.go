package op_test

import (
	"fmt"
	"slices"
	"testing"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/gorgonia-zoo/zoo/internal/gradcheck"
	"github.com/gorgonia-zoo/zoo/internal/op"
	"github.com/gorgonia-zoo/zoo/internal/vm"
)

// A recurrence returns the results of a recurrent operation over so many steps: y,
// the last h and, if there is one, c.
type recurrence struct {
	name  string
	gates int
	state int // how many of h0 and c0 it takes
	run   func(steps int, in ...*G.Node) (G.Nodes, error)
}

var recurrences = []recurrence{
	{"lstm", 4, 2, func(steps int, in ...*G.Node) (G.Nodes, error) {
		y, h, c, err := op.LSTM(in[0], in[1], in[2], in[3], steps)
		return G.Nodes{y, h, c}, err
	}},
	{"rnn", 1, 1, func(steps int, in ...*G.Node) (G.Nodes, error) {
		y, h, err := op.RNN(in[0], in[1], in[2], steps)
		return G.Nodes{y, h}, err
	}},
}

// in returns the shapes of what the operation reads.
func (r recurrence) in(steps, n, h int) []tensor.Shape {
	return append(shapes(s(steps*n, r.gates*h), s(r.gates*h, h)), slices.Repeat(shapes(s(n, h)), r.state)...)
}

// Gradients of all inputs, where every choice of results has one.
func TestRecurrentGradients(t *testing.T) {
	for _, r := range recurrences {
		for _, size := range [][3]int{{1, 1, 1}, {1, 2, 3}, {3, 2, 3}} {
			for choice := 1; choice < 1<<(1+r.state); choice++ {
				t.Run(fmt.Sprintf("%s %v, results %03b", r.name, size, choice), func(t *testing.T) {
					gradcheck.Func(t, func(in ...*G.Node) (*G.Node, error) {
						results, err := r.run(size[0], in...)
						if err != nil {
							return nil, err
						}
						var sum *G.Node
						for i, y := range results {
							if choice>>i&1 == 0 {
								continue
							}
							w := noise(uint32(50+i), y.Shape())
							term := G.Must(G.Sum(G.Must(G.HadamardProd(y, G.NewConstant(float64s(w), G.WithName(fmt.Sprint("weight", i)))))))
							if sum == nil {
								sum = term
							} else {
								sum = G.Must(G.Add(sum, term))
							}
						}
						return sum, nil
					}, r.in(size[0], size[1], size[2])...)
				})
			}
		}
	}
}

func float64s(v *tensor.Dense) *tensor.Dense {
	w := make([]float64, v.Shape().TotalSize())
	for i, x := range v.Float32s() {
		w[i] = float64(x)
	}
	return tensor.New(tensor.WithShape(v.Shape()...), tensor.WithBacking(w))
}

// The traps of hazard_test.go, for the operation that the results are parts of, and
// for its gradient.
func TestRecurrentHazards(t *testing.T) {
	for _, r := range recurrences {
		g := G.NewGraph()
		var in G.Nodes
		for i, shape := range r.in(3, 2, 5) {
			in = append(in, input(g, string(rune('a'+i)), noise(uint32(i+1), shape)))
		}
		results, err := r.run(3, in...)
		if err != nil {
			t.Fatal(err)
		}
		loss := G.Must(op.SquaredError(results[0], input(g, "target", noise(9, results[0].Shape()))))
		if _, err := G.Grad(loss, in...); err != nil {
			t.Fatal(err)
		}
		checked := 0
		for _, n := range g.AllNodes() {
			o, ok := n.Op().(*op.Operation)
			if !ok || o.String() == "squaredError" {
				continue
			}
			checked++
			var values []G.Value
			var children G.Nodes
			for it := g.From(n.ID()); it.Next(); {
				child := it.Node().(*G.Node)
				children = append(children, child)
				values = append(values, child.Value())
				if child.Value() == nil {
					values[len(values)-1] = noise(uint32(len(values)), child.Shape())
				}
			}
			if o.OverwritesInput() != -1 || !o.ReturnsPtr() || o.CallsExtern() || o.Arity() != len(children) {
				t.Errorf("%v: overwrites input %d, arity %d for %d operands", o, o.OverwritesInput(), o.Arity(), len(children))
			}
			if again := G.Must(G.ApplyOp(o, children...)); again.Type().String() != n.Type().String() {
				t.Errorf("%v: applied again, its type is %v, not %v", o, again.Type(), n.Type())
			}
			if children[0].IsScalar() {
				continue
			}
			before := make([][]float32, len(values))
			for i, v := range values {
				if d, ok := v.(*tensor.Dense); ok {
					before[i] = slices.Clone(d.Float32s())
				}
			}
			first, err := o.Do(values...)
			if err != nil {
				t.Fatalf("%v: %v", o, err)
			}
			second, err := o.Do(values...)
			if err != nil {
				t.Fatalf("%v: %v", o, err)
			}
			if !same(floats(t, first), floats(t, second)) || overlap(floats(t, first), floats(t, second)) {
				t.Errorf("%v: two runs differ, or share memory", o)
			}
			for i, v := range values {
				if d, ok := v.(*tensor.Dense); ok && (!same(d.Float32s(), before[i]) || overlap(d.Float32s(), floats(t, first))) {
					t.Errorf("%v: input %d was changed, or is the output", o, i)
				}
			}
		}
		if checked < 8 {
			t.Errorf("%s: %d operations were checked, want the results, their gradients and the products", r.name, checked)
		}
	}
}

// Gradients of several results reach the operation without arrays that are zero
// but for a part.
func TestNothingIsPlaced(t *testing.T) {
	for _, r := range recurrences {
		g := G.NewGraph()
		var in G.Nodes
		for i, shape := range r.in(3, 2, 5) {
			in = append(in, input(g, string(rune('a'+i)), noise(uint32(i+1), shape)))
		}
		results, err := r.run(3, in...)
		if err != nil {
			t.Fatal(err)
		}
		loss := G.NewConstant(float32(0))
		for _, y := range results {
			loss = G.Must(G.Add(loss, G.Must(G.Sum(G.Must(G.Square(y))))))
		}
		grads, err := G.Grad(loss, in...)
		if err != nil {
			t.Fatal(err)
		}
		m, err := vm.New(g, grads...)
		if err != nil {
			t.Fatal(err)
		}
		for _, o := range m.Timings() {
			if o.Op == "placed" || o.Op == "add" {
				t.Errorf("%s: the gradient runs a %s", r.name, o.Op)
			}
		}
	}
}

func TestRecurrentShapeErrors(t *testing.T) {
	g := G.NewGraph()
	n := func(name string, sizes ...int) *G.Node { return input(g, name, noise(1, sizes)) }
	lstm := func(pre, w, h, c *G.Node, steps int) error {
		_, _, _, err := op.LSTM(pre, w, h, c, steps)
		return err
	}
	for _, c := range []struct {
		err  error
		want string
	}{
		{lstm(n("pre", 6, 20), n("w", 20, 5), n("h", 2, 5), n("c", 3, 5), 3), "lstm: Failed to infer shape. Op: lstm: state (3, 5) does not fit 3 steps of input (6, 20) and weight (20, 5)"},
		{lstm(n("pre", 6, 20), n("w", 20, 5), n("h", 2, 5), n("c", 2, 5), 2), "lstm: Failed to infer shape. Op: lstm: state (2, 5) does not fit 2 steps of input (6, 20) and weight (20, 5)"},
		{lstm(n("pre", 6, 16), n("w", 20, 5), n("h", 2, 5), n("c", 2, 5), 3), "lstm: Failed to infer shape. Op: lstm: input (6, 16) does not fit weight (20, 5)"},
		{func() error { _, _, err := op.RNN(n("pre", 6, 5), n("w", 5, 5), n("h", 2, 4), 3); return err }(), "rnn: Failed to infer shape. Op: rnn: state (2, 4) does not fit 3 steps of input (6, 5) and weight (5, 5)"},
	} {
		if c.err == nil || c.err.Error() != c.want {
			t.Errorf("%v, want %q", c.err, c.want)
		}
	}
}
