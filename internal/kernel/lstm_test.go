package kernel

import (
	"fmt"
	"math"
	"runtime"
	"slices"
	"testing"
)

// recurrentTolerance is relative to the largest element, by type: sums of up to a
// thousand products and a few functions, over a few steps.
var recurrentTolerance = struct{ f32, f64 float64 }{3e-6, 1e-13}

// sequences are awkward around vectors, tiles and blocks of rows; rows of 1024, and
// of four times 256, would alias.
var sequences = []Sequence{
	{1, 1, 1}, {3, 2, 1}, {1, 7, 5}, {4, 3, 8}, {2, 1, 16}, {5, 6, 7}, {3, 13, 15}, {3, 14, 17}, {2, 15, 31}, {3, 29, 33},
	{2, 20, 200}, {35, 1, 40}, {3, 2, 256}, {2, 31, 64}, {2, 1100, 3}, {2, 3, 1024},
}

// A recurrent has what a pass forward and backward over a sequence reads and writes.
// pre, gates and their gradients have so many gates.
type recurrent[T Float] struct {
	Sequence
	pre, w, h0, c0 []T
	h, c, gates    []T
	dy, dh, dc     []T
	dpre, dc0      []T
}

func newRecurrent(s Sequence, gates int) *recurrent[float32] {
	n := s.N * s.H
	r := &recurrent[float32]{Sequence: s, pre: uniform(s.T*n*gates, 1), w: uniform(gates*s.H*s.H, 2), h0: uniform(n, 3), c0: uniform(n, 4)}
	r.dy, r.dh, r.dc = uniform(s.T*n, 5), uniform(n, 6), uniform(n, 7)
	for i := range r.w {
		r.w[i] /= float32(math.Sqrt(float64(s.H)))
	}
	for i := range r.pre {
		r.pre[i] *= 3
	}
	r.allocate(gates)
	return r
}

func (r *recurrent[T]) allocate(gates int) {
	n := r.N * r.H
	r.h, r.c, r.gates = make([]T, (r.T+1)*n), make([]T, (r.T+1)*n), make([]T, r.T*n*gates)
	r.dpre, r.dc0 = make([]T, r.T*n*gates), make([]T, n)
}

func (r *recurrent[T]) lstm(dy, dh bool) {
	copy(r.h, r.h0)
	copy(r.c, r.c0)
	copy(r.dc0, r.dc)
	LSTM(r.Sequence, r.h, r.c, r.gates, r.pre, r.w)
	LSTMGrad(r.Sequence, r.dpre, r.dc0, r.c, r.gates, r.w, when(dy, r.dy), when(dh, r.dh))
}

func (r *recurrent[T]) rnn(dy, dh bool) {
	copy(r.h, r.h0)
	RNN(r.Sequence, r.h, r.pre, r.w)
	RNNGrad(r.Sequence, r.dpre, r.h, r.w, when(dy, r.dy), when(dh, r.dh))
}

func when[T any](given bool, x []T) []T {
	if given {
		return x
	}
	return nil
}

// widened returns the same inputs in float64.
func (r *recurrent[T]) widened(gates int) *recurrent[float64] {
	w := func(x []T) []float64 {
		y := make([]float64, len(x))
		for i, v := range x {
			y[i] = float64(v)
		}
		return y
	}
	q := &recurrent[float64]{Sequence: r.Sequence, pre: w(r.pre), w: w(r.w), h0: w(r.h0), c0: w(r.c0), dy: w(r.dy), dh: w(r.dh), dc: w(r.dc)}
	q.allocate(gates)
	return q
}

