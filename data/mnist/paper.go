package mnist

import (
	"math"
	"slices"
)

// A surface is the brightness of paper under uneven light, a polynomial of degree 2
// in x and y from -1 to 1:
//
//	c₀ + c₁x + c₂y + c₃x² + c₄xy + c₅y²
type surface [6]float64

func terms(x, y float64) surface { return surface{1, x, y, x * x, x * y, y * y} }

func (s surface) at(x, y float64) float64 {
	return s[0] + s[1]*x + s[2]*y + s[3]*x*x + s[4]*x*y + s[5]*y*y
}

// unit maps the i-th of n pixels to its middle in (-1, 1).
func unit(i, n int) float64 { return float64(2*i+1)/float64(n) - 1 }

// A sample is the brightness at a place.
type sample struct{ x, y, v float64 }

// frame returns samples from the margin of p, a sixteenth of its smaller side wide,
// which is mostly paper.
func frame(p plane) (samples []sample) {
	margin := (min(p.w, p.h) + 15) / 16
	step := 1 + int(math.Sqrt(float64(p.w*p.h)/2500)) // so that there are about a thousand at most
	for y := 0; y < p.h; y += step {
		for x := 0; x < p.w; x += step {
			if x >= margin && x < p.w-margin && y >= margin && y < p.h-margin {
				continue
			}
			samples = append(samples, sample{unit(x, p.w), unit(y, p.h), float64(*p.at(x, y))})
		}
	}
	return samples
}

// fit returns the surface with the least sum of absolute distances to the samples,
// which a few samples of ink do not bend, and the standard deviation of the noise
// around it. It is found by least squares, again and again, with each square weighted
// by the inverse of the distance before.
func fit(samples []sample) (s surface, noise float64) {
	const (
		rounds = 20
		least  = 1. / 255 // a distance that is none: grey values are whole
		ridge  = 3e-2     // holds terms near 0 that would rather follow ink at the border
	)
	distances := make([]float64, len(samples))
	for i, p := range samples {
		distances[i] = p.v
	}
	slices.Sort(distances)
	s[0] = distances[len(distances)/2]
	for range rounds {
		var a [6][7]float64 // normal equations; the last column is the right side
		total := 0.0
		for _, p := range samples {
			t := terms(p.x, p.y)
			weight := 1 / max(least, math.Abs(p.v-s.at(p.x, p.y)))
			total += weight
			for i := range 6 {
				for j := range 6 {
					a[i][j] += weight * t[i] * t[j]
				}
				a[i][6] += weight * t[i] * p.v
			}
		}
		for i := 1; i < 6; i++ {
			a[i][i] += ridge * total
		}
		s = solve(a)
	}
	for i, p := range samples {
		distances[i] = math.Abs(p.v - s.at(p.x, p.y))
	}
	slices.Sort(distances)
	return s, max(least, 1.4826*distances[len(distances)/2]) // of a normal distribution, from the median
}

// solve solves a positive definite system by elimination.
func solve(a [6][7]float64) (x surface) {
	for i := range 6 {
		for j := i + 1; j < 6; j++ {
			f := a[j][i] / a[i][i]
			for k := i; k < 7; k++ {
				a[j][k] -= f * a[i][k]
			}
		}
	}
	for i := 5; i >= 0; i-- {
		x[i] = a[i][6]
		for j := i + 1; j < 6; j++ {
			x[i] -= a[i][j] * x[j]
		}
		x[i] /= a[i][i]
	}
	return x
}
