package kernel

import (
	"fmt"
	"math"
	"testing"
	"unsafe"
)

// The transforms are products with the matrices, from the left and the right, of
// each channel.
func TestWinogradTransforms(t *testing.T) {
	eachISA(t, func(t *testing.T) {
		if active.lanes == 0 {
			return
		}
		for _, c := range []struct {
			r int
			m *winogradMatrices
			k *winogradKernels
		}{{3, winograd3, &active.winograd3}, {5, winograd5, &active.winograd5}} {
			for name, k := range map[string]struct {
				m      [][]float64
				f      func(*byte)
				finish bool
			}{
				"input":       {c.m.bt, c.k.input, false},
				"input grad":  {transposed(c.m.bt), c.k.inputGrad, false},
				"output":      {c.m.at, c.k.output, true},
				"output grad": {transposed(c.m.at), c.k.outputGrad, false},
				"filter":      {c.m.g, c.k.filter, false},
				"filter grad": {transposed(c.m.g), c.k.filterGrad, false},
			} {
				t.Run(fmt.Sprintf("%s %d", name, c.r), func(t *testing.T) { checkTransform(t, k.m, k.f, k.finish) })
			}
		}
	})
}

func checkTransform(t *testing.T, m [][]float64, f func(*byte), finish bool) {
	rows, cols, channels := len(m), len(m[0]), 2*active.lanes
	in, bias := uniform(cols*cols*channels, 1), uniform(channels, 2)
	out, tmp := make([]float32, rows*rows*channels), New[float32](rows*cols*active.lanes)
	a := &newWorker().transform
	*a = transform{
		in: addr(in), out: addr(out), tmp: addr(tmp), bias: addr(bias), groups: 2, floor: -0.5,
		inRow: cols * channels * 4, inCol: channels * 4, outRow: rows * channels * 4, outCol: channels * 4,
	}
	f((*byte)(unsafe.Pointer(a)))
	for c := range channels {
		for i := range rows {
			for j := range rows {
				var want, size float64
				for p := range cols {
					for q := range cols {
						v := m[i][p] * float64(in[(p*cols+q)*channels+c]) * m[j][q]
						want += v
						size += math.Abs(v)
					}
				}
				if finish {
					want = max(want+float64(bias[c]), -0.5)
				}
				if got := float64(out[(i*rows+j)*channels+c]); math.Abs(got-want) > 1e-6*(1+size) {
					t.Fatalf("channel %d: out[%d,%d] = %v, want %v", c, i, j, got, want)
				}
			}
		}
	}
}

// winogradTolerance is the error on LeNet's second convolution, relative to the
// largest element: 5e-6 for the output and the data's gradient and 1.4e-5 for the
// filters' gradient were measured with uniform random data.
const winogradTolerance = 3e-5

// Winograd's algorithm agrees with the direct one.
func TestWinogradError(t *testing.T) {
	if testing.Short() {
		t.Skip("the direct convolution takes long in an emulator")
	}
	eachISA(t, func(t *testing.T) {
		g := Conv{N: 20, H: 14, W: 14, C: 32, F: 64, KH: 5, KW: 5, Stride: 1, Dilation: 1, Groups: 1, Top: 2, Left: 2, Bottom: 2, Right: 2}
		direct := g
		direct.Direct = true
		nx, nw, ny := g.sizes()
		x, w, dy := uniform(nx, 1), uniform(nw, 2), uniform(ny, 3)
		a, b := make([]float32, ny+nx+nw), make([]float32, ny+nx+nw)
		for _, c := range []struct {
			g   *Conv
			out []float32
		}{{&g, a}, {&direct, b}} {
			ConvForward(c.g, c.out[:ny], x, w, Epilogue[float32]{})
			ConvDataGrad(c.g, c.out[ny:ny+nx], dy, w)
			ConvWeightGrad(c.g, c.out[ny+nx:], x, dy, nil)
		}
		for name, s := range map[string][2]int{"y": {0, ny}, "dx": {ny, ny + nx}, "dw": {ny + nx, ny + nx + nw}} {
			var size, worst float64
			for i := s[0]; i < s[1]; i++ {
				size = max(size, math.Abs(float64(b[i])))
				worst = max(worst, math.Abs(float64(a[i])-float64(b[i])))
			}
			if worst > winogradTolerance*size {
				t.Errorf("%s differs by %.1e of the largest element", name, worst/size)
			}
			t.Logf("%s: %.1e", name, worst/size)
		}
	})
}
