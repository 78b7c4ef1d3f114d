package optim_test

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/gorgonia-zoo/zoo/internal/golden"
	"github.com/gorgonia-zoo/zoo/train/optim"
)

// sizes leave vector kernels a rest, and the last has several pieces.
var sizes = []int{1, 7, 16, 33, 1000, 40_000}

// With penalties the gradient is g + L2·w + L1·sign(w); its square summed in
// float64 by a loop.
func TestSquaredNorm(t *testing.T) {
	const tolerance = 1e-6 // each lane of a kernel sums in float32
	for _, n := range sizes {
		p := optim.Param{Value: golden.Noise(1, n), Grad: golden.Noise(2, n), L2: 0.25, L1: 0.5, Scale: 7}
		var want float64
		for i, w := range p.Value {
			g := float64(p.Grad[i]) + 0.25*float64(w) + 0.5*sign(w)
			want += g * g
		}
		got := p.SquaredNorm()
		if math.Abs(got-want) > tolerance*want {
			t.Errorf("%d elements: %v, want %v", n, got, want)
		}
		if again := p.SquaredNorm(); again != got {
			t.Errorf("%d elements: %v, then %v", n, got, again)
		}
	}
	for _, bad := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		p := optim.Param{Value: make([]float32, 40), Grad: make([]float32, 40)}
		p.Grad[21] = float32(bad)
		if got := p.SquaredNorm(); got-got == 0 {
			t.Errorf("%v with %v in the gradient", got, bad)
		}
	}
}

func sign(w float32) float64 {
	switch {
	case w > 0:
		return 1
	case w < 0:
		return -1
	}
	return 0
}

func TestClipScale(t *testing.T) {
	for _, c := range []struct{ squared, max, want float64 }{
		{25, 2, 0.4},
		{25, 5, 1}, // at the bound
		{25, 10, 1},
		{25, 0, 1}, // no clipping
		{0, 2, 1},
		{1e-300, 1, 1},
		{1e300, 1, 1e-150},
		{math.Inf(1), 1, 0},
	} {
		if got := optim.ClipScale(c.squared, c.max); got != c.want {
			t.Errorf("ClipScale(%v, %v) = %v, want %v", c.squared, c.max, got, c.want)
		}
	}
}

// Adam's first step is rate·g/(|g| + ε): half the rate where g = ε. With the
// defaults β₁ = 0.9 and β₂ = 0.999, a second step of gradient 0 is rate · 0.09/0.19
// / √(0.000999/0.001999), ε aside.
func TestAdamDefaults(t *testing.T) {
	const tolerance = 1e-5 // 1 - 0.999 is taken in float32
	for _, n := range sizes {
		p := optim.Param{Value: make([]float32, n), Grad: make([]float32, n), Slots: [][]float32{make([]float32, n), make([]float32, n)}, Scale: 1}
		p.Grad[n-1] = 1e-8
		optim.Adam{}.Update(&p, 1, 0.5)
		golden.Agree(t, "ε", p.Value[n-1:], []float64{-0.25}, tolerance)
		p.Value[0], p.Grad[n-1] = 0, 0
		p.Slots = [][]float32{make([]float32, n), make([]float32, n)}
		for step, g := range []float32{3, 0} {
			p.Grad[0], p.Value[0] = g, 0
			optim.Adam{}.Update(&p, step+1, 0.5)
		}
		golden.Agree(t, "β₁ and β₂", p.Value[:1], []float64{-0.5 * 0.09 / 0.19 / math.Sqrt(0.000999/0.001999)}, tolerance)
	}
}

// The L1 penalty pulls towards zero by rate·L1 and leaves zero alone.
func TestL1(t *testing.T) {
	for _, n := range sizes {
		p := optim.Param{Value: make([]float32, n), Grad: make([]float32, n), L1: 0.5, Scale: 1}
		want := make([]float32, n)
		for i := range p.Value {
			p.Value[i] = float32(i%3 - 1)
			want[i] = p.Value[i] - 0.25*float32(sign(p.Value[i]))
		}
		if n > 2 {
			p.Value[1] = float32(math.Copysign(0, -1))
		}
		optim.SGD{}.Update(&p, 1, 0.5)
		if !slices.Equal(p.Value, want) {
			t.Errorf("%d elements: %v, want %v", n, p.Value[:min(n, 9)], want[:min(n, 9)])
		}
	}
}

// Every optimizer reports a gradient that is not finite, wherever it is, and
// none that is only large.
func TestFinite(t *testing.T) {
	for _, o := range []optim.Optimizer{optim.SGD{}, optim.SGD{Momentum: 0.9}, optim.SGD{Momentum: 0.9, Nesterov: true}, optim.Adam{}} {
		for _, n := range sizes {
			for _, at := range []int{0, n / 2, n - 1} {
				for _, bad := range []float32{float32(math.NaN()), float32(math.Inf(1)), float32(math.Inf(-1)), 1e18, -1e18, math.SmallestNonzeroFloat32} {
					p := optim.Param{Value: make([]float32, n), Grad: make([]float32, n), Scale: 1}
					for range o.Slots() {
						p.Slots = append(p.Slots, make([]float32, n))
					}
					p.Grad[at] = bad
					if got, want := o.Update(&p, 1, 0.1), bad-bad == 0; got != want {
						t.Errorf("%T%+v, %v at %d of %d: finite %v, want %v", o, o, bad, at, n, got, want)
					}
				}
			}
		}
	}
}

func TestSlots(t *testing.T) {
	for _, c := range []struct {
		o    optim.Optimizer
		rate float64
		want string
	}{
		{optim.SGD{Rate: 0.5}, 0.5, "[]"},
		{optim.SGD{Rate: 0.5, Momentum: 0.9}, 0.5, "[momentum]"},
		{optim.Adam{Rate: 0.25}, 0.25, "[m v]"},
	} {
		if got := fmt.Sprint(c.o.Slots()); got != c.want || c.o.LearningRate() != c.rate {
			t.Errorf("%+v has slots %s and rate %v, want %s and %v", c.o, got, c.o.LearningRate(), c.want, c.rate)
		}
	}
}

// TensorFlow's rule with num_updates, at both sides of the minimum.
func TestAverageDecay(t *testing.T) {
	for _, c := range []struct {
		decay float64
		n     int
		want  float64
	}{
		{0.99, 1, 2. / 11},
		{0.99, 90, 91. / 100},
		{0.99, 889, 890. / 899}, // 0.98999
		{0.99, 890, 0.99},
		{0.5, 7, 8. / 17},
		{0.5, 9, 0.5},
		{0, 1, 0},
	} {
		if got := optim.AverageDecay(c.decay, c.n); math.Abs(got-c.want) > 1e-15 {
			t.Errorf("AverageDecay(%v, %d) = %v, want %v", c.decay, c.n, got, c.want)
		}
	}
}
