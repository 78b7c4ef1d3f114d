package kernel

import (
	"fmt"
	"math"
	"runtime"
	"slices"
	"testing"
)

// logitTolerance: logits of size 10 are rounded by 1e-6.
const logitTolerance = 4e-6

// A problem is the arguments of LinearCrossEntropyGrad.
type problem[T Float] struct {
	dx, dw, db, x, w, b []T
	labels              []int
	classes             int
}

// problemOf returns a problem of the given size, with logits between -6 and 6.
func problemOf[T Float](rows, classes, features int, bias bool) problem[T] {
	p := problem[T]{labels: make([]int, rows), classes: classes}
	scale := 6 / math.Sqrt(float64(features))
	floats := func(n int, seed uint64, scale float64) []T {
		y := New[T](n)
		for i, v := range uniform(n, seed) {
			y[i] = T(float32(scale) * v) // the same numbers in both types
		}
		return y
	}
	p.x, p.w = floats(rows*features, 1, 1), floats(classes*features, 2, scale)
	p.dx, p.dw = New[T](rows*features), New[T](classes*features)
	if bias {
		p.b, p.db = floats(classes, 3, 1), New[T](classes)
	}
	for i := range p.labels {
		p.labels[i] = (7919*i + classes - 1) % classes
	}
	return p
}

func (p problem[T]) run(a float64) float64 {
	return LinearCrossEntropyGrad(p.dx, p.dw, p.db, p.x, p.w, p.b, p.labels, p.classes, a)
}

// plain computes the same with all logits in memory.
func (p problem[T]) plain(a float64) float64 {
	rows, features := len(p.labels), len(p.w)/p.classes
	z := New[T](rows * p.classes)
	MatMul(rows, p.classes, features, z, p.classes, Rows(p.x, features), Cols(p.w, features), Epilogue[T]{Bias: p.b})
	loss := CrossEntropy(z, p.labels, p.classes)
	dz := New[T](len(z))
	CrossEntropyGrad(dz, z, p.labels, p.classes, T(a)/T(rows))
	MatMul(rows, features, p.classes, p.dx, features, Rows(dz, p.classes), Rows(p.w, features), Epilogue[T]{})
	MatMul(p.classes, features, rows, p.dw, features, Cols(dz, p.classes), Rows(p.x, features), Epilogue[T]{})
	if p.db != nil {
		SumRows(p.db, dz, rows)
	}
	return loss
}

// Against the plain way in float64, at sizes around the block's and with all rests.
func TestLinearCrossEntropy(t *testing.T) {
	const tolerance64 = 1e-14 // another order of summation
	sizes := [][3]int{
		{1, 1, 1},
		{1, 17, 3},
		{2, 1000, 7},
		{7, 33, 200},
		{13, 1031, 64},
		{vectorRows - 1, 40, 5},
		{vectorRows, lossTile, 16},
		{vectorRows + 1, lossTile + 1, 500},
		{logitRows - 1, 40, 5},
		{logitRows + 1, 65, 33},
		{2*logitRows + 1, 2*lossTile + lossPart + 1, 20},
		{700, 70, 9},
		{lossHeight + 1, lossMemory/lossHeight + 100, 2}, // more than fits
	}
	eachISA(t, func(t *testing.T) {
		for i, size := range sizes {
			if testing.Short() && size[0]*size[1]*size[2] > 100_000 { // an emulator is slow
				continue
			}
			for _, bias := range []bool{true, false} {
				name := fmt.Sprintf("%v, bias %t", size, bias)
				a := []float64{1, 35, -0.5}[i%3]
				want := problemOf[float64](size[0], size[1], size[2], bias)
				wantLoss := want.plain(a)
				double := problemOf[float64](size[0], size[1], size[2], bias)
				checkProblem(t, name+" in float64", double, double.run(a), want, wantLoss, tolerance64)
				single := problemOf[float32](size[0], size[1], size[2], bias)
				checkProblem(t, name, single, single.run(a), want, wantLoss, logitTolerance)
				if got := LinearCrossEntropy(single.x, single.w, single.b, single.labels, single.classes); math.Abs(got-wantLoss) > logitTolerance*wantLoss {
					t.Errorf("%s: loss alone %v, want %v", name, got, wantLoss)
				}
			}
		}
	})
}

// Logits that grow from tile to tile, by less and by more than the margin.
func TestLinearCrossEntropyRising(t *testing.T) {
	const classes, tolerance = 4*lossTile + 7, 3e-5 // of logits up to 150
	eachISA(t, func(t *testing.T) {
		want, got := problemOf[float64](2*vectorRows, classes, 5, true), problemOf[float32](2*vectorRows, classes, 5, true)
		for i := range classes {
			rise := []float64{0, 0.9 * lossMargin, 3 * lossMargin, 3 * lossMargin, 7 * lossMargin}[i/lossTile]
			want.b[i] += rise
			got.b[i] = float32(want.b[i])
		}
		for i := range got.labels {
			got.labels[i] = classes - 1 - 97*i%classes
			want.labels[i] = got.labels[i]
		}
		loss := want.plain(1)
		checkProblem(t, "rising", got, got.run(1), want, loss, tolerance)
	})
}

