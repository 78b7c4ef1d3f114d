package op_test

import (
	"math"
	"testing"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/gorgonia-zoo/zoo/internal/op"
	"github.com/gorgonia-zoo/zoo/internal/vm"
)

var (
	nan = float32(math.NaN())
	inf = float32(math.Inf(1))
)

func rows(cols int, x ...float32) *tensor.Dense {
	return tensor.New(tensor.WithShape(len(x)/cols, cols), tensor.WithBacking(x))
}

func TestLabelsOutOfRange(t *testing.T) {
	for _, c := range []struct {
		y    []int
		want string
	}{
		{[]int{0, 2, 3}, "label 3 of example 2 is none of the model's classes, 0 to 2"},
		{[]int{1, 1 << 40, 0}, "label 1099511627776 of example 1 is none of the model's classes, 0 to 2"},
		{[]int{-1, 0, 0}, "label -1 of example 0 is none of the model's classes, 0 to 2"},
	} {
		g := G.NewGraph()
		x := input(g, "x", noise(1, s(3, 3)))
		loss := G.Must(op.CrossEntropy(x, labels(g, c.y...)))
		grads, err := G.Grad(loss, x)
		if err != nil {
			t.Fatal(err)
		}
		for _, out := range []*G.Node{loss, grads[0]} {
			m, err := vm.New(g, out)
			if err != nil {
				t.Fatal(err)
			}
			err = m.RunAll()
			if err == nil {
				t.Fatalf("labels %v: no error, want %q", c.y, c.want)
			}
			if got := err.Error(); len(got) < len(c.want) || got[len(got)-len(c.want):] != c.want {
				t.Errorf("labels %v: %q, want %q at its end", c.y, got, c.want)
			}
		}
	}
}

// Logits of any finite size: the loss of two classes that are d apart is
// log(1 + e^-d), or d more for the wrong one.
func TestCrossEntropyOfAnyLogits(t *testing.T) {
	for _, c := range []struct {
		a, b  float32
		label int
		want  float32
	}{
		{0, 0, 0, math.Ln2},
		{3e38, 0, 0, 0},
		{3e38, 0, 1, 3e38},
		{-3e38, -3e38, 1, math.Ln2},
		{100, 0, 0, 0}, // e^-100, below the rounding of 1
		{1e-30, 0, 1, math.Ln2},
	} {
		g := G.NewGraph()
		x := input(g, "x", rows(2, c.a, c.b))
		loss := G.Must(op.CrossEntropy(x, labels(g, c.label)))
		grads, err := G.Grad(loss, x)
		if err != nil {
			t.Fatal(err)
		}
		v := run(t, loss, grads[0])
		const rounding = 1e-6
		if got := v[0][0]; math.Abs(float64(got-c.want)) > rounding*float64(c.want) {
			t.Errorf("logits %v and %v, label %d: loss %v, want %v", c.a, c.b, c.label, got, c.want)
		}
		if d := v[1]; math.Abs(float64(d[0]+d[1])) > rounding || d[c.label] > 0 || d[c.label] < -1 {
			t.Errorf("logits %v and %v, label %d: gradient %v", c.a, c.b, c.label, d)
		}
	}
}

// What is not finite comes out as such, for the trainer to see.
func TestCrossEntropyShowsNaN(t *testing.T) {
	for _, x := range []*tensor.Dense{rows(3, 0, nan, 1), rows(3, nan, 0, 1), rows(3, 0, inf, 1), rows(3, inf, inf, 1), rows(3, 0, 1, nan)} {
		g := G.NewGraph()
		if got := run(t, G.Must(op.CrossEntropy(input(g, "x", x), labels(g, 0))))[0][0]; got-got == 0 {
			t.Errorf("logits %v: loss %v, want one that is not finite", x, got)
		}
	}
}

func TestCorrect(t *testing.T) {
	for _, c := range []struct {
		name string
		x    *tensor.Dense
		y    []int
		want float32
	}{
		{"all", rows(3, 1, 2, 3, 3, 2, 1), []int{2, 0}, 2},
		{"none", rows(3, 1, 2, 3, 3, 2, 1), []int{0, 2}, 0},
		{"the first of equals", rows(3, 1, 1, 0), []int{0}, 1},
		{"not the second of equals", rows(3, 1, 1, 0), []int{1}, 0},
		{"all equal", rows(2, 5, 5, 5, 5), []int{0, 1}, 1},
		{"negative", rows(3, -5, -2, -9), []int{1}, 1},
		{"infinite", rows(3, -inf, inf, 0, -inf, -inf, -inf), []int{1, 0}, 2},
		{"NaN at the label", rows(3, 0, nan, 1), []int{1}, 0},
		{"NaN elsewhere", rows(3, 5, nan, 1), []int{0}, 0},
		{"NaN at the start", rows(3, nan, 0, 1, 0, 1, 0), []int{0, 1}, 1},
		{"all NaN", rows(2, nan, nan), []int{0}, 0},
		{"one class", rows(1, 3, -4), []int{0, 0}, 2},
		{"no such class", rows(2, 3, -4), []int{7}, 0},
	} {
		g := G.NewGraph()
		if got := run(t, G.Must(op.Correct(input(g, "x", c.x), labels(g, c.y...))))[0][0]; got != c.want {
			t.Errorf("%s: %v right, want %v", c.name, got, c.want)
		}
	}
}
