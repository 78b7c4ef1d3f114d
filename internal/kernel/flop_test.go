package kernel

import "testing"

func TestConvFLOP(t *testing.T) {
	const n = 3
	wide := Conv{N: n, H: 14, W: 14, C: 32, F: 64, KH: 5, KW: 5, Stride: 1, Dilation: 1, Groups: 1, Top: 2, Left: 2, Bottom: 2, Right: 2}
	direct, large := wide, wide
	direct.Direct = true
	large.H, large.W = 400, 400 // no thread has memory for a row of tiles, nor for an image
	for _, c := range []struct {
		name string
		g    Conv
		want float64
	}{
		// 14 pixels are four tiles of 4; F(4×4, 5×5) has 8×8 frequencies.
		{"winograd", wide, 2 * n * 4 * 4 * 64 * 32 * 64},
		{"direct", direct, 2 * n * 14 * 14 * 64 * 32 * 25},
		{"large", large, 2 * n * 400 * 400 * 64 * 32 * 25},
		{"grouped", Conv{N: n, H: 8, W: 6, C: 4, F: 6, KH: 3, KW: 2, Stride: 2, Dilation: 1, Groups: 2}, 2 * n * 3 * 3 * 6 * 2 * 6},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.name == "winograd" && active.lanes == 0 {
				t.Skip("the portable kernels have no Winograd's algorithm")
			}
			if got, grad := c.g.FLOP(), c.g.GradFLOP(); got != c.want || grad != c.want {
				t.Errorf("%v forward and %v a gradient, want %v", got, grad, c.want)
			}
		})
	}
}
