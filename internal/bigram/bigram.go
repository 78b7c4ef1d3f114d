// Package bigram is the language model that any other should beat: how likely
// a word is after the one before it, by counting.
//
//	p(w|v) = λ₂·c(v,w)/c(v) + λ₁·c(w)/n + λ₀/V
//
// c counts in the training text of n words, c(v,w) the times that w comes next
// after v, and c(v) the times that anything does. Where nothing ever came
// after v, the second term takes the place of the first. λ sums to 1 and makes
// the validation text as likely as can be, which expectation maximization
// finds: Jelinek and Mercer, Interpolated Estimation of Markov Source
// Parameters from Sparse Data, 1980.
package bigram

import (
	"math"

	"github.com/pkg/errors"
)

// A Model gives probabilities to words, ids 0 to V-1.
type Model struct {
	Lambda [3]float64 // the weights λ₀ of 1/V, λ₁ of single words and λ₂ of pairs

	size   int                // V
	n      float64            // words of the training text
	single []float64          // c(w)
	before []float64          // c(v) as the first of a pair
	pairs  map[[2]int]float64 // c(v,w)
}

// Fit counts train and fits λ to valid. Words are ids below size.
func Fit(train, valid []int, size int) (*Model, error) {
	for _, text := range [][]int{train, valid} {
		if err := check(text, size); err != nil {
			return nil, err
		}
	}
	m := &Model{
		Lambda: [3]float64{1. / 3, 1. / 3, 1. / 3},
		size:   size, n: float64(len(train)),
		single: make([]float64, size), before: make([]float64, size), pairs: map[[2]int]float64{},
	}
	for i, w := range train {
		m.single[w]++
		if i > 0 {
			v := train[i-1]
			m.before[v]++
			m.pairs[[2]int{v, w}]++
		}
	}
	terms := make([][3]float64, len(valid)-1)
	for i := range terms {
		terms[i] = m.terms(valid[i], valid[i+1])
	}
	const enough, most = 1e-7, 1000 // nats a word gained, and steps
	for last, step := math.Inf(-1), 0; step < most; step++ {
		lambda, likelihood := em(m.Lambda, terms)
		if likelihood-last < enough {
			break
		}
		m.Lambda, last = lambda, likelihood
	}
	return m, nil
}

// em returns better weights, and the mean log-likelihood under those given: a
// weight becomes the mean share of its term in the probability of a word.
func em(lambda [3]float64, terms [][3]float64) (better [3]float64, likelihood float64) {
	for _, t := range terms {
		p := mix(lambda, t)
		likelihood += math.Log(p)
		for i := range t {
			better[i] += lambda[i] * t[i] / p
		}
	}
	n := float64(len(terms))
	for i := range better {
		better[i] /= n
	}
	return better, likelihood / n
}

// terms returns 1/V, p(w) and the counted p(w|v).
func (m *Model) terms(v, w int) [3]float64 {
	one := m.single[w] / m.n
	two := one
	if m.before[v] > 0 {
		two = m.pairs[[2]int{v, w}] / m.before[v]
	}
	return [3]float64{1 / float64(m.size), one, two}
}

func mix(lambda, t [3]float64) float64 { return lambda[0]*t[0] + lambda[1]*t[1] + lambda[2]*t[2] }

// Prob returns p(w|v).
func (m *Model) Prob(v, w int) float64 { return mix(m.Lambda, m.terms(v, w)) }

// Perplexity returns exp of the mean of -log p(w|v) over all words of a text
// but the first.
func (m *Model) Perplexity(text []int) (float64, error) {
	if err := check(text, m.size); err != nil {
		return 0, err
	}
	var sum float64
	for i, w := range text[1:] {
		sum -= math.Log(m.Prob(text[i], w))
	}
	return math.Exp(sum / float64(len(text)-1)), nil
}

// check says why a text has no pairs of words.
func check(text []int, size int) error {
	if len(text) < 2 {
		return errors.Errorf("a text of %d words has no pairs; give it at least 2", len(text))
	}
	for i, w := range text {
		if w < 0 || w >= size {
			return errors.Errorf("word %d is %d, outside a vocabulary of %d", i, w, size)
		}
	}
	return nil
}
