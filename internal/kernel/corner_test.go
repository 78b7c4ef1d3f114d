package kernel

import (
	"fmt"
	"math"
	"testing"
)

// corners are the offsets of a window's pixels, in row order.
func corners(w, c int) []int { return []int{0, c, w * c, w*c + c} }

func TestMaxCorner(t *testing.T) {
	nan, inf := float32(math.NaN()), float32(math.Inf(1))
	eachISA(t, func(t *testing.T) {
		for _, s := range [][4]int{{1, 2, 2, 1}, {2, 4, 6, 6}, {3, 5, 7, 3}, {1, 2, 4, 16}, {2, 6, 3, 17}, {1, 3, 2, 31}, {2, 4, 4, 32}, {1, 2, 8, 40}, {9, 28, 28, 5}, {1, 1, 4, 3}} {
			t.Run(fmt.Sprint(s), func(t *testing.T) {
				n, h, w, c := s[0], s[1], s[2], s[3]
				x := uniform(n*h*w*c, 1)
				for i := range x { // equals, NaN and infinities are not rare
					switch {
					case i%7 == 0:
						x[i] = 0.5
					case i%31 == 0:
						x[i] = nan
					case i%37 == 0:
						x[i] = inf
					case i%41 == 0:
						x[i] = -inf
					}
				}
				outH, outW := h/2, w/2
				y, dy := make([]float32, n*outH*outW*c), uniform(n*outH*outW*c, 2)
				corner := make([]uint32, CornerWords(n, h, w, c))
				dx := uniform(len(x), 3) // old data
				MaxCorner(y, corner, x, n, h, w, c)
				MaxCornerGrad(dx, dy, corner, n, h, w, c)
				want := make([]float32, len(x))
				for i := range y {
					ch, j, r, im := i%c, i/c%outW, i/c/outW%outH, i/c/outW/outH
					first := ((im*h+2*r)*w+2*j)*c + ch
					best := first
					for _, d := range corners(w, c)[1:] {
						a, b := x[best], x[first+d]
						if b > a || b != b && a == a {
							best = first + d
						}
					}
					if v := x[best]; y[i] != v && (v == v || y[i] == y[i]) {
						t.Fatalf("y[%d] = %v, want %v", i, y[i], v)
					}
					want[best] = dy[i]
				}
				for i, v := range want {
					if dx[i] != v {
						t.Fatalf("dx[%d] = %v, want %v", i, dx[i], v)
					}
				}
			})
		}
	})
}

func TestMaxCornerFloat64(t *testing.T) {
	x := []float64{1, 2, 3, 0} // one window
	y, corner, dx := make([]float64, 1), make([]uint32, 1), make([]float64, 4)
	MaxCorner(y, corner, x, 1, 2, 2, 1)
	MaxCornerGrad(dx, []float64{5}, corner, 1, 2, 2, 1)
	if y[0] != 3 || fmt.Sprint(dx) != "[0 0 5 0]" {
		t.Errorf("y %v, dx %v; want 3 and [0 0 5 0]", y, dx)
	}
}
