package optim

import "math"

// A Schedule gives the learning rate of a step, of which the first is 0.
type Schedule func(step int) float64

// Constant is the same rate throughout.
func Constant(rate float64) Schedule { return func(int) float64 { return rate } }

// Exponential decays without steps: base·decay^(step/steps).
func Exponential(base, decay, steps float64) Schedule {
	return func(step int) float64 { return base * math.Pow(decay, float64(step)/steps) }
}

// Staircase decays once every so many steps: base·decay^⌊step/steps⌋.
func Staircase(base, decay, steps float64) Schedule {
	return func(step int) float64 { return base * math.Pow(decay, math.Floor(float64(step)/steps)) }
}

// Cosine rises along a line to base over the first warmUp steps and then falls along
// half a cosine to 0 at step steps, where it stays:
//
//	base·(step + 1)/warmUp                                      below warmUp
//	base·½(1 + cos(π·(step - warmUp)/(steps - warmUp)))         from there
//
// Loshchilov & Hutter, "SGDR: stochastic gradient descent with warm restarts", ICLR
// 2017, without restarts; warm-up as in Goyal et al., "Accurate, large minibatch
// SGD", 2017.
func Cosine(base float64, warmUp, steps int) Schedule {
	return func(step int) float64 {
		if step < warmUp {
			return base * float64(step+1) / float64(warmUp)
		}
		t := 1.0
		if steps > warmUp {
			t = min(1, float64(step-warmUp)/float64(steps-warmUp))
		}
		return base * (1 + math.Cos(math.Pi*t)) / 2
	}
}

// Hold is s, but from step steps on the rate stays what it was in the step before.
func Hold(s Schedule, steps int) Schedule {
	return func(step int) float64 { return s(min(step, max(steps-1, 0))) }
}
