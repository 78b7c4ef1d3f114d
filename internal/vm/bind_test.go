package vm_test

import (
	"testing"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/gorgonia-zoo/zoo/internal/op"
	"github.com/gorgonia-zoo/zoo/layers"
)

// A variable that gets another tensor is followed, also where the value asked
// for is the variable itself or a view of it.
func TestRebinding(t *testing.T) {
	g := G.NewGraph()
	x := input(g, "x", noise(1, 3, 4))
	flat := G.Must(op.Reshape(x, 12))
	nested := G.Must(op.Reshape(flat, 2, 6))
	y := G.Must(op.Activate(op.Tanh, nested))
	m := compile(t, x, flat, nested, y)
	for key := range uint32(4) {
		v := noise(key, 3, 4)
		if err := G.Let(x, v); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			run(t, m)
			want := floats(t, v)
			for _, n := range []*G.Node{x, flat, nested} {
				if got := floats(t, n.Value()); !same(got, want) {
					t.Errorf("tensor %d: %v is %v, want %v", key, n, got, want)
				}
			}
			fresh := input(G.NewGraph(), "x", v)
			other := G.Must(op.Activate(op.Tanh, fresh))
			run(t, compile(t, other))
			if got, want := floats(t, y.Value()), floats(t, other.Value()); !same(got, want) {
				t.Errorf("tensor %d: tanh is %v, want %v", key, got, want)
			}
			v.Float32s()[5] += 0.25 // and numbers that change in place
		}
	}
}

// A trained graph reads parameters where they lie: new numbers, the same tensor.
func TestParametersAreShared(t *testing.T) {
	p := layers.NewParams(1)
	a, b := classifier(t, p), classifier(t, p)
	ma, mb := compile(t, a.outs...), compile(t, b.outs...)
	run(t, ma)
	first := floats(t, a.loss.Value())
	for q := range p.All() {
		for i := range q.Value.Float32s() {
			q.Value.Float32s()[i] *= 0.5
		}
	}
	run(t, ma)
	run(t, mb)
	if same(first, floats(t, a.loss.Value())) {
		t.Error("the loss stayed when all parameters were halved")
	}
	if !same(floats(t, a.loss.Value()), floats(t, b.loss.Value())) {
		t.Errorf("losses %v and %v of two equal graphs", a.loss.Value(), b.loss.Value())
	}
}

// Tensors whose rows do not lie one after the other: the zoo's operations read
// them as their shapes say.
func TestStridedValues(t *testing.T) {
	whole := noise(1, 5, 6)
	columns, err := whole.Slice(nil, G.S(1, 5))
	if err != nil {
		t.Fatal(err)
	}
	turned := noise(1, 4, 5)
	if err := turned.T(); err != nil {
		t.Fatal(err)
	}
	rows, err := noise(1, 9, 4).Slice(G.S(2, 7))
	if err != nil {
		t.Fatal(err)
	}
	for name, v := range map[string]*tensor.Dense{"columns": columns.(*tensor.Dense), "transposed": turned, "rows": rows.(*tensor.Dense)} {
		plain := tensor.New(tensor.WithShape(5, 4), tensor.WithBacking(make([]float32, 20)))
		for i := range 5 {
			for j := range 4 {
				x, err := v.At(i, j)
				if err != nil {
					t.Fatal(err)
				}
				plain.Float32s()[4*i+j] = x.(float32)
			}
		}
		var got [2][]float32
		for i, x := range []*tensor.Dense{plain, v} {
			g := G.NewGraph()
			n := G.NewMatrix(g, tensor.Float32, G.WithShape(5, 4), G.WithName("x"))
			y := G.Must(op.Linear(n, input(g, "w", noise(2, 3, 4)), nil))
			z := G.Must(op.Reshape(n, 20))
			if err := G.Let(n, G.Value(x)); err != nil {
				t.Fatal(err)
			}
			run(t, compile(t, y, z))
			got[i] = append(floats(t, y.Value()), floats(t, z.Value())...)
		}
		if !same(got[0], got[1]) {
			t.Errorf("%s: %v, want %v", name, got[1], got[0])
		}
	}
}
