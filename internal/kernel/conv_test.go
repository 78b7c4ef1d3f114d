package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"
)

// convCases are the zoo's convolutions, small, and awkward geometries: strides
// that leave a rest, padding wider than the filter, dilation, groups, one pixel.
func convCases() []Conv {
	cases := []Conv{
		{N: 2, H: 28, W: 28, C: 1, F: 32, KH: 5, KW: 5, Top: 2, Left: 2, Bottom: 2, Right: 2},
		{N: 2, H: 14, W: 14, C: 32, F: 64, KH: 5, KW: 5, Top: 2, Left: 2, Bottom: 2, Right: 2},
		{N: 3, H: 32, W: 32, C: 1, F: 6, KH: 5, KW: 5},
		{N: 3, H: 14, W: 14, C: 6, F: 16, KH: 5, KW: 5},
		{N: 1, H: 1, W: 1, C: 1, F: 1, KH: 1, KW: 1},
		{N: 2, H: 7, W: 9, C: 3, F: 5, KH: 3, KW: 2, Stride: 2, Top: 1, Right: 2},
		{N: 2, H: 8, W: 8, C: 4, F: 6, KH: 3, KW: 3, Stride: 3, Top: 1, Left: 1, Bottom: 1, Right: 1},
		{N: 2, H: 9, W: 8, C: 4, F: 6, KH: 3, KW: 3, Dilation: 2, Top: 2, Left: 2, Bottom: 2, Right: 2},
		{N: 2, H: 9, W: 8, C: 6, F: 9, KH: 3, KW: 3, Groups: 3, Top: 1, Left: 1, Bottom: 1, Right: 1},
		{N: 2, H: 6, W: 6, C: 8, F: 8, KH: 3, KW: 3, Groups: 8, Stride: 2, Dilation: 2, Top: 2, Left: 2, Bottom: 2, Right: 2},
		{N: 1, H: 4, W: 5, C: 2, F: 3, KH: 2, KW: 2, Top: 3, Left: 4, Bottom: 3, Right: 2},
		{N: 2, H: 6, W: 9, C: 2, F: 5, KH: 3, KW: 3, Stride: 3, Top: 1, Left: 1, Bottom: 1, Right: 1}, // the rest is as large as the zeros
		{N: 3, H: 9, W: 10, C: 16, F: 32, KH: 3, KW: 3, Top: 1, Left: 1, Bottom: 1, Right: 1},         // Winograd from here on, where there is SIMD
		{N: 2, H: 13, W: 6, C: 32, F: 16, KH: 5, KW: 5},
		{N: 2, H: 3, W: 3, C: 16, F: 16, KH: 3, KW: 3, Top: 2, Left: 1, Bottom: 1, Right: 3},
		{N: 1, H: 33, W: 30, C: 48, F: 48, KH: 5, KW: 5, Top: 2, Left: 2, Bottom: 2, Right: 2}, // several bands
		{N: 1, H: 14, W: 14, C: 32, F: 64, KH: 5, KW: 5, Top: 2, Left: 2, Bottom: 2, Right: 2, Direct: true},
		{N: 1, H: 60, W: 300, C: 12, F: 17, KH: 3, KW: 3, Top: 1, Left: 1, Bottom: 1, Right: 1}, // several bands
		{N: 1, H: 9, W: 700, C: 20, F: 4, KH: 5, KW: 5, Top: 2, Left: 2, Bottom: 2, Right: 2},   // a band that exceeds a piece's memory
		{N: 1, H: 8, W: 510, C: 96, F: 4, KH: 1, KW: 1, Stride: 2, Right: 1},                    // two rows that exceed it, to be pooled
		{N: 1, H: 12, W: 4096, C: 1, F: 10, KH: 3, KW: 3, Top: 1, Left: 1, Bottom: 1, Right: 1}, // pairs of rows that fill it
		{N: 1, H: 1, W: 8209, C: 1, F: 9, KH: 1, KW: 1},                                         // a copy of a row that exceeds it
		{N: 1, H: 10, W: 1, C: 3, F: 1, KH: 1, KW: 1},                                           // rows smaller than a vector
	}
	r := rand.New(rand.NewPCG(5, 5))
	for range 40 {
		g := Conv{
			N: 1 + r.IntN(3), H: 3 + r.IntN(8), W: 3 + r.IntN(8), KH: 1 + r.IntN(3), KW: 1 + r.IntN(3),
			Stride: 1 + r.IntN(3), Dilation: 1 + r.IntN(2), Groups: 1 + r.IntN(2),
			Top: r.IntN(3), Left: r.IntN(3), Bottom: r.IntN(3), Right: r.IntN(3),
		}
		g.C, g.F = g.Groups*(1+r.IntN(5)), g.Groups*(1+r.IntN(20))
		cases = append(cases, g)
	}
	for i := range cases {
		g := &cases[i]
		g.Stride, g.Dilation, g.Groups = max(g.Stride, 1), max(g.Dilation, 1), max(g.Groups, 1)
	}
	return slices.DeleteFunc(cases, func(g Conv) bool { return g.H+g.Top+g.Bottom <= g.reachH() || g.W+g.Left+g.Right <= g.reachW() })
}

