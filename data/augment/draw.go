package augment

import "math"

// draw draws the map of one example.
func (a Affine) draw(epoch, position int) motion {
	s := stream(mix(mix(mix(a.Seed)+uint64(epoch)) + uint64(position)))
	return motion{
		right: a.Shift * s.next(),
		down:  a.Shift * s.next(),
		angle: a.Rotate * s.next() * math.Pi / 180,
		size:  1 + a.Scale*s.next(),
	}
}

// A stream is the generator SplitMix64: a counter, whose values are mixed.
// Steele, Lea and Flood, Fast Splittable Pseudorandom Number Generators, 2014.
type stream uint64

// next draws from [-1, 1).
func (s *stream) next() float64 {
	z := mix(uint64(*s))
	*s += golden
	return float64(z>>11)/(1<<52) - 1
}

const golden = 0x9E3779B97F4A7C15 // 2⁶⁴ divided by the golden ratio

// mix is SplitMix64's first number from state z.
func mix(z uint64) uint64 {
	z += golden
	z = (z ^ z>>30) * 0xBF58476D1CE4E5B9
	z = (z ^ z>>27) * 0x94D049BB133111EB
	return z ^ z>>31
}
