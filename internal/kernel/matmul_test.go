package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"
)

// productTolerance bounds the error of a product in units of Σ|a·b|: sums of
// up to a thousand float32 products, each rounded to 6e-8.
const productTolerance = 2e-6

// forms are the products that PyTorch's layouts need: x·wᵀ, dy·w and dyᵀ·x.
var forms = []string{"NT", "NN", "TN"}

// operand returns a rows × cols matrix, transposed in memory where t is 'T'.
func operand[T Float](t byte, x []T, rows, cols int) Matrix[T] {
	if t == 'T' {
		return Cols(x, rows)
	}
	return Rows(x, cols)
}

func TestMatMul(t *testing.T) {
	type shape struct{ m, n, k int }
	shapes := []shape{
		{1, 1, 1},
		{1, 10, 784},
		{100, 500, 784},
		{100, 10, 500},
		{500, 784, 100},
		{10, 500, 100},
		{100, 500, 10},
		{6, 16, 8},
		{14, 32, 1},
		{7, 17, 9},
		{13, 33, 321},
		{250, 40, 641},
		{1000, 300, 129},
		{3, 1024, 1024},
		{128, 2048, 1024},
		{200, 4096, 1024},
		{1024, 1800, 130},
		{96, 2000, 2048},
		{300, 260, 1024},
		{29, 48, 2048},
	}
	r := rand.New(rand.NewPCG(1, 2))
	for m := range fewRows + 1 { // and one more
		for range 10 {
			shapes = append(shapes, shape{1 + m, 1 + r.IntN(80), 1 + r.IntN(80)})
		}
	}
	for range 60 {
		shapes = append(shapes, shape{1 + r.IntN(60), 1 + r.IntN(80), 1 + r.IntN(400)})
	}
	eachISA(t, func(t *testing.T) {
		for i, s := range shapes {
			if testing.Short() && s.m*s.n*s.k > 100_000 { // an emulator is slow
				continue
			}
			for f, form := range forms {
				e := Epilogue[float32]{Accumulate: i%2 == 1, ReLU: i%3 == 1}
				if i%3 != 0 {
					e.Bias = uniform(s.n, 3)
				}
				if (i+f)%2 == 0 {
					e.Gate = uniform(s.m*(s.n+i%4), 4)
				}
				checkProduct(t, form, s.m, s.n, s.k, s.n+i%4, e)
			}
		}
	})
}

func checkProduct(t *testing.T, form string, m, n, k, ldc int, e Epilogue[float32]) {
	t.Helper()
	a, b, c := uniform(m*k, 1), uniform(k*n, 2), uniform(m*ldc, 3)
	before := slices.Clone(c)
	ma, mb := operand(form[0], a, m, k), operand(form[1], b, k, n)
	MatMul(m, n, k, c, ldc, ma, mb, e)
	// Of a large product the borders are checked, and every few elements inside.
	every := 1 + m*n*k/2_000_000
	for i := range m {
		for j := range ldc {
			if inside := i > 0 && i < m-1 && j > 0 && j < n-1; inside && (i*ldc+j)%every != 0 {
				continue
			}
			got := float64(c[i*ldc+j])
			if j >= n {
				if c[i*ldc+j] != before[i*ldc+j] {
					t.Fatalf("%s %d×%d×%d: element %d,%d outside of C was written", form, m, n, k, i, j)
				}
				continue
			}
			want, size := reference(ma, mb, i, j, k)
			if e.Accumulate {
				want += float64(before[i*ldc+j])
			}
			if e.Bias != nil {
				want += float64(e.Bias[j])
			}
			if e.ReLU {
				want = max(want, 0)
			}
			if e.Gate != nil && e.Gate[i*ldc+j] <= 0 {
				want = 0
			}
			if math.Abs(got-want) > productTolerance*(1+size) {
				t.Fatalf("%s %d×%d×%d accumulate %t, ReLU %t: c[%d,%d] = %v, want %v", form, m, n, k, e.Accumulate, e.ReLU, i, j, got, want)
			}
		}
	}
}

// reference returns element i, j of a product and the sum of its terms' sizes.
func reference[T Float](a, b Matrix[T], i, j, k int) (sum, size float64) {
	for q := range k {
		v := float64(a.Data[i*a.Row+q*a.Col]) * float64(b.Data[q*b.Row+j*b.Col])
		sum += v
		size += math.Abs(v)
	}
	return sum, size
}

func TestMatMulFloat64(t *testing.T) {
	m, n, k := 9, 13, 21
	for _, form := range forms {
		a, b, c := make([]float64, m*k), make([]float64, k*n), make([]float64, m*n)
		for i := range a {
			a[i] = math.Sin(float64(i))
		}
		for i := range b {
			b[i] = math.Cos(float64(i))
		}
		ma, mb := operand(form[0], a, m, k), operand(form[1], b, k, n)
		MatMul(m, n, k, c, n, ma, mb, Epilogue[float64]{})
		for i := range m {
			for j := range n {
				if want, _ := reference(ma, mb, i, j, k); math.Abs(c[i*n+j]-want) > 1e-13 {
					t.Fatalf("%s: c[%d,%d] = %v, want %v", form, i, j, c[i*n+j], want)
				}
			}
		}
	}
}

