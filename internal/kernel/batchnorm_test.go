package kernel

import (
	"fmt"
	"math"
	"runtime"
	"slices"
	"testing"
)

// batchNormTolerance is relative to the largest element, by type. Means near 50
// are rounded by 50·2⁻²⁵ = 1.5e-6, deviations from 0.1 on, which divide them,
// make that 1.5e-5.
var batchNormTolerance = struct{ f32, f64 float64 }{2e-5, 1e-11}

// batchNormSizes are rows and channels, awkward around blocks and groups of four.
var batchNormSizes = [][2]int{{1, 1}, {2, 1}, {2, 3}, {7, 4}, {9, 5}, {100, 64}, {129, 127}, {130, 128}, {300, 130}, {20_000, 1}, {5000, 7}, {3, 1000}}

// batchNormReference is batch normalization and its gradients, in float64 and as the
// formulas say. Moments that are nil are those of x.
func batchNormReference(x, dy, mean, variance, weight, bias []float64, epsilon float64) (y, dx, dw, db []float64) {
	c := len(weight)
	n := len(x) / c
	y, dx, dw, db = make([]float64, len(x)), make([]float64, len(x)), make([]float64, c), make([]float64, c)
	for j := range c {
		var m, v float64
		fixed := mean != nil
		if fixed {
			m, v = mean[j], variance[j]
		} else {
			for i := range n {
				m += x[i*c+j] / float64(n)
			}
			for i := range n {
				v += (x[i*c+j] - m) * (x[i*c+j] - m) / float64(n)
			}
		}
		r := 1 / math.Sqrt(v+epsilon)
		for i := range n {
			normal := (x[i*c+j] - m) * r
			y[i*c+j] = normal*weight[j] + bias[j]
			dw[j] += dy[i*c+j] * normal
			db[j] += dy[i*c+j]
		}
		for i := range n {
			dx[i*c+j] = weight[j] * r * dy[i*c+j]
			if !fixed {
				dx[i*c+j] -= weight[j] * r * (db[j] + (x[i*c+j]-m)*r*dw[j]) / float64(n)
			}
		}
	}
	return y, dx, dw, db
}

// batchNormed runs all kernels; moments that are nil are those of x.
func batchNormed[T Float](x, dy, mean, variance, weight, bias []T, epsilon float64) (y, dx, sums []T) {
	c := len(weight)
	y, dx, sums = make([]T, len(x)), make([]T, len(x)), make([]T, 2*c)
	if mean != nil {
		BatchNorm(y, x, mean, variance, weight, bias, epsilon)
		BatchNormSums(sums, x, dy, mean, variance, epsilon)
		BatchNormGrad(dx, x, dy, mean, variance, weight, nil, epsilon)
		return y, dx, sums
	}
	m := make([]T, 2*c)
	Moments(m, x, len(x)/c)
	BatchNorm(y, x, m[:c], m[c:], weight, bias, epsilon)
	BatchNormSums(sums, x, dy, m[:c], m[c:], epsilon)
	BatchNormGrad(dx, x, dy, m[:c], m[c:], weight, sums, epsilon)
	return y, dx, sums
}

func TestBatchNorm(t *testing.T) {
	eachISA(t, checkBatchNorm)
}

func checkBatchNorm(t *testing.T) {
	const epsilon = 1e-3
	for _, size := range batchNormSizes {
		for _, fixed := range []bool{false, true} {
			n, c := size[0], size[1]
			x, dy, weight, bias := uniform(n*c, 1), uniform(n*c, 2), uniform(c, 3), uniform(c, 4)
			for i := range x { // far from 0 in some channels
				x[i] += float32(i % c * i % c % 50)
			}
			var mean, variance []float32
			if fixed {
				mean, variance = uniform(c, 5), uniform(c, 6)
				for j := range variance {
					variance[j] += 1.5
				}
			}
			w64 := [6][]float64{}
			for k, v := range [6][]float32{x, dy, mean, variance, weight, bias} {
				w64[k] = widen(v)
			}
			ry, rdx, rdw, rdb := batchNormReference(w64[0], w64[1], w64[2], w64[3], w64[4], w64[5], epsilon)
			y, dx, sums := batchNormed(x, dy, mean, variance, weight, bias, epsilon)
			y64, dx64, sums64 := batchNormed(w64[0], w64[1], w64[2], w64[3], w64[4], w64[5], epsilon)
			for _, r := range []struct {
				name  string
				got   []float32
				got64 []float64
				want  []float64
			}{{"y", y, y64, ry}, {"dx", dx, dx64, rdx}, {"dweight", sums[:c], sums64[:c], rdw}, {"dbias", sums[c:], sums64[c:], rdb}} {
				if d := distance(widen(r.got), r.want); d > batchNormTolerance.f32 {
					t.Errorf("%v, fixed %v: %s is off by %.2g", size, fixed, r.name, d)
				}
				if d := distance(r.got64, r.want); d > batchNormTolerance.f64 {
					t.Errorf("%v, fixed %v: %s is off by %.2g in float64", size, fixed, r.name, d)
				}
			}
		}
	}
}