func checkProblem[T Float](t *testing.T, name string, got problem[T], loss float64, want problem[float64], wantLoss, tolerance float64) {
	t.Helper()
	if math.Abs(loss-wantLoss) > tolerance*wantLoss {
		t.Errorf("%s: loss %v, want %v", name, loss, wantLoss)
	}
	for i, pair := range []struct {
		got  []T
		want []float64
	}{{got.dx, want.dx}, {got.dw, want.dw}, {got.db, want.db}} {
		var largest, worst float64
		for j, w := range pair.want {
			largest = max(largest, math.Abs(w))
			worst = max(worst, math.Abs(float64(pair.got[j])-w))
		}
		if worst > tolerance*largest {
			t.Errorf("%s: %s is off by %.3g of %.3g", name, []string{"dx", "dw", "db"}[i], worst, largest)
		}
	}
}

// What is not finite gives the loss that the plain way gives: a class with bias -∞
// has probability 0, other such things no loss at all.
func TestLinearCrossEntropyNotFinite(t *testing.T) {
	inf, nan := float32(math.Inf(1)), float32(math.NaN())
	eachISA(t, func(t *testing.T) {
		for _, c := range []struct {
			name   string
			change func(p problem[float32])
			finite bool
		}{
			{"a class that cannot be", func(p problem[float32]) { p.b[69] = -inf }, true},
			{"the right class cannot be", func(p problem[float32]) { p.b[p.labels[3]] = -inf }, false},
			{"none can be", func(p problem[float32]) { fill(p.b, -inf) }, false},
			{"a class that is sure", func(p problem[float32]) { p.b[69] = inf }, false},
			{"NaN in w", func(p problem[float32]) { p.w[777] = nan }, false},
			{"NaN in x", func(p problem[float32]) { p.x[777] = nan }, false},
			{"huge logits", func(p problem[float32]) { p.b[0] = 1e30 }, true},
		} {
			fused, plain := problemOf[float32](190, 70, 20, true), problemOf[float32](190, 70, 20, true)
			for _, p := range []problem[float32]{fused, plain} {
				for i := range p.labels {
					p.labels[i] %= 60
				}
				c.change(p)
			}
			got, want := fused.run(1), plain.plain(1)
			alone := LinearCrossEntropy(fused.x, fused.w, fused.b, fused.labels, fused.classes)
			if c.finite != (got-got == 0) || math.Abs(got-want) > logitTolerance*want || !(got == want || math.IsNaN(got) == math.IsNaN(want)) {
				t.Errorf("%s: loss %v, the plain way %v", c.name, got, want)
			}
			if got != alone && !math.IsNaN(got) {
				t.Errorf("%s: loss %v with gradients, %v without", c.name, got, alone)
			}
			for i := range fused.dw {
				if a, b := fused.dw[i], plain.dw[i]; (a-a == 0) != (b-b == 0) {
					t.Fatalf("%s: dw[%d] is %v, the plain way %v", c.name, i, a, b)
				}
			}
		}
	})
}

func fill(x []float32, v float32) {
	for i := range x {
		x[i] = v
	}
}

// The bits do not depend on the number of threads.
func TestLinearCrossEntropyThreads(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	eachISA(t, func(t *testing.T) {
		var want problem[float32]
		var wantLoss float64
		for i, threads := range []int{1, 2, 4} {
			runtime.GOMAXPROCS(threads)
			p := problemOf[float32](logitRows+20, 300, 33, true)
			loss := p.run(1)
			if i == 0 {
				want, wantLoss = p, loss
			} else if loss != wantLoss || !slices.Equal(p.dx, want.dx) || !slices.Equal(p.dw, want.dw) || !slices.Equal(p.db, want.db) {
				t.Errorf("%d threads give other bits than 1", threads)
			}
		}
	})
}

func TestLinearCrossEntropyAllocs(t *testing.T) {
	eachISA(t, func(t *testing.T) {
		p := problemOf[float32](logitRows+20, 300, 40, true)
		f := func() {
			p.run(1)
			LinearCrossEntropy(p.x, p.w, p.b, p.labels, p.classes)
		}
		f()
		if got := testing.AllocsPerRun(5, f); got != 0 {
			t.Errorf("%v allocations", got)
		}
	})
}

// The loss of a language model: 35 steps of 20 sequences, 10,000 words.
func BenchmarkLinearCrossEntropy(b *testing.B) {
	const rows, classes = 700, 10_000
	for _, features := range []int{200, 650} {
		p := problemOf[float32](rows, classes, features, true)
		for _, c := range []struct {
			name     string
			products float64
			f        func()
		}{
			{"loss", 1, func() { LinearCrossEntropy(p.x, p.w, p.b, p.labels, classes) }},
			{"grad", 3, func() { p.run(1) }},
		} {
			b.Run(fmt.Sprintf("%s/rows=%d/classes=%d/features=%d", c.name, rows, classes, features), func(b *testing.B) {
				c.f()
				b.ReportAllocs()
				for b.Loop() {
					c.f()
				}
				gflops := c.products * 2 * rows * classes * float64(features) * float64(b.N) / b.Elapsed().Seconds() / 1e9
				b.ReportMetric(gflops, "GFLOP/s")
				if active.peak != nil {
					b.ReportMetric(100*gflops/Peak(), "%peak")
				}
			})
		}
	}
}
