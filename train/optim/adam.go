package optim

import (
	"math"

	"github.com/pkg/errors"

	"github.com/gorgonia-zoo/zoo/internal/kernel"
)

// Adam is adaptive moment estimation:
//
//	m ← β₁·m + (1-β₁)·g    v ← β₂·v + (1-β₂)·g²
//	w ← w - rate · m/(1-β₁ⁿ) / (√(v/(1-β₂ⁿ)) + ε)
//
// Kingma & Ba, "Adam: a method for stochastic optimization", ICLR 2015.
type Adam struct {
	Rate    float64
	Beta1   float64 // 0: 0.9
	Beta2   float64 // 0: 0.999
	Epsilon float64 // 0: 1e-8
}

// Validate implements [Optimizer].
func (o Adam) Validate() error {
	for _, b := range []float64{o.Beta1, o.Beta2} {
		if !(b >= 0 && b < 1) {
			return errors.Errorf("Adam: Beta1 is %v and Beta2 %v; both must be in [0, 1)", o.Beta1, o.Beta2)
		}
	}
	if !(o.Epsilon >= 0) {
		return errors.Errorf("Adam: Epsilon is %v; it must not be negative", o.Epsilon)
	}
	return nil
}

// LearningRate implements [Optimizer].
func (o Adam) LearningRate() float64 { return o.Rate }

// Slots implements [Optimizer].
func (o Adam) Slots() []string { return []string{"m", "v"} }

// Update implements [Optimizer].
func (o Adam) Update(p *Param, n int, rate float64) (finite bool) {
	b1, b2, eps := o.Moments()
	u := p.update(rate / (1 - math.Pow(b1, float64(n))))
	u.M, u.V = p.Slots[0], p.Slots[1]
	u.Beta1, u.New1, u.Beta2, u.New2, u.Epsilon = float32(b1), float32(1-b1), float32(b2), float32(1-b2), float32(eps)
	u.Root = float32(1 / math.Sqrt(1-math.Pow(b2, float64(n))))
	return kernel.Adam(&u)
}

// Moments returns β₁, β₂ and ε, those that are not set included.
func (o Adam) Moments() (beta1, beta2, epsilon float64) {
	return or(o.Beta1, 0.9), or(o.Beta2, 0.999), or(o.Epsilon, 1e-8)
}

func or(v, other float64) float64 {
	if v == 0 {
		return other
	}
	return v
}
