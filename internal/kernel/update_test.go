package kernel

import (
	"fmt"
	"math"
	"runtime"
	"slices"
	"testing"
)

// updateTolerance: a few float32 roundings (6e-8) of numbers near 1.
const updateTolerance = 1e-6

// reference64 is one step of an optimizer on one element, in float64.
type reference64 struct{ w, m, v, average float64 }

func (r *reference64) step(u *Update, g float64, adam bool) {
	sign := 0.0
	if r.w != 0 {
		sign = math.Copysign(1, r.w)
	}
	g = float64(u.Scale) * (g + float64(u.L2)*r.w + float64(u.L1)*sign)
	switch {
	case adam:
		r.m = float64(u.Beta1)*r.m + float64(u.New1)*g
		r.v = float64(u.Beta2)*r.v + float64(u.New2)*g*g
		r.w -= float64(u.Rate) * r.m / (math.Sqrt(r.v)*float64(u.Root) + float64(u.Epsilon))
	case u.V != nil:
		r.v = float64(u.Momentum)*r.v + g
		if u.Nesterov {
			r.w -= float64(u.Rate) * (g + float64(u.Momentum)*r.v)
		} else {
			r.w -= float64(u.Rate) * r.v
		}
	default:
		r.w -= float64(u.Rate) * g
	}
	r.average += float64(u.Blend) * (r.w - r.average)
}

// updates under test; the slices are made for each length.
var updateCases = []struct {
	name string
	adam bool
	v    bool
	avg  bool
	u    Update
}{
	{"sgd", false, false, false, Update{Rate: 0.1, Scale: 1}},
	{"sgd average", false, false, true, Update{Rate: 0.1, Scale: 0.5, L2: 0.01, Blend: 0.1}},
	{"momentum", false, true, false, Update{Rate: 0.1, Scale: 1, Momentum: 0.9, L1: 0.02}},
	{"nesterov", false, true, true, Update{Rate: 0.1, Scale: 2, Momentum: 0.9, Nesterov: true, Blend: 0.3}},
	{"adam", true, true, false, Update{Rate: 0.01, Scale: 1, Beta1: 0.9, New1: 0.1, Beta2: 0.99, New2: 0.01, Epsilon: 1e-3, Root: 1.5}},
	{"adam average", true, true, true, Update{Rate: 0.01, Scale: 0.5, L2: 0.1, L1: 0.1, Beta1: 0.8, New1: 0.2, Beta2: 0.9, New2: 0.1, Epsilon: 1e-3, Root: 2, Blend: 0.01}},
}

func TestUpdate(t *testing.T) {
	eachISA(t, func(t *testing.T) {
		for _, c := range updateCases {
			for _, n := range lengths {
				if testing.Short() && n > chunk+1 { // an emulator is slow
					continue
				}
				t.Run(fmt.Sprintf("%s/%d", c.name, n), func(t *testing.T) {
					u := c.u
					u.W, u.G = uniform(n, 1), uniform(n, 2)
					if n > 5 {
						u.W[5] = 0
					}
					if c.v {
						u.M, u.V = uniform(n, 3), uniform(n, 4)
						for i := range u.V {
							u.V[i] = max(u.V[i], -u.V[i])
						}
					}
					if c.avg {
						u.Average = uniform(n, 5)
					}
					want := make([]reference64, n)
					for i := range want {
						want[i].w = float64(u.W[i])
						if c.v {
							want[i].m, want[i].v = float64(u.M[i]), float64(u.V[i])
						}
						if c.avg {
							want[i].average = float64(u.Average[i])
						}
						want[i].step(&u, float64(u.G[i]), c.adam)
					}
					g := slices.Clone(u.G)
					f := SGD
					if c.adam {
						f = Adam
					}
					if !f(&u) {
						t.Fatal("a finite gradient is reported as not finite")
					}
					if !slices.Equal(g, u.G) {
						t.Fatal("the gradient was changed")
					}
					for i, w := range want {
						near(t, "w", i, u.W[i], w.w)
						if c.v {
							near(t, "v", i, u.V[i], w.v)
						}
						if c.adam {
							near(t, "m", i, u.M[i], w.m)
						}
						if c.avg {
							near(t, "average", i, u.Average[i], w.average)
						}
					}
				})
			}
		}
	})
}

func near(t *testing.T, what string, i int, got float32, want float64) {
	t.Helper()
	if math.Abs(float64(got)-want) > updateTolerance*(1+math.Abs(want)) {
		t.Fatalf("%s[%d] = %v, want %v", what, i, got, want)
	}
}

func TestUpdateFinite(t *testing.T) {
	eachISA(t, func(t *testing.T) {
		for _, bad := range []float32{float32(math.NaN()), float32(math.Inf(1)), float32(math.Inf(-1))} {
			for _, at := range []int{0, 9, 40_000, 40_002} {
				n := 40_003
				u := Update{W: uniform(n, 1), G: uniform(n, 2), M: make([]float32, n), V: make([]float32, n), Scale: 1, Rate: 0.1}
				u.G[at] = bad
				if SGD(&u) {
					t.Errorf("SGD takes %v at %d for finite", bad, at)
				}
				if Adam(&u) {
					t.Errorf("Adam takes %v at %d for finite", bad, at)
				}
			}
		}
	})
}

func TestSquaredNorm(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	eachISA(t, func(t *testing.T) {
		for _, n := range lengths {
			u := Update{W: uniform(n, 1), G: uniform(n, 2), L2: 0.5, L1: 0.25}
			var want float64
			for i, w := range u.W {
				g := float64(u.G[i]) + 0.5*float64(w) + math.Copysign(0.25, float64(w))
				want += g * g
			}
			runtime.GOMAXPROCS(1)
			got := SquaredNorm(&u)
			if math.Abs(got-want) > 1e-5*want {
				t.Errorf("length %d: %v, want %v", n, got, want)
			}
			runtime.GOMAXPROCS(4)
			if again := SquaredNorm(&u); again != got {
				t.Errorf("length %d: %v with 4 threads, %v with 1", n, again, got)
			}
		}
	})
}
