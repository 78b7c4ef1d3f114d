package kernel

import (
	"math"
	"slices"
	"testing"
)

// mapTolerance is the largest relative error of a float32 function. The kernel
// for exp reaches 1e-7 and those built on it 2e-7; a unit in the last place is
// 1.2e-7.
const mapTolerance = 4e-7

// functions are the maps and their derivatives in float64.
var functions = map[Map]struct {
	name    string
	f, grad func(x float64) float64
}{
	Exp:     {"exp", math.Exp, math.Exp},
	ReLU:    {"relu", func(x float64) float64 { return max(x, 0) }, func(x float64) float64 { return step(x) }},
	Sigmoid: {"sigmoid", func(x float64) float64 { return 1 / (1 + math.Exp(-x)) }, func(x float64) float64 { s := 1 / (1 + math.Exp(-x)); return s * (1 - s) }},
	Tanh:    {"tanh", math.Tanh, func(x float64) float64 { return 1 - math.Tanh(x)*math.Tanh(x) }},
}

func step(x float64) float64 {
	if x > 0 {
		return 1
	}
	return 0
}

func TestApply(t *testing.T) {
	var x []float32
	for v := -20.0; v < 20; v += 0.0037 {
		x = append(x, float32(v))
	}
	x = append(x, 0, 1e-30, -1e-30, 0.624999, 0.625, 0.625001, -0.625, 80, -80, 88, -87)
	eachISA(t, func(t *testing.T) {
		for f, c := range functions {
			y := make([]float32, len(x))
			Apply(f, y, x)
			for i, v := range x {
				want := c.f(float64(v))
				if math.Abs(float64(y[i])-want) > mapTolerance*math.Abs(want) {
					t.Fatalf("%s(%v) = %v, want %v", c.name, v, y[i], want)
				}
			}
		}
	})
}

// Every length is done to its end and not beyond, in place too.
func TestApplyLengths(t *testing.T) {
	eachISA(t, func(t *testing.T) {
		for f, c := range functions {
			for _, n := range lengths {
				x := uniform(n, 1)
				y := append(make([]float32, n), 7)
				Apply(f, y[:n], x)
				for i, v := range x {
					if want := c.f(float64(v)); math.Abs(float64(y[i])-want) > mapTolerance*math.Abs(want) {
						t.Fatalf("%s, length %d: element %d is %v, want %v", c.name, n, i, y[i], want)
					}
				}
				if y[n] != 7 {
					t.Fatalf("%s, length %d: wrote beyond the end", c.name, n)
				}
				Apply(f, x, x)
				if !slices.Equal(x, y[:n]) {
					t.Fatalf("%s, length %d: in place gives another result", c.name, n)
				}
			}
		}
	})
}

func TestApplyGrad(t *testing.T) {
	eachISA(t, func(t *testing.T) {
		for f, c := range functions {
			for _, n := range lengths {
				x, y, dy, dx := uniform(n, 1), make([]float32, n), uniform(n, 2), make([]float32, n)
				Apply(f, y, x)
				ApplyGrad(f, dx, y, dy)
				for i := range x {
					want := float64(dy[i]) * c.grad(float64(x[i]))
					if math.Abs(float64(dx[i])-want) > 1e-6*math.Abs(float64(dy[i])) {
						t.Fatalf("%s, length %d: dx[%d] = %v, want %v", c.name, n, i, dx[i], want)
					}
				}
			}
		}
	})
}

func TestApplySpecial(t *testing.T) {
	inf, nan := float32(math.Inf(1)), float32(math.NaN())
	x := []float32{inf, -inf, nan, 200, -200, -100, 0}
	want := map[Map][]float32{
		Exp:     {inf, 0, nan, inf, 0, float32(math.Exp(-100)), 1},
		ReLU:    {inf, 0, nan, 200, 0, 0, 0},
		Sigmoid: {1, 0, nan, 1, 0, 0, 0.5},
		Tanh:    {1, -1, nan, 1, -1, -1, 0},
	}
	eachISA(t, func(t *testing.T) {
		for f, w := range want {
			in, y := make([]float32, 64), make([]float32, 64)
			for i := range in {
				in[i] = x[i%len(x)]
			}
			Apply(f, y, in)
			for i, v := range y {
				want := w[i%len(x)]
				if v != want && !(v != v && want != want) && math.Abs(float64(v-want)) > 1e-38 {
					t.Errorf("%s(%v) = %v, want %v", functions[f].name, in[i], v, want)
				}
			}
		}
	})
}

func TestApplyFloat64(t *testing.T) {
	for f, c := range functions {
		x := []float64{-3, -0.5, 0, 0.25, 2}
		y, dx := make([]float64, 5), make([]float64, 5)
		Apply(f, y, x)
		ApplyGrad(f, dx, y, []float64{1, 1, 1, 1, 1})
		for i, v := range x {
			if math.Abs(y[i]-c.f(v)) > 1e-15 || math.Abs(dx[i]-c.grad(v)) > 1e-14 {
				t.Errorf("%s(%v) = %v, derivative %v", c.name, v, y[i], dx[i])
			}
		}
	}
}
