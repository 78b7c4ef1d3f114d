package op_test

import (
	"slices"
	"testing"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/gorgonia-zoo/zoo/internal/op"
)

// Element (n, h, w, c) goes to (n, c, h, w); sizes of 1 and above a vector.
func TestChannelsFirst(t *testing.T) {
	for _, shape := range []tensor.Shape{s(2, 3, 4, 5), s(1, 28, 28, 1), s(1, 1, 1, 7), s(3, 1, 9, 2), s(2, 17, 19, 33)} {
		g := G.NewGraph()
		x := noise(1, shape)
		y := run(t, G.Must(op.ChannelsFirst(input(g, "x", x))))[0]
		N, H, W, C := shape[0], shape[1], shape[2], shape[3]
		wrong := 0
		for n := range N {
			for h := range H {
				for w := range W {
					for c := range C {
						if y[((n*C+c)*H+h)*W+w] != x.Float32s()[((n*H+h)*W+w)*C+c] {
							wrong++
						}
					}
				}
			}
		}
		if wrong > 0 {
			t.Errorf("%v: %d elements are not where they belong", shape, wrong)
		}
	}
}

// The gradient of ChannelsFirst takes a tensor back: with the loss ½Σy² it is x.
func TestChannelsRoundTrip(t *testing.T) {
	g := G.NewGraph()
	x := input(g, "x", noise(1, s(2, 3, 4, 5)))
	y := G.Must(op.ChannelsFirst(x))
	half := G.NewConstant(float32(0.5))
	grads, err := G.Grad(G.Must(G.Mul(half, G.Must(G.Sum(G.Must(G.Square(G.Must(op.Reshape(y, 120)))))))), x)
	if err != nil {
		t.Fatal(err)
	}
	if got := run(t, grads[0])[0]; !same(got, floats(t, x.Value())) {
		t.Errorf("got %v, want x, %v", got, x.Value())
	}
}

func TestReshape(t *testing.T) {
	g := G.NewGraph()
	x := input(g, "x", noise(1, s(2, 3, 4)))
	want := floats(t, x.Value())
	for _, to := range []tensor.Shape{s(24), s(24, 1), s(1, 24), s(2, 3, 4, 1), s(4, 6), s(2, 3, 4)} {
		y := G.Must(op.Reshape(x, to...))
		back := G.Must(op.Reshape(y, 2, 3, 4))
		if !slices.Equal(y.Shape(), to) || !slices.Equal(back.Shape(), s(2, 3, 4)) {
			t.Errorf("to %v and back: %v, %v", to, y.Shape(), back.Shape())
		}
		for i, v := range run(t, y, back) {
			if !same(v, want) {
				t.Errorf("to %v and back: value %d is %v, want %v", to, i, v, want)
			}
		}
	}
	if y := G.Must(op.Reshape(x, 2, 3, 4)); y != x {
		t.Error("a reshape to the same shape is a node of its own")
	}
	for _, from := range []tensor.Shape{s(5), s(1, 5), s(5, 1)} { // which Shape.Eq takes for each other
		x := input(g, "v", noise(1, from))
		for _, to := range []tensor.Shape{s(5), s(1, 5), s(5, 1)} {
			if y := G.Must(op.Reshape(x, to...)); !slices.Equal(y.Shape(), to) {
				t.Errorf("%v reshaped to %v has shape %v", from, to, y.Shape())
			}
		}
	}
}

// Layers check what a user can get wrong; operations what a layer can.
func TestShapeErrors(t *testing.T) {
	g := G.NewGraph()
	n := func(name string, sizes ...int) *G.Node { return input(g, name, noise(1, sizes)) }
	for _, c := range []struct {
		name, want string
		do         func() (*G.Node, error)
	}{
		{"linear", "linear: Failed to infer shape. Op: linear: input (3, 4) does not fit weight (5, 6)", func() (*G.Node, error) { return op.Linear(n("x", 3, 4), n("w", 5, 6), nil) }},
		{"bias", "linear: Failed to infer shape. Op: linear: bias (4) does not fit weight (5, 4)", func() (*G.Node, error) { return op.Linear(n("x", 3, 4), n("w", 5, 4), n("b", 4)) }},
		{"add", "add: Failed to infer shape. Op: add: (3, 4) does not fit (3, 5)", func() (*G.Node, error) { return op.Add(n("x", 3, 4), n("y", 3, 5)) }},
		{"add a vector and a column", "", func() (*G.Node, error) { return op.Add(n("x", 3), n("y", 3, 1)) }},
		{"reshape", "reshape: Failed to infer shape. Op: reshape: (3, 4) does not fit (5)", func() (*G.Node, error) { return op.Reshape(n("x", 3, 4), 5) }},
		{"labels", "crossEntropy: Failed to infer shape. Op: crossEntropy: 3 rows of logits, 2 labels", func() (*G.Node, error) { return op.CrossEntropy(n("x", 3, 4), labels(g, 1, 2)) }},
		{"correct", "correct: Failed to infer shape. Op: correct: 3 rows of logits, 2 labels", func() (*G.Node, error) { return op.Correct(n("x", 3, 4), labels(g, 1, 2)) }},
		{"targets", "squaredError: Failed to infer shape. Op: squaredError: output (3, 4), targets (3, 5)", func() (*G.Node, error) { return op.SquaredError(n("x", 3, 4), n("y", 3, 5)) }},
		{"a row for a vector", "", func() (*G.Node, error) { return op.SquaredError(n("x", 1, 5), n("y", 5)) }},
	} {
		y, err := c.do()
		if err == nil || y != nil {
			t.Errorf("%s: %v, %v; want an error", c.name, y, err)
		} else if c.want != "" && err.Error() != c.want {
			t.Errorf("%s: %q, want %q", c.name, err, c.want)
		}
	}
}

// A value that several operations use gets the sum of their gradients: for
// Σ(x+x)² it is 8x, exactly.
func TestGradientsMeet(t *testing.T) {
	g := G.NewGraph()
	x := input(g, "x", noise(1, s(3, 4)))
	two := G.Must(op.Add(x, x))
	grads, err := G.Grad(G.Must(G.Sum(G.Must(G.Square(two)))), x)
	if err != nil {
		t.Fatal(err)
	}
	want := slices.Clone(floats(t, x.Value()))
	for i := range want {
		want[i] *= 8
	}
	if got := run(t, grads[0])[0]; !same(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}
