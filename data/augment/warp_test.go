package augment

import (
	"math"
	"testing"
)

// numbered returns an image whose elements all differ.
func numbered(h, w, c int) []float32 {
	x := make([]float32, h*w*c)
	for i := range x {
		x[i] = float32(i + 1)
	}
	return x
}

// moved returns numbered(h, w, c) after m.
func moved(h, w, c int, m motion) []float32 {
	var p warper
	p.fit(h, w, c)
	x := numbered(h, w, c)
	p.warp(x, m)
	return x
}

// reference is warp by the package comment, in float64, with no copy and no clamping.
func reference(h, w, c int, m motion) []float64 {
	x, y := numbered(h, w, c), make([]float64, h*w*c)
	at := func(i, j, k int) float64 {
		if i < 0 || i >= h || j < 0 || j >= w {
			return 0
		}
		return float64(x[(i*w+j)*c+k])
	}
	sin, cos := math.Sincos(m.angle)
	cy, cx := float64(h-1)/2, float64(w-1)/2
	for i := range h {
		for j := range w {
			right, down := float64(j)-cx-m.right, float64(i)-cy-m.down // s·R·(x, y)
			u := cx + (cos*right+sin*down)/m.size
			v := cy + (cos*down-sin*right)/m.size
			u0, v0 := math.Floor(u), math.Floor(v)
			fu, fv := u-u0, v-v0
			for k := range c {
				i0, j0 := int(v0), int(u0)
				y[(i*w+j)*c+k] = (1-fv)*((1-fu)*at(i0, j0, k)+fu*at(i0, j0+1, k)) +
					fv*((1-fu)*at(i0+1, j0, k)+fu*at(i0+1, j0+1, k))
			}
		}
	}
	return y
}

func TestIdentity(t *testing.T) {
	for _, c := range []int{1, 3} {
		for i, got := range moved(5, 8, c, motion{size: 1}) {
			if got != float32(i+1) {
				t.Fatalf("%d channels: element %d became %v", c, i, got)
			}
		}
	}
}

func TestWholePixels(t *testing.T) {
	const h, w = 6, 9
	for _, c := range []int{1, 2} {
		for _, by := range [][2]int{{1, 0}, {-1, 0}, {0, 2}, {3, -2}, {w - 1, h - 1}, {w, 0}, {0, -h}, {1000, 1000}} {
			x := numbered(h, w, c)
			got := moved(h, w, c, motion{right: float64(by[0]), down: float64(by[1]), size: 1})
			for k, g := range got {
				i, j := k/c/w-by[1], k/c%w-by[0]
				var want float32
				if i >= 0 && i < h && j >= 0 && j < w {
					want = x[(i*w+j)*c+k%c]
				}
				if g != want {
					t.Fatalf("%d channels moved by %v: element %d is %v, want %v", c, by, k, g, want)
				}
			}
		}
	}
}

// A quarter turn clockwise takes row i, column j to row j, column n-1-i.
func TestQuarterTurn(t *testing.T) {
	for _, n := range []int{1, 4, 7, 28} {
		x, got := numbered(n, n, 1), moved(n, n, 1, motion{angle: math.Pi / 2, size: 1})
		for i := range n {
			for j := range n {
				want := x[i*n+j]
				// places are off by up to a few units in the last place of n, 2⁻²², and neighbours differ by up to n
				if g := got[j*n+n-1-i]; math.Abs(float64(g-want)) > float64(n*n)*1e-5 {
					t.Fatalf("size %d: (%d, %d) became %v, want %v", n, i, j, g, want)
				}
			}
		}
	}
}

// Twice as large, the pixel beside the centre is seen two pixels beside it.
func TestSize(t *testing.T) {
	x, got := numbered(5, 5, 1), moved(5, 5, 1, motion{size: 2})
	for i, want := range []float32{x[6], (x[6] + x[7]) / 2, x[7], (x[7] + x[8]) / 2, x[8]} {
		if got[i] != want {
			t.Errorf("first row, pixel %d: %v, want %v", i, got[i], want)
		}
	}
	got = moved(5, 5, 1, motion{size: 0.5})
	if got[12] != x[12] || got[11] != x[10] || got[10] != 0 {
		t.Errorf("half as large, the row of the centre is %v", got[10:15])
	}
}

func TestReference(t *testing.T) {
	for _, size := range [][3]int{{28, 28, 1}, {5, 11, 3}, {1, 1, 1}, {1, 6, 2}} {
		h, w, c := size[0], size[1], size[2]
		a := Affine{Shift: 3, Rotate: 180, Scale: 0.9}
		for position := range 50 {
			m := a.draw(0, position)
			got, want := moved(h, w, c, m), reference(h, w, c, m)
			// float32 places are off by up to 2⁻²¹ of a pixel, over neighbours that differ by up to the largest element
			tolerance := 1e-5 * float64(h*w*c) / math.Min(m.size, 1)
			for i, g := range got {
				if d := math.Abs(float64(g) - want[i]); !(d <= tolerance) {
					t.Fatalf("%v, %+v: element %d is %v, want %v", size, m, i, g, want[i])
				}
			}
		}
	}
}
