package main

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
)

// A sampler draws words from logits.
type sampler struct {
	temperature float64
	topK        int   // 0: all
	forbidden   []int // words that are not drawn
	rand        *rand.Rand

	order []int
	p     []float64
}

// next draws a word with probability ∝ e^(logit/temperature), among the topK
// likeliest. A logit that is not a number, or not finite beside the largest, has none.
func (s *sampler) next(logits []float32) int {
	s.order = s.order[:0]
	for id := range logits {
		if !slices.Contains(s.forbidden, id) {
			s.order = append(s.order, id)
		}
	}
	slices.SortFunc(s.order, func(a, b int) int { return cmp.Or(cmp.Compare(logits[b], logits[a]), cmp.Compare(a, b)) })
	if s.temperature == 0 {
		return s.order[0]
	}
	if s.topK > 0 {
		s.order = s.order[:min(s.topK, len(s.order))]
	}
	s.p = s.p[:0]
	sum := 0.0
	for i, id := range s.order {
		w := math.Exp(float64(logits[id]-logits[s.order[0]]) / s.temperature)
		switch {
		case i == 0:
			w = 1 // also where it is infinite
		case math.IsNaN(w):
			w = 0
		}
		sum += w
		s.p = append(s.p, sum)
	}
	u := s.rand.Float64() * sum
	i, _ := slices.BinarySearchFunc(s.p, u, func(p, u float64) int {
		if p <= u {
			return -1
		}
		return 1
	})
	return s.order[min(i, len(s.order)-1)]
}
