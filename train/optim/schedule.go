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
