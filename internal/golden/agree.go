package golden

import (
	"math"
	"slices"
	"testing"

	"gorgonia.org/tensor"
)

// A Float is a number that Agree compares.
type Float interface{ ~float32 | ~float64 }

// A Value is what Case.Agree compares: a tensor, or a node's value.
type Value interface {
	Shape() tensor.Shape
	Data() any
}

// Agree fails the test unless max|got−want| ≤ tol·max|want|. It also fails where either holds a NaN or an infinity,
// where the lengths differ, and where there is nothing to compare.
func Agree[A, B Float](t testing.TB, name string, got []A, want []B, tol float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Errorf("%s: %d elements, want %d", name, len(got), len(want))
		return
	}
	if len(want) == 0 {
		t.Errorf("%s: nothing to compare", name)
		return
	}
	var worst, largest float64
	var at int
	for i := range want {
		g, w := float64(got[i]), float64(want[i])
		if d := g - w; math.IsNaN(d) || math.IsInf(d, 0) {
			t.Errorf("%s[%d]: got %v, want %v", name, i, got[i], want[i])
			return
		} else if math.Abs(d) > worst {
			worst, at = math.Abs(d), i
		}
		largest = max(largest, math.Abs(w))
	}
	if worst > tol*largest {
		t.Errorf("%s[%d]: got %v, want %v; off by %.3g of the largest, %.3g; allowed %.3g", name, at, got[at], want[at], worst/largest, largest, tol)
	}
}

// Agree fails the test unless got has the shape of the case's value and agrees with it, as the function Agree says.
// With a sampled value, got's elements must agree where the sample has any; the sum of got and the sum of its absolute values
// may be off by tol times the latter.
func (c *Case) Agree(key string, got Value, tol float64) {
	c.t.Helper()
	v := c.value(key)
	name := c.Name + ": " + key
	if !slices.Equal(v.Shape, got.Shape()) {
		c.t.Errorf("%s: shape %v, want %v", name, got.Shape(), v.Shape)
		return
	}
	x, ok := elements(got)
	if !ok {
		c.t.Errorf("%s: %T is not float32 or float64", name, got.Data())
		return
	}
	want := c.numbers(v, key)
	if len(v.At) == 0 {
		Agree(c.t, name, x, want, tol)
		return
	}
	some := make([]float64, len(v.At))
	for i, at := range v.At {
		some[i] = x[at]
	}
	var sum, abs float64
	for _, f := range x {
		sum += f
		abs += math.Abs(f)
	}
	Agree(c.t, name+", sampled", some, want, tol)
	Agree(c.t, name+", sum and sum of absolutes", []float64{sum, abs}, []float64{v.Sum, v.Abs}, tol)
}

// elements returns v's numbers in the order of its shape, also where v is a view.
func elements(v Value) ([]float64, bool) {
	if d, ok := v.(*tensor.Dense); ok && d.IsMaterializable() {
		v = d.Materialize().(*tensor.Dense)
	}
	switch data := v.Data().(type) {
	case []float64:
		return data, true
	case []float32:
		x := make([]float64, len(data))
		for i, f := range data {
			x[i] = float64(f)
		}
		return x, true
	case float64:
		return []float64{data}, true
	case float32:
		return []float64{float64(data)}, true
	}
	return nil, false
}
