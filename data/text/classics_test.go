package text

import (
	"math"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/gorgonia-zoo/zoo/internal/bigram"
)

func loadClassics(t testing.TB) *Corpus {
	t.Helper()
	c, err := Classics()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestClassics(t *testing.T) {
	c := loadClassics(t)
	parts := [][]int{c.Train, c.Valid, c.Test}
	total, words := 0, 0
	for _, ids := range parts {
		total += len(ids)
		for _, id := range ids {
			if w := c.Vocab.Word(id); w != End && w != Unknown && strings.ContainsFunc(w, unicode.IsLetter) {
				words++
			}
		}
	}
	if words < 150_000 {
		t.Errorf("%d words without marks, line ends and unknown ones, want 150,000", words)
	}
	for i, share := range []float64{0.8, 0.1, 0.1} {
		if got := float64(len(parts[i])) / float64(total); got < share-0.02 || got > share+0.02 {
			t.Errorf("%s has %.3f of the words, want about %v", names[0][i], got, share)
		}
	}
	// What go generate wrote; figures published with this corpus hold for no other.
	if got := []int{len(c.Train), len(c.Valid), len(c.Test), c.Vocab.Len()}; !slices.Equal(got, []int{164639, 22868, 16503, 3608}) {
		t.Errorf("%v words and vocabulary; change this test and every figure that was measured on the classics", got)
	}
	unknown, _ := c.Vocab.ID(Unknown)
	for i, most := range []float64{0.05, 0.07, 0.09} {
		n := 0
		for _, id := range parts[i] {
			if id == unknown {
				n++
			}
		}
		if share := float64(n) / float64(len(parts[i])); share > most {
			t.Errorf("%s: %.3f of the words are unknown, want at most %v", names[0][i], share, most)
		}
	}
	if c.Origin != "classics" {
		t.Errorf("origin is %s", c.Origin)
	}
}

// What a transcriber adds to a book is not in it, nor are capitals, or words
// that are too rare.
func TestClassicsAreClean(t *testing.T) {
	c := loadClassics(t)
	counts := make([]int, c.Vocab.Len())
	for _, id := range c.Train {
		counts[id]++
	}
	for id, n := range counts {
		w := c.Vocab.Word(id)
		if n < 3 {
			t.Errorf("%q occurs %d times", w, n)
		}
		if w == End || w == Unknown {
			continue
		}
		if w != strings.ToLower(w) || strings.ContainsAny(w, "[]{}<>_*|~@#$%^\\") {
			t.Errorf("word %q", w)
		}
		if len(w) > 1 && strings.ContainsAny(w, `",;:!?()`) && w != "--" {
			t.Errorf("a mark was not split off %q", w)
		}
	}
	for _, w := range []string{
		"gutenberg", "ebook", "transcriber", "transcribers", "footnote", "footnotes", "illustration", "sidenote", "pgdp", "proofreading", "widger", "chapter i", "license",
	} {
		if _, ok := c.Vocab.ID(w); ok {
			t.Errorf("%q is a word", w)
		}
	}
}

// The parts are different runs of text: no two have a long one in common.
func TestClassicsAreDisjoint(t *testing.T) {
	const long = 25 // words; Newton repeats himself for 21
	c := loadClassics(t)
	runs := map[string]int{}
	for i, ids := range [][]int{c.Train, c.Valid, c.Test} {
		for at := range len(ids) - long {
			run := spell(c, ids[at:at+long])
			if first, ok := runs[run]; ok && first != i {
				t.Fatalf("%s and %s both have %q", names[0][first], names[0][i], run)
			}
			runs[run] = i
		}
	}
}

func TestDamagedClassics(t *testing.T) {
	if _, err := unpack(classics[:len(classics)/2]); err == nil {
		t.Error("half a file is no error")
	}
	if _, err := unpack([]byte("not gzip")); err == nil {
		t.Error("something else is no error")
	}
}

// What counting pairs of words achieves: a language model has to do better.
// A program of a few lines in another language gave the same figures.
func TestBigram(t *testing.T) {
	const tolerance = 0.05 // where expectation maximization stops
	for _, c := range []struct {
		name string
		load func(t *testing.T) (*Corpus, error)
		want float64
	}{
		{"classics", func(*testing.T) (*Corpus, error) { return Classics() }, 97.18},
		{"PTB", func(t *testing.T) (*Corpus, error) { return Open(ptbDir(t)) }, 206.56},
	} {
		t.Run(c.name, func(t *testing.T) {
			text, err := c.load(t)
			if err != nil {
				t.Fatal(err)
			}
			m, err := bigram.Fit(text.Train, text.Valid, text.Vocab.Len())
			if err != nil {
				t.Fatal(err)
			}
			p, err := m.Perplexity(text.Test)
			if err != nil {
				t.Fatal(err)
			}
			if math.Abs(p-c.want) > tolerance {
				t.Errorf("perplexity %.2f with λ %.4f, want %.2f", p, m.Lambda, c.want)
			}
		})
	}
}

func BenchmarkClassics(b *testing.B) {
	for b.Loop() {
		if _, err := Classics(); err != nil {
			b.Fatal(err)
		}
	}
}
