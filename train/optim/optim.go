package optim

import (
	"math"

	"github.com/gorgonia-zoo/zoo/internal/kernel"
)

// An Optimizer changes one parameter at a time.
type Optimizer interface {
	// Validate says what is wrong with the settings.
	Validate() error
	// LearningRate is the rate for runs without a schedule.
	LearningRate() float64
	// Slots names the arrays, of the parameter's size and zero at first, that
	// the optimizer keeps for it between steps.
	Slots() []string
	// Update does step n (1 for the first) with the given rate and reports
	// whether the gradient was finite.
	Update(p *Param, n int, rate float64) (finite bool)
}

// A Param is a parameter as an optimizer sees it.
type Param struct {
	Value, Grad []float32
	Average     []float32   // moving average of Value; nil: none
	Slots       [][]float32 // as Optimizer.Slots names them

	// Rows are those that Grad has, one after the other, of Value as a matrix, where
	// Grad is 0 elsewhere; nil: Grad has all. Only an optimizer that is RowWise sees
	// them, and only where there are no penalties and no average.
	Rows []int

	L2, L1 float64 // the gradient is Grad + L2·w + L1·sign(w) …
	Scale  float64 // … times Scale, which clipping sets
	Decay  float64 // Average ← Decay·Average + (1-Decay)·Value
}

func (p *Param) update(rate float64) kernel.Update {
	return kernel.Update{
		W: p.Value, G: p.Grad, Average: p.Average, Rate: float32(rate),
		Scale: float32(p.Scale), L2: float32(p.L2), L1: float32(p.L1), Blend: float32(1 - p.Decay),
	}
}

// SquaredNorm returns the sum of squares of the gradient with its penalties,
// before scaling.
func (p *Param) SquaredNorm() float64 {
	u := p.update(0)
	if p.Rows != nil {
		u.W = u.G // which the penalties, of weight 0, are taken of
	}
	return kernel.SquaredNorm(&u)
}

// RowWise reports whether o leaves a weight alone whose gradient is 0 and has no
// memory, so that rows of zeros make no difference to it: it is an [SGD] without
// momentum.
func RowWise(o Optimizer) bool {
	s, ok := o.(SGD) // and no type that only embeds one
	return ok && s.Momentum == 0
}

// ClipScale returns what to multiply gradients by so that their global norm is
// at most max: max/‖g‖, or 1 where ‖g‖ ≤ max or max is 0.
//
// Pascanu, Mikolov, Bengio, "On the difficulty of training recurrent neural
// networks", ICML 2013.
func ClipScale(squaredNorm, max float64) float64 {
	if norm := math.Sqrt(squaredNorm); max > 0 && norm > max {
		return max / norm
	}
	return 1
}

// AverageDecay returns the decay of the nth update of a moving average (1 for
// the first): min(decay, (1+n)/(10+n)), so that an average soon forgets where
// it began. It is the rule of TensorFlow's ExponentialMovingAverage with
// num_updates.
func AverageDecay(decay float64, n int) float64 {
	return min(decay, (1+float64(n))/(10+float64(n)))
}