// visit calls f for each term of the convolution: y[o] has x[i]·w[k] in its sum.
func (g *Conv) visit(f func(o, i, k int)) {
	in, out := g.C/g.Groups, g.F/g.Groups
	for n := range g.N {
		for oy := range g.OutH() {
			for ox := range g.OutW() {
				for r := range g.KH {
					for s := range g.KW {
						iy, ix := oy*g.Stride+r*g.Dilation-g.Top, ox*g.Stride+s*g.Dilation-g.Left
						if iy < 0 || ix < 0 || iy >= g.H || ix >= g.W {
							continue
						}
						for q := range g.F {
							for c := range in {
								f(((n*g.OutH()+oy)*g.OutW()+ox)*g.F+q, ((n*g.H+iy)*g.W+ix)*g.C+q/out*in+c, ((q*in+c)*g.KH+r)*g.KW+s)
							}
						}
					}
				}
			}
		}
	}
}

func (g *Conv) sizes() (x, w, y int) {
	return g.N * g.H * g.W * g.C, g.F * g.C / g.Groups * g.KH * g.KW, g.N * g.OutH() * g.OutW() * g.F
}

func TestConv(t *testing.T) {
	cases := convCases()
	eachISA(t, func(t *testing.T) {
		for _, g := range cases {
			nx, nw, ny := g.sizes()
			if testing.Short() && ny*nw/g.F > 200_000 { // an emulator is slow
				continue
			}
			t.Run(fmt.Sprintf("%+v", g), func(t *testing.T) {
				x, w, dy, bias := uniform(nx, 1), uniform(nw, 2), uniform(ny, 3), uniform(g.F, 4)
				y, dx, dw := make([]float32, ny), make([]float32, nx), make([]float32, nw)
				ConvForward(&g, y, x, w, Epilogue[float32]{Bias: bias, ReLU: true})
				checkConvPool(t, &g, y, x, w, bias)
				ConvDataGrad(&g, dx, dy, w)
				ConvWeightGrad(&g, dw, x, dy, nil)
				wantY, wantX, wantW := make([]float64, ny), make([]float64, nx), make([]float64, nw)
				for i := range wantY {
					wantY[i] = float64(bias[i%g.F])
				}
				g.visit(func(o, i, k int) {
					wantY[o] += float64(x[i]) * float64(w[k])
					wantX[i] += float64(dy[o]) * float64(w[k])
					wantW[k] += float64(dy[o]) * float64(x[i])
				})
				for i := range wantY {
					wantY[i] = max(wantY[i], 0)
				}
				agree(t, "y", y, wantY)
				agree(t, "dx", dx, wantX)
				agree(t, "dw", dw, wantW)
				ConvGrads(&g, dx, dw, x, dy, w, nil, false)
				agree(t, "dx, both at once", dx, wantX)
				agree(t, "dw, both at once", dw, wantW)
				checkPooledGrads(t, &g, x, w)
				gated, alone := make([]float32, nx), make([]float32, nw)
				ConvGrads(&g, gated, alone, x, dy, w, nil, true)
				for i, v := range x {
					if v <= 0 {
						wantX[i] = 0
					}
				}
				agree(t, "dx, gated", gated, wantX)
				agree(t, "dw beside it", alone, wantW)
			})
		}
	})
}