func widen(x []float32) []float64 {
	if x == nil {
		return nil
	}
	y := make([]float64, len(x))
	for i, v := range x {
		y[i] = float64(v)
	}
	return y
}

// distance is max|a-b| relative to max|b|, or to 0.1 if that is more.
func distance(a, b []float64) float64 {
	d, top := 0.0, 0.1
	for i, v := range b {
		d, top = max(d, math.Abs(a[i]-v)), max(top, math.Abs(v))
	}
	return d / top
}

// Moments far from 0 keep their digits: mean 10⁴, standard deviation 1, in each
// of channels that vectors and what follows them do.
func TestMomentsFarFromZero(t *testing.T) {
	const n, c = 10_000, 17
	one, x := uniform(n, 1), make([]float32, n*c)
	var mean, variance float64
	for i := range one {
		one[i] = 1e4 + float32(math.Sqrt(3))*one[i]
		mean += float64(one[i]) / n
	}
	for _, v := range one {
		variance += (float64(v) - mean) * (float64(v) - mean) / n
	}
	eachISA(t, func(t *testing.T) {
		m := make([]float32, 2*c)
		moments := func(what string, ok func(mean, variance float32) bool) {
			t.Helper()
			Moments(m, x, n)
			for j := range c {
				if !ok(m[j], m[c+j]) {
					t.Errorf("%s: channel %d has the mean %v and the variance %v", what, j, m[j], m[c+j])
				}
			}
		}
		for i := range x {
			x[i] = one[i/c]
		}
		moments("noise", func(m, v float32) bool {
			return math.Abs(float64(m)-mean) <= 1e-7*mean && math.Abs(float64(v)-variance) <= 1e-7*variance
		})
		for i := range x {
			x[i] = 1e4
		}
		moments("a constant", func(m, v float32) bool { return m == 1e4 && v == 0 })
		for j := range c {
			x[1234*c+j] = float32(math.NaN())
		}
		moments("a NaN", func(m, v float32) bool { return m != m && v != v })
	})
}

// The same bits on any number of threads.
func TestBatchNormThreads(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	const n, c = 3000, 130
	x, dy, weight, bias := uniform(n*c, 1), uniform(n*c, 2), uniform(c, 3), uniform(c, 4)
	var want [3][]float32
	for i, threads := range []int{1, 2, 4} {
		runtime.GOMAXPROCS(threads)
		y, dx, sums := batchNormed(x, dy, nil, nil, weight, bias, 1e-5)
		for k, v := range [3][]float32{y, dx, sums} {
			if i == 0 {
				want[k] = v
			} else if !slices.Equal(v, want[k]) {
				t.Errorf("%d threads: result %d differs", threads, k)
			}
		}
	}
}

func BenchmarkBatchNorm(b *testing.B) {
	const n, c = 100 * 14 * 14, 64
	x, dy, weight, bias := uniform(n*c, 1), uniform(n*c, 2), uniform(c, 3), uniform(c, 4)
	m, sums, y, dx := make([]float32, 2*c), make([]float32, 2*c), make([]float32, n*c), make([]float32, n*c)
	for _, k := range []struct {
		name string
		run  func()
	}{
		{"moments", func() { Moments(m, x, n) }},
		{"forward", func() { BatchNorm(y, x, m[:c], m[c:], weight, bias, 1e-5) }},
		{"sums", func() { BatchNormSums(sums, x, dy, m[:c], m[c:], 1e-5) }},
		{"grad", func() { BatchNormGrad(dx, x, dy, m[:c], m[c:], weight, sums, 1e-5) }},
	} {
		b.Run(fmt.Sprintf("%dx%d/%s", n, c, k.name), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				k.run()
			}
		})
	}
}
