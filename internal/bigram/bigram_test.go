package bigram

import (
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

const rounding = 1e-12 // of sums of a few numbers below 1, in float64

func fit(t rapid.TB, train, valid []int, size int) *Model {
	t.Helper()
	m, err := Fit(train, valid, size)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// Words 0 1 0 1 0 2: after 0 come 1, 1 and 2; after 1 comes 0; after 2, nothing.
func TestTiny(t *testing.T) {
	m := fit(t, []int{0, 1, 0, 1, 0, 2}, []int{0, 1, 0}, 4)
	m.Lambda = [3]float64{0.1, 0.2, 0.7}
	for _, c := range []struct {
		v, w int
		want float64
	}{
		{0, 1, 0.1/4 + 0.2*2/6 + 0.7*2/3},
		{0, 2, 0.1/4 + 0.2*1/6 + 0.7*1/3},
		{1, 0, 0.1/4 + 0.2*3/6 + 0.7},
		{1, 2, 0.1/4 + 0.2*1/6},
		{0, 3, 0.1 / 4},
		{2, 0, 0.1/4 + 0.9*3/6}, // by single words
	} {
		if got := m.Prob(c.v, c.w); math.Abs(got-c.want) > rounding {
			t.Errorf("p(%d|%d) is %v, want %v", c.w, c.v, got, c.want)
		}
	}
	got, err := m.Perplexity([]int{0, 1, 0, 2})
	want := math.Pow(m.Prob(0, 1)*m.Prob(1, 0)*m.Prob(0, 2), -1./3)
	if err != nil || math.Abs(got-want) > rounding {
		t.Errorf("perplexity %v, %v, want %v", got, err, want)
	}
}

// Where one term alone explains the validation text, it gets the weight.
func TestLambda(t *testing.T) {
	cycle := make([]int, 300) // 0 1 2 0 1 2: pairs say all
	for i := range cycle {
		cycle[i] = i % 3
	}
	if m := fit(t, cycle, cycle, 3); m.Lambda[2] < 0.99 {
		t.Errorf("λ of a cycle is %v, want nearly all of it in pairs", m.Lambda)
	}
	// Each word twice, but pairs that were never seen: 1/V says as much as single words.
	m := fit(t, []int{0, 1, 2, 3, 3, 2, 1, 0}, []int{0, 2, 0, 3, 1, 3, 0}, 4)
	if m.Lambda[2] > 0.01 {
		t.Errorf("λ is %v, want nothing for pairs that never come again", m.Lambda)
	}
	if p, err := m.Perplexity([]int{3, 0, 2}); err != nil || math.Abs(p-4) > 0.05 {
		t.Errorf("perplexity of 4 equally likely words is %v, %v", p, err)
	}
}

func TestProbabilitiesSumToOne(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		size := rapid.IntRange(1, 9).Draw(t, "V")
		text := rapid.SliceOfN(rapid.IntRange(0, size-1), 2, 40)
		m := fit(t, text.Draw(t, "train"), text.Draw(t, "valid"), size)
		if sum := m.Lambda[0] + m.Lambda[1] + m.Lambda[2]; math.Abs(sum-1) > rounding {
			t.Fatalf("λ sums to %v", sum)
		}
		for v := range size {
			sum := 0.
			for w := range size {
				sum += m.Prob(v, w)
			}
			if math.Abs(sum-1) > rounding {
				t.Fatalf("probabilities after %d sum to %v", v, sum)
			}
		}
	})
}

// Dempster, Laird, Rubin, 1977: no step makes the text less likely.
func TestEMNeverLowersTheLikelihood(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := rapid.Float64Range(1e-6, 1)
		terms := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) [3]float64 {
			return [3]float64{p.Draw(t, "0"), p.Draw(t, "1"), p.Draw(t, "2")}
		}), 1, 30).Draw(t, "terms")
		lambda := [3]float64{1. / 3, 1. / 3, 1. / 3}
		last := math.Inf(-1)
		for range 20 {
			better, likelihood := em(lambda, terms)
			if likelihood < last-rounding {
				t.Fatalf("log-likelihood fell from %v to %v", last, likelihood)
			}
			lambda, last = better, likelihood
		}
	})
}

func TestErrors(t *testing.T) {
	good := []int{0, 1, 0}
	for _, c := range []struct {
		train, valid []int
		want         string
	}{
		{[]int{1}, good, "a text of 1 words has no pairs; give it at least 2"},
		{good, nil, "a text of 0 words has no pairs; give it at least 2"},
		{[]int{0, 2}, good, "word 1 is 2, outside a vocabulary of 2"},
		{good, []int{-1, 0}, "word 0 is -1, outside a vocabulary of 2"},
	} {
		if _, err := Fit(c.train, c.valid, 2); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("got %v, want %q", err, c.want)
		}
	}
	if _, err := fit(t, good, good, 2).Perplexity([]int{0, 7}); err == nil {
		t.Error("a word outside the vocabulary has a perplexity")
	}
}