// reference runs a layer of 4 gates or 1 by the formulas, element by element.
func (r *recurrent[T]) reference(gates int, dy, dh bool) {
	n, width := r.N*r.H, gates*r.H
	at := func(x []T, t, row, j int) *T { return &x[t*n+row*r.H+j] }
	gate := func(x []T, t, row, q, j int) *T { return &x[(t*r.N+row)*width+q*r.H+j] }
	sigmoid := func(x T) T { return T(1 / (1 + math.Exp(-float64(x)))) }
	tanh := func(x T) T { return T(math.Tanh(float64(x))) }
	copy(r.h, r.h0)
	copy(r.c, r.c0)
	for t := range r.T {
		for row := range r.N {
			for j := range r.H {
				var z [4]T
				for q := range gates {
					z[q] = *gate(r.pre, t, row, q, j)
					for k := range r.H {
						z[q] += *at(r.h, t, row, k) * r.w[(q*r.H+j)*r.H+k]
					}
				}
				if gates == 1 {
					*at(r.h, t+1, row, j) = tanh(z[0])
					continue
				}
				z = [4]T{sigmoid(z[0]), sigmoid(z[1]), tanh(z[2]), sigmoid(z[3])}
				c := z[1]**at(r.c, t, row, j) + z[0]*z[2]
				*at(r.c, t+1, row, j), *at(r.h, t+1, row, j) = c, z[3]*tanh(c)
				for q, v := range z {
					*gate(r.gates, t, row, q, j) = v
				}
			}
		}
	}
	copy(r.dc0, r.dc)
	for t := r.T - 1; t >= 0; t-- {
		for row := range r.N {
			for j := range r.H {
				var d T
				if dy {
					d = *at(r.dy, t, row, j)
				}
				if t < r.T-1 {
					for k := range width {
						d += *gate(r.dpre, t+1, row, 0, k) * r.w[k*r.H+j]
					}
				} else if dh {
					d += *at(r.dh, 0, row, j)
				}
				if gates == 1 {
					h := *at(r.h, t+1, row, j)
					*at(r.dpre, t, row, j) = d * (1 - h*h)
					continue
				}
				var z [4]T
				for q := range z {
					z[q] = *gate(r.gates, t, row, q, j)
				}
				y := tanh(*at(r.c, t+1, row, j))
				dc := at(r.dc0, 0, row, j)
				*dc += d * z[3] * (1 - y*y)
				*gate(r.dpre, t, row, 0, j) = *dc * z[2] * z[0] * (1 - z[0])
				*gate(r.dpre, t, row, 1, j) = *dc * *at(r.c, t, row, j) * z[1] * (1 - z[1])
				*gate(r.dpre, t, row, 2, j) = *dc * z[0] * (1 - z[2]*z[2])
				*gate(r.dpre, t, row, 3, j) = d * y * z[3] * (1 - z[3])
				*dc *= z[1]
			}
		}
	}
}

// checkRecurrent compares a layer's two passes with the reference, in both types.
func checkRecurrent(t *testing.T, gates int, run32 func(r *recurrent[float32], dy, dh bool), run64 func(r *recurrent[float64], dy, dh bool)) {
	for i, s := range sequences {
		if testing.Short() && s.N*s.H > 5000 { // an emulator is slow
			continue
		}
		dy, dh := i%3 != 1 && i != 6, i%3 != 2 && i != 6 // may be absent, one or both
		r := newRecurrent(s, gates)
		got64, want := r.widened(gates), r.widened(gates)
		want.reference(gates, dy, dh)
		compare := func(what string, h, c, dpre, dc []float64, tolerance float64) {
			t.Helper()
			for name, pair := range map[string][2][]float64{"h": {h, want.h}, "c": {c, want.c}, "dpre": {dpre, want.dpre}, "dc": {dc, want.dc0}} {
				if gates == 1 && name[len(name)-1] == 'c' {
					continue
				}
				if d := distance(pair[0], pair[1]); !(d <= tolerance) {
					t.Errorf("%s, %+v, dy %v, dh %v: %s is off by %.2g", what, s, dy, dh, name, d)
				}
			}
		}
		run64(got64, dy, dh)
		compare("float64", got64.h, got64.c, got64.dpre, got64.dc0, recurrentTolerance.f64)
		eachISA(t, func(t *testing.T) {
			for _, x := range [][]float32{r.h, r.c, r.gates, r.dpre, r.dc0} {
				for i := range x { // old data
					x[i] = float32(math.NaN())
				}
			}
			run32(r, dy, dh)
			compare(active.name, widen(r.h), widen(r.c), widen(r.dpre), widen(r.dc0), recurrentTolerance.f32)
		})
	}
}

func TestLSTM(t *testing.T) {
	checkRecurrent(t, 4, (*recurrent[float32]).lstm, (*recurrent[float64]).lstm)
}