// checkConvPool holds ConvPool to pooling y, what ConvForward computes, to the bit.
func checkConvPool(t *testing.T, g *Conv, y, x, w, bias []float32) {
	t.Helper()
	outH, outW := g.OutH(), g.OutW()
	n, words := g.N*(outH/2)*(outW/2)*g.F, CornerWords(g.N, outH, outW, g.F)
	got, want := make([]float32, n), make([]float32, n)
	gotCorner, wantCorner := make([]uint32, words), make([]uint32, words)
	ConvPool(g, got, gotCorner, x, w, Epilogue[float32]{Bias: bias, ReLU: true})
	MaxCorner(want, wantCorner, y, g.N, outH, outW, g.F)
	if !slices.Equal(got, want) || !slices.Equal(gotCorner, wantCorner) {
		t.Error("pooled at once is not what pooling afterwards gives")
	}
}

// checkPooledGrads holds gradients from that of the pooled output to those from
// the same spread out.
func checkPooledGrads(t *testing.T, g *Conv, x, w []float32) {
	t.Helper()
	nx, nw, ny := g.sizes()
	outH, outW := g.OutH(), g.OutW()
	n := g.N * (outH / 2) * (outW / 2) * g.F
	y, dy, corner, dz := make([]float32, n), uniform(n, 5), make([]uint32, CornerWords(g.N, outH, outW, g.F)), make([]float32, ny)
	ConvPool(g, y, corner, x, w, Epilogue[float32]{})
	MaxCornerGrad(dz, dy, corner, g.N, outH, outW, g.F)
	wantX, wantW := make([]float32, nx), make([]float32, nw)
	dx, dw, alone := make([]float32, nx), make([]float32, nw), make([]float32, nw)
	ConvGrads(g, wantX, wantW, x, dz, w, nil, false)
	ConvGrads(g, dx, dw, x, dy, w, corner, false)
	ConvWeightGrad(g, alone, x, dy, corner)
	agree(t, "dx through pooling", dx, float64s(wantX))
	agree(t, "dw through pooling", dw, float64s(wantW))
	agree(t, "dw alone through pooling", alone, float64s(wantW))
}

func float64s(x []float32) []float64 {
	y := make([]float64, len(x))
	for i, v := range x {
		y[i] = float64(v)
	}
	return y
}

// convTolerance is relative to the largest element: sums of up to 18,000 products
// in float32.
const convTolerance = 1e-5

func agree(t *testing.T, what string, got []float32, want []float64) {
	t.Helper()
	var size float64
	for _, v := range want {
		size = max(size, math.Abs(v))
	}
	for i, v := range got {
		if math.Abs(float64(v)-want[i]) > convTolerance*size {
			t.Fatalf("%s[%d] = %v, want %v", what, i, v, want[i])
		}
	}
}

func TestConvFloat64(t *testing.T) {
	g := Conv{N: 2, H: 6, W: 5, C: 4, F: 6, KH: 3, KW: 2, Stride: 2, Dilation: 1, Groups: 2, Top: 1, Left: 1, Bottom: 1, Right: 1}
	nx, nw, ny := g.sizes()
	x, w, dy := make([]float64, nx), make([]float64, nw), make([]float64, ny)
	for i := range x {
		x[i] = math.Sin(float64(i))
	}
	for i := range w {
		w[i] = math.Cos(float64(i))
	}
	for i := range dy {
		dy[i] = math.Sin(2 * float64(i))
	}
	y, dx, dw := make([]float64, ny), make([]float64, nx), make([]float64, nw)
	ConvForward(&g, y, x, w, Epilogue[float64]{})
	ConvDataGrad(&g, dx, dy, w)
	ConvWeightGrad(&g, dw, x, dy, nil)
	g.visit(func(o, i, k int) {
		y[o] -= x[i] * w[k]
		dx[i] -= dy[o] * w[k]
		dw[k] -= dy[o] * x[i]
	})
	for what, d := range map[string][]float64{"y": y, "dx": dx, "dw": dw} {
		for i, v := range d {
			if math.Abs(v) > 1e-13 {
				t.Errorf("%s[%d] is off by %v", what, i, v)
			}
		}
	}
}

