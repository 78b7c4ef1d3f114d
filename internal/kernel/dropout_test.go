package kernel

import (
	"fmt"
	"math"
	"runtime"
	"slices"
	"testing"
)

// kept is the definition: whether element i stays.
func kept(i, step int, key uint64, rate float64) bool {
	c := uint64(step)<<32 + uint64(i/group*16+i%16)
	w := Philox([4]uint32{uint32(c), uint32(c >> 32)}, [2]uint32{uint32(key), uint32(key >> 32)})[i%group/16]
	return float64(w) >= math.RoundToEven(rate*(1<<32))
}

// Every length is done to its end and not beyond, in place too, with every
// instruction set and on any number of threads, in float64 too.
func TestDropout(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	const key = 0x0123456789abcdef
	eachISA(t, func(t *testing.T) {
		for i, n := range append(lengths, 70_000) {
			runtime.GOMAXPROCS(1 + i%3)
			for _, rate := range []float64{0, 0.2, 0.5, 0.8, 1} {
				step := 1000*i + 3
				x := uniform(n, 1)
				want := append(make([]float32, n), 7)
				for i, v := range x {
					if kept(i, step, key, rate) {
						want[i] = v * float32(1/(1-rate))
					}
				}
				y := append(make([]float32, n), 7)
				Dropout(y[:n], x, rate, step, key)
				if !slices.Equal(y, want) {
					t.Fatalf("length %d, rate %v: differs from its definition", n, rate)
				}
				x64, y64 := make([]float64, n), make([]float64, n)
				for i, v := range x {
					x64[i] = float64(v)
				}
				Dropout(y64, x64, rate, step, key)
				for i, v := range y64 {
					if (v != 0) != (y[i] != 0) || math.Abs(v-float64(y[i])) > 1e-7*math.Abs(v) {
						t.Fatalf("length %d, rate %v: element %d is %v in float64, %v in float32", n, rate, i, v, y[i])
					}
				}
				Dropout(x, x, rate, step, key)
				if !slices.Equal(x, y[:n]) {
					t.Fatalf("length %d, rate %v: in place gives another result", n, rate)
				}
			}
		}
	})
}

// What is dropped is 0 even if it was none.
func TestDropoutSpecial(t *testing.T) {
	eachISA(t, func(t *testing.T) {
		inf := float32(math.Inf(1))
		for _, v := range []float32{inf, -inf, inf - inf, math.MaxFloat32} {
			x, y := make([]float32, 100), make([]float32, 100)
			for i := range x {
				x[i] = v
			}
			Dropout(y, x, 0.5, 1, 2)
			for i, got := range y {
				want := 2 * v
				if !kept(i, 1, 2, 0.5) {
					want = 0
				}
				if got != want && (got == got || want == want) {
					t.Fatalf("element %d, %v, becomes %v, want %v", i, v, got, want)
				}
			}
		}
	})
}

func BenchmarkDropout(b *testing.B) {
	for _, n := range []int{100 * 512, 700 * 200} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			x, y := uniform(n, 1), uniform(n, 2)
			for step := 0; b.Loop(); step++ {
				Dropout(y, x, 0.5, step, 1)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/element")
		})
	}
}