// An inner dimension of zero leaves the epilogue; no rows or columns, nothing.
func TestMatMulEmpty(t *testing.T) {
	eachISA(t, func(t *testing.T) {
		c := []float32{1, 2, 3, 4}
		MatMul(2, 2, 0, c, 2, Rows([]float32{}, 0), Rows([]float32{}, 2), Epilogue[float32]{Bias: []float32{5, -6}, ReLU: true})
		if !slices.Equal(c, []float32{5, 0, 5, 0}) {
			t.Errorf("k = 0 gives %v", c)
		}
		MatMul(0, 2, 1, c[:0], 2, Rows([]float32{}, 1), Rows([]float32{1, 2}, 2), Epilogue[float32]{})
		MatMul(2, 0, 1, c[:0], 0, Rows([]float32{1, 2}, 1), Rows([]float32{}, 0), Epilogue[float32]{})
	})
}

// NaN passes through the product and its ReLU.
func TestMatMulNaN(t *testing.T) {
	eachISA(t, func(t *testing.T) {
		m, n, k := 7, 20, 3
		a, b, c := uniform(m*k, 1), uniform(k*n, 2), make([]float32, m*n)
		a[4*k+1] = float32(math.NaN())
		MatMul(m, n, k, c, n, Rows(a, k), Rows(b, n), Epilogue[float32]{ReLU: true})
		for i, v := range c {
			if (v != v) != (i/n == 4) {
				t.Fatalf("c[%d] = %v", i, v)
			}
		}
	})
}

// The bits do not depend on the number of threads.
func TestMatMulThreads(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	eachISA(t, func(t *testing.T) {
		for _, s := range [][3]int{{100, 500, 784}, {300, 600, 500}, {64, 10, 300}} {
			var want []float32
			for _, threads := range []int{1, 2, 3, 8} {
				runtime.GOMAXPROCS(threads)
				m, n, k := s[0], s[1], s[2]
				c := make([]float32, m*n)
				MatMul(m, n, k, c, n, Rows(uniform(m*k, 1), k), Cols(uniform(n*k, 2), k), Epilogue[float32]{})
				if want == nil {
					want = c
				} else if !slices.Equal(c, want) {
					t.Errorf("%v: %d threads give other bits than 1", s, threads)
				}
			}
		}
	})
}

func TestMatMulAllocs(t *testing.T) {
	eachISA(t, func(t *testing.T) {
		m, n, k := 300, 400, 500
		a, b, c := uniform(m*k, 1), uniform(n*k, 2), make([]float32, m*n)
		f := func() { MatMul(m, n, k, c, n, Rows(a, k), Cols(b, k), Epilogue[float32]{}) }
		f()
		if got := testing.AllocsPerRun(5, f); got != 0 {
			t.Errorf("%v allocations a product", got)
		}
	})
}

func BenchmarkMatMul(b *testing.B) {
	for _, c := range []struct {
		form    string
		m, n, k int
	}{
		{"NT", 100, 500, 784},
		{"TN", 500, 784, 100},
		{"NN", 100, 500, 10},
		{"NT", 100, 10, 500},
		{"NT", 175, 10_000, 200}, // a language model's logits, and their gradients
		{"NN", 175, 200, 10_000},
		{"TN", 10_000, 200, 175},
		{"NT", 1000, 1000, 1000},
		{"NT", 1024, 1024, 1024},
		{"NN", 1000, 1000, 1000},
		{"TN", 1000, 1000, 1000},
		{"TN", 1024, 1024, 1024},
		{"NN", 1024, 1024, 1024},
	} {
		for _, s := range sets() {
			if s == &generic && c.m > 500 {
				continue
			}
			b.Run(fmt.Sprintf("form=%s/m=%d/n=%d/k=%d/isa=%s", c.form, c.m, c.n, c.k, s.name), func(b *testing.B) {
				defer func(old *isa) { active = old }(active)
				active = s
				x, w, y := uniform(c.m*c.k, 1), uniform(c.n*c.k, 2), New[float32](c.m*c.n)
				mx, mw := operand(c.form[0], x, c.m, c.k), operand(c.form[1], w, c.k, c.n)
				MatMul(c.m, c.n, c.k, y, c.n, mx, mw, Epilogue[float32]{})
				b.ReportAllocs()
				for b.Loop() {
					MatMul(c.m, c.n, c.k, y, c.n, mx, mw, Epilogue[float32]{})
				}
				gflops := 2 * float64(c.m*c.n*c.k) * float64(b.N) / b.Elapsed().Seconds() / 1e9
				b.ReportMetric(gflops, "GFLOP/s")
				if s.peak != nil {
					b.ReportMetric(100*gflops/Peak(), "%peak")
				}
			})
		}
	}
}