func TestConvThreadsAndAllocs(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	eachISA(t, func(t *testing.T) {
		g := Conv{N: 5, H: 12, W: 12, C: 3, F: 20, KH: 5, KW: 5, Stride: 1, Dilation: 1, Groups: 1, Top: 2, Left: 2, Bottom: 2, Right: 2}
		nx, nw, ny := g.sizes()
		x, w, dy := uniform(nx, 1), uniform(nw, 2), uniform(ny, 3)
		var first []float32
		for _, threads := range []int{1, 2, 5} {
			runtime.GOMAXPROCS(threads)
			all := make([]float32, ny+nx+nw)
			f := func() {
				ConvForward(&g, all[:ny], x, w, Epilogue[float32]{})
				ConvDataGrad(&g, all[ny:ny+nx], dy, w)
				ConvWeightGrad(&g, all[ny+nx:], x, dy, nil)
				ConvGrads(&g, all[ny:ny+nx], all[ny+nx:], x, dy, w, nil, false)
			}
			f()
			if first == nil {
				first = all
			} else if !slices.Equal(all, first) {
				t.Errorf("%d threads give other bits", threads)
			}
			if n := testing.AllocsPerRun(3, f); n != 0 {
				t.Errorf("%d threads: %v allocations", threads, n)
			}
		}
	})
}

func BenchmarkConv(b *testing.B) {
	for _, c := range []struct {
		name string
		g    Conv
	}{
		{"lenet1", Conv{N: 100, H: 28, W: 28, C: 1, F: 32, KH: 5, KW: 5, Stride: 1, Dilation: 1, Groups: 1, Top: 2, Left: 2, Bottom: 2, Right: 2}},
		{"lenet2", Conv{N: 100, H: 14, W: 14, C: 32, F: 64, KH: 5, KW: 5, Stride: 1, Dilation: 1, Groups: 1, Top: 2, Left: 2, Bottom: 2, Right: 2}},
		{"lenet5-1", Conv{N: 100, H: 32, W: 32, C: 1, F: 6, KH: 5, KW: 5, Stride: 1, Dilation: 1, Groups: 1}},
		{"lenet5-2", Conv{N: 100, H: 14, W: 14, C: 6, F: 16, KH: 5, KW: 5, Stride: 1, Dilation: 1, Groups: 1}},
	} {
		g := c.g
		nx, nw, ny := g.sizes()
		x, w, dy := uniform(nx, 1), uniform(nw, 2), uniform(ny, 3)
		y, dx, dw := New[float32](ny), New[float32](nx), New[float32](nw)
		corner := make([]uint32, CornerWords(g.N, g.OutH(), g.OutW(), g.F))
		for _, p := range []struct {
			name string
			f    func()
		}{
			{"forward", func() { ConvForward(&g, y, x, w, Epilogue[float32]{ReLU: true}) }},
			{"pool", func() { ConvPool(&g, y, corner, x, w, Epilogue[float32]{ReLU: true}) }},
			{"data", func() { ConvDataGrad(&g, dx, dy, w) }},
			{"weight", func() { ConvWeightGrad(&g, dw, x, dy, nil) }},
			{"grads", func() { ConvGrads(&g, dx, dw, x, dy, w, nil, false) }},
		} {
			b.Run(fmt.Sprintf("conv=%s/pass=%s", c.name, p.name), func(b *testing.B) {
				p.f()
				b.ReportAllocs()
				for b.Loop() {
					p.f()
				}
				gflops := 2 * float64(ny) * float64(nw/g.F) * float64(b.N) / b.Elapsed().Seconds() / 1e9
				b.ReportMetric(gflops, "GFLOP/s")
				if peak := Peak(); peak > 0 {
					b.ReportMetric(100*gflops/peak, "%peak")
				}
			})
		}
	}
}
