package vm_test

import (
	"testing"

	G "gorgonia.org/gorgonia"

	"github.com/gorgonia-zoo/zoo/internal/op"
)

// A chain of 40 activations needs room for two values, its input and its output
// in turn, and no more.
func TestChainSharesMemory(t *testing.T) {
	g := G.NewGraph()
	x := input(g, "x", noise(1, 8, 16))
	const size = 4 * 8 * 16
	y := x
	for i := range 40 {
		y = G.Must(op.Activate([]op.Activation{op.Tanh, op.Sigmoid}[i%2], y))
	}
	m := compile(t, y)
	if m.Bytes() != 2*size {
		t.Errorf("%d bytes for a chain of 40 values of %d, want 2 of them", m.Bytes(), size)
	}
	run(t, m)
	got := floats(t, y.Value())
	tape := G.NewTapeMachine(g)
	defer tape.Close()
	run(t, tape)
	if want := floats(t, y.Value()); !same(got, want) {
		t.Errorf("%v, the TapeMachine's %v", got, want)
	}
}

// Values that are asked for, or that one of Gorgonia's operations reads, keep
// their memory.
func TestValuesThatStay(t *testing.T) {
	const size = 4 * 8 * 16
	for _, c := range []struct {
		name  string
		keep  bool // ask for the third value of six
		stock bool // let a stock operation read it
		want  int
	}{
		{"none", false, false, 2 * size},
		{"asked for", true, false, 3 * size},
		{"read by Gorgonia", false, true, 3 * size},
	} {
		g := G.NewGraph()
		y := input(g, "x", noise(1, 8, 16))
		var outs G.Nodes
		for i := range 6 {
			y = G.Must(op.Activate(op.Tanh, y))
			if i == 2 && c.keep {
				outs = append(outs, y)
			}
			if i == 2 && c.stock {
				outs = append(outs, G.Must(G.Sum(y)))
			}
		}
		if m := compile(t, append(outs, y)...); m.Bytes() != c.want {
			t.Errorf("%s: %d bytes, want %d", c.name, m.Bytes(), c.want)
		}
	}
}

// Views take no memory, and the memory that they lie in lives as long as they.
func TestViewsTakeNoMemory(t *testing.T) {
	g := G.NewGraph()
	x := input(g, "x", noise(1, 8, 16))
	const size = 4 * 8 * 16
	a := G.Must(op.Activate(op.Tanh, x))
	v := G.Must(op.Reshape(G.Must(op.Reshape(a, 128)), 2, 64)) // a view of a view
	b := G.Must(op.Activate(op.Sigmoid, a))                    // the last reader of a itself
	c := G.Must(op.Activate(op.ReLU, b))                       // must not go to a's place
	d := G.Must(op.Add(v, G.Must(op.Reshape(c, 2, 64))))
	m := compile(t, d)
	if m.Bytes() != 3*size { // a, b, c; d goes to b's place
		t.Errorf("%d bytes, want 3 values of %d", m.Bytes(), size)
	}
	run(t, m)
	got := floats(t, d.Value())
	m = compile(t, d, a, c)
	run(t, m)
	if !same(got, floats(t, d.Value())) {
		t.Error("a value was overwritten while a view of it was to be read")
	}
	for i, v := range floats(t, a.Value()) {
		if got[i] != v+floats(t, c.Value())[i] {
			t.Fatalf("element %d is %v, want %v + %v", i, got[i], v, floats(t, c.Value())[i])
		}
	}
}

// Parts of an array are views too: they lie where they lie in it, and it lives as
// long as the last of them.
func TestPartsTakeNoMemory(t *testing.T) {
	g := G.NewGraph()
	x, w, h0 := input(g, "x", noise(1, 6, 5)), input(g, "w", noise(2, 5, 5)), input(g, "h0", noise(3, 2, 5))
	y, h, err := op.RNN(x, w, h0, 3)
	if err != nil {
		t.Fatal(err)
	}
	a := G.Must(op.Activate(op.Tanh, y)) // y's last reader
	b := G.Must(op.Activate(op.Sigmoid, a))
	c := G.Must(op.Add(h, h)) // the array's
	m := compile(t, b, c)
	if want := 4 * 5 * ((3+1)*2 + 6 + 6); m.Bytes() != want { // the array, a, b; c goes to a's place
		t.Errorf("%d bytes, want %d", m.Bytes(), want)
	}
	run(t, m)
	twice := floats(t, c.Value())
	m = compile(t, y, h)
	run(t, m)
	for i, v := range floats(t, h.Value()) {
		if last := floats(t, y.Value())[2*2*5+i]; v != last || twice[i] != 2*v {
			t.Errorf("element %d of the last step is %v, of y %v, twice it %v", i, v, last, twice[i])
		}
	}
}
