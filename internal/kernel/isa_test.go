package kernel

import (
	"math/rand/v2"
	"strings"
	"testing"
)

// eachISA runs f with every instruction set of this processor.
func eachISA(t *testing.T, f func(t *testing.T)) {
	for _, s := range sets() {
		t.Run(s.name, func(t *testing.T) {
			old := active
			t.Cleanup(func() { active = old })
			active = s
			f(t)
		})
	}
}

func TestISA(t *testing.T) {
	have := []*isa{&generic, {name: "avx2"}}
	for _, c := range []struct{ ask, get, err string }{
		{"", "avx2", ""},
		{"generic", "generic", ""},
		{"avx2", "avx2", ""},
		{"avx512", "avx2", "ZOO_ISA=avx512: this processor has generic, avx2"},
		{"AVX2", "avx2", "ZOO_ISA=AVX2: this processor has generic, avx2"},
	} {
		got, err := choose(c.ask, have)
		if got.name != c.get || (err == nil) != (c.err == "") || err != nil && err.Error() != c.err {
			t.Errorf("choose(%q) = %s, %v; want %s, %q", c.ask, got.name, err, c.get, c.err)
		}
	}
	if name, err := ISA(); err != nil || !strings.Contains("generic avx2 avx512", name) {
		t.Errorf("ISA() = %q, %v", name, err)
	}
}

// uniform returns n numbers in [-1, 1) drawn from seed.
func uniform(n int, seed uint64) []float32 {
	r := rand.New(rand.NewPCG(seed, 0))
	x := New[float32](n)
	for i := range x {
		x[i] = 2*r.Float32() - 1
	}
	return x
}

// lengths are awkward around every vector width and piece border.
var lengths = []int{0, 1, 2, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 100, 127, 1000, chunk - 1, chunk, chunk + 1, 2*chunk + 17}
