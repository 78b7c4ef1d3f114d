package vm_test

import (
	"fmt"
	"hash"
	"strings"
	"testing"

	"github.com/pkg/errors"
	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/gorgonia-zoo/zoo/internal/op"
)

// panicking is an addition that panics. Its methods apart from Do and the hash
// are those of a real one.
type panicking struct {
	*op.Operation
	with any
}

func (p panicking) Do(...G.Value) (G.Value, error) { panic(p.with) }

func (p panicking) UsePreallocDo(G.Value, ...G.Value) (G.Value, error) { panic(p.with) }

func (p panicking) WriteHash(h hash.Hash) { fmt.Fprintf(h, "panicking %v", p.with) }

// failing is an addition that returns an error.
type failing struct{ *op.Operation }

func (failing) Do(...G.Value) (G.Value, error) { return nil, errors.New("no") }

func (f failing) WriteHash(h hash.Hash) {
	f.Operation.WriteHash(h)
	h.Write([]byte("failing"))
}

func TestPanicsAreErrors(t *testing.T) {
	for _, c := range []struct {
		with any
		want string
	}{
		{"boom", "tower.sum: boom"},
		{errors.New("boom"), "tower.sum: boom"},
		{7, "tower.sum: 7"},
	} {
		g := G.NewGraph()
		x := input(g, "x", noise(1, 3, 4))
		y := G.Must(G.ApplyOpWithName(panicking{op.Sum(2), c.with}, "tower.sum", x, x))
		z := G.Must(op.Activate(op.Tanh, y))
		m := compile(t, z)
		for range 2 { // the machine stays usable
			if err := m.RunAll(); err == nil || err.Error() != c.want {
				t.Errorf("%v, want %q", err, c.want)
			}
		}
	}
}

func TestErrorsNameTheNode(t *testing.T) {
	g := G.NewGraph()
	x := input(g, "x", noise(1, 3, 4))
	for _, c := range []struct {
		y    *G.Node
		want string
	}{
		{G.Must(G.ApplyOpWithName(failing{op.Sum(2)}, "tower.sum", x, x)), "tower.sum: no"},
		{G.Must(G.ApplyOp(failing{op.Sum(2)}, x, x)), "add: no"}, // a node without a name: its operation
		{G.Must(op.Activate(op.ReLU, input(g, "n", tensor.New(tensor.WithBacking([]int{1, 2}))))), "ReLU: "},
	} {
		if err := compile(t, c.y).RunAll(); err == nil || !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("%v, want %q before it", err, c.want)
		}
	}
}

func TestUnboundVariable(t *testing.T) {
	g := G.NewGraph()
	x := G.NewMatrix(g, tensor.Float32, G.WithShape(3, 4), G.WithName("x"))
	m := compile(t, G.Must(op.Activate(op.Tanh, x)))
	const want = "x has no value; bind one before the run"
	if err := m.RunAll(); err == nil || err.Error() != want {
		t.Errorf("%v, want %q", err, want)
	}
	if err := G.Let(x, noise(1, 3, 4)); err != nil {
		t.Fatal(err)
	}
	run(t, m)
}

// Gorgonia's Let takes (3) for (3, 1), and a bound tensor can be given another
// shape; the executor does not run on either.
func TestValueOfAnotherShape(t *testing.T) {
	for _, c := range []struct {
		node, value []int
		want        string
	}{
		{[]int{3, 1}, []int{3}, "x has shape (3, 1), its value (3)"},
		{[]int{3}, []int{1, 3}, "x has shape (3), its value (1, 3)"},
		{[]int{3, 4}, []int{2, 6}, "x has shape (3, 4), its value (2, 6)"},
	} {
		g := G.NewGraph()
		x := G.NewTensor(g, tensor.Float32, len(c.node), G.WithShape(c.node...), G.WithName("x"))
		v := noise(1, c.value...)
		if err := v.Reshape(c.node...); err != nil {
			t.Fatal(err)
		}
		if err := G.Let(x, v); err != nil {
			t.Fatal(err)
		}
		if err := v.Reshape(c.value...); err != nil {
			t.Fatal(err)
		}
		if err := compile(t, G.Must(op.Activate(op.Tanh, x))).RunAll(); err == nil || err.Error() != c.want {
			t.Errorf("%v, want %q", err, c.want)
		}
	}
}