func TestRNN(t *testing.T) {
	checkRecurrent(t, 1, (*recurrent[float32]).rnn, (*recurrent[float64]).rnn)
}

// Gates that are shut or wide open, and states far from 0.
func TestLSTMExtremes(t *testing.T) {
	eachISA(t, func(t *testing.T) {
		r := newRecurrent(Sequence{3, 5, 37}, 4)
		for i := range r.pre {
			r.pre[i] *= 100
		}
		for i := range r.c0 {
			r.c0[i] *= 100
		}
		want := r.widened(4)
		r.lstm(true, true)
		want.reference(4, true, true)
		for k, got := range [][]float32{r.h, r.c, r.dpre, r.dc0} {
			if d := distance(widen(got), [][]float64{want.h, want.c, want.dpre, want.dc0}[k]); !(d <= recurrentTolerance.f32) {
				t.Errorf("result %d is off by %.2g", k, d)
			}
		}
	})
}

// A NaN in one sequence stays in it.
func TestLSTMNaN(t *testing.T) {
	eachISA(t, func(t *testing.T) {
		r := newRecurrent(Sequence{3, 5, 37}, 4)
		r.pre[(1*5+2)*4*37+7] = float32(math.NaN()) // step 1, row 2
		r.lstm(true, true)
		for i, v := range r.h {
			step, row := i/(5*37), i/37%5
			if bad := row == 2 && (step > 2 || step == 2 && i%37 == 7); (v != v) != bad {
				t.Fatalf("h of step %d, row %d, unit %d is %v", step, row, i%37, v)
			}
		}
		for i, v := range r.dpre {
			if row := i / (4 * 37) % 5; row != 2 && v != v {
				t.Fatalf("the gradient in row %d is %v", row, v)
			}
		}
	})
}

// The same bits on any number of threads.
func TestRecurrentThreads(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	eachISA(t, func(t *testing.T) {
		for _, s := range []Sequence{{5, 20, 200}, {4, 33, 50}, {3, 3, 256}} {
			var want [][]float32
			for _, threads := range []int{1, 2, 3, 4, 8} {
				runtime.GOMAXPROCS(threads)
				l, r := newRecurrent(s, 4), newRecurrent(s, 1)
				l.lstm(true, true)
				r.rnn(true, true)
				got := [][]float32{l.h, l.c, l.gates, l.dpre, l.dc0, r.h, r.dpre}
				if want == nil {
					want = got
				}
				for k, v := range got {
					if !slices.Equal(v, want[k]) {
						t.Errorf("%+v: %d threads give another result %d", s, threads, k)
					}
				}
			}
		}
	})
}

func TestRecurrentAllocs(t *testing.T) {
	eachISA(t, func(t *testing.T) {
		l, r := newRecurrent(Sequence{3, 7, 50}, 4), newRecurrent(Sequence{3, 7, 50}, 1)
		if got := testing.AllocsPerRun(5, func() { l.lstm(true, true); r.rnn(true, true) }); got != 0 {
			t.Errorf("%v allocations", got)
		}
	})
}

// Two layers of the small language model of Zaremba and others (2014), with windows
// of 35 words.
func BenchmarkLSTM(b *testing.B) {
	const layers = 2
	for _, s := range []Sequence{{35, 20, 200}, {35, 20, 650}, {35, 20, 256}, {1, 1, 200}} {
		l := newRecurrent(s, 4)
		l.lstm(true, false)
		for name, pass := range map[string]func(){
			"forward":  func() { LSTM(s, l.h, l.c, l.gates, l.pre, l.w) },
			"backward": func() { LSTMGrad(s, l.dpre, l.dc0, l.c, l.gates, l.w, l.dy, nil) },
		} {
			b.Run(fmt.Sprintf("t=%d/n=%d/h=%d/layers=%d/%s", s.T, s.N, s.H, layers, name), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					for range layers {
						pass()
					}
				}
				products := s.T
				if name == "backward" {
					products--
				}
				gf := float64(layers*2*products*s.N*4*s.H*s.H) * float64(b.N) / b.Elapsed().Seconds() / 1e9
				b.ReportMetric(gf, "GFLOP/s")
			})
		}
	}
}
