package kernel

import (
	"slices"
	"testing"
)

// A product with a packed matrix has the bits of the product without, whatever
// the number of rows, unless they are few, and packing again replaces the matrix.
func TestPacked(t *testing.T) {
	eachISA(t, func(t *testing.T) {
		var p Packed[float32]
		for _, s := range [][2]int{{9, 13}, {500, 70}, {784, 500}, {20, 3}} {
			k, n := s[0], s[1]
			for _, form := range []string{"NN", "NT"} {
				b := uniform(k*n, 1)
				p.Pack(k, n, operand(form[1], b, k, n))
				for _, m := range []int{0, fewRows + 1, 7, 100, 300} {
					a, bias := uniform(m*k, 2), uniform(n, 3)
					want, got := make([]float32, m*n), make([]float32, m*n)
					e := Epilogue[float32]{Bias: bias, ReLU: true}
					MatMul(m, n, k, want, n, Rows(a, k), operand(form[1], b, k, n), e)
					p.MatMul(m, got, n, Rows(a, k), e)
					if !slices.Equal(got, want) {
						t.Fatalf("%s %d×%d×%d: packed gives other bits", form, m, n, k)
					}
				}
			}
		}
	})
}

func TestPackedAllocs(t *testing.T) {
	eachISA(t, func(t *testing.T) {
		var p Packed[float32]
		b, a, c := uniform(200*300, 1), uniform(40*200, 2), make([]float32, 40*300)
		f := func() {
			p.Pack(200, 300, Rows(b, 300))
			p.MatMul(40, c, 300, Rows(a, 200), Epilogue[float32]{})
		}
		f()
		if got := testing.AllocsPerRun(5, f); got != 0 {
			t.Errorf("%v allocations", got)
		}
	})
}

func TestPackedFloat64(t *testing.T) {
	var p Packed[float64]
	p.Pack(2, 2, Cols([]float64{1, 2, 3, 4}, 2))
	c := make([]float64, 2)
	p.MatMul(1, c, 2, Rows([]float64{10, 1}, 2), Epilogue[float64]{})
	if c[0] != 12 || c[1] != 34 { // (10, 1)·((1, 3), (2, 4))
		t.Errorf("product %v, want [12 34]", c)
	}
}
