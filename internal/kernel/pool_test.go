package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"
)

// poolCases are the zoo's poolings, small, and awkward ones: channels around
// every vector width, windows that overlap, leave gaps or a rest, and lie partly
// outside of the image.
func poolCases() (cases []Pool) {
	for _, c := range []int{1, 3, 6, 7, 8, 9, 15, 16, 17, 31, 32, 33, 64} {
		cases = append(
			cases,
			Pool{N: 2, H: 6, W: 4, C: c, KH: 2, KW: 2, Stride: 2},
			Pool{N: 2, H: 7, W: 5, C: c, KH: 2, KW: 2, Stride: 2},
			Pool{N: 1, H: 6, W: 7, C: c, KH: 3, KW: 3, Stride: 2, Pad: 1},
			Pool{N: 1, H: 5, W: 3, C: c, KH: 5, KW: 3, Stride: 1},
		)
	}
	cases = append(
		cases,
		Pool{N: 3, H: 28, W: 28, C: 32, KH: 2, KW: 2, Stride: 2},
		Pool{N: 3, H: 14, W: 14, C: 64, KH: 2, KW: 2, Stride: 2},
		Pool{N: 20, H: 28, W: 28, C: 6, KH: 2, KW: 2, Stride: 2}, // several pieces of several images
		Pool{N: 1, H: 1, W: 1, C: 1, KH: 1, KW: 1, Stride: 1},
		Pool{N: 1, H: 2, W: 2, C: 1, KH: 2, KW: 2, Stride: 2},
		Pool{N: 2, H: 5, W: 5, C: 4, KH: 2, KW: 2, Stride: 2, Pad: 1},
		Pool{N: 2, H: 5, W: 5, C: 4, KH: 1, KW: 1, Stride: 3},
	)
	r := rand.New(rand.NewPCG(6, 6))
	for range 40 {
		g := Pool{N: 1 + r.IntN(3), C: 1 + r.IntN(40), KH: 1 + r.IntN(4), KW: 1 + r.IntN(4), Stride: 1 + r.IntN(4)}
		g.Pad = r.IntN(min(g.KH, g.KW)/2 + 1)
		g.H, g.W = g.KH+r.IntN(8), g.KW+r.IntN(8)
		cases = append(cases, g)
	}
	return cases
}

func (g *Pool) sizes() (x, y int) { return g.N * g.H * g.W * g.C, g.N * g.OutH() * g.OutW() * g.C }

// visit calls f with each element of the output and, in row order, the elements
// of the image in its window.
func (g *Pool) visit(f func(o int, in []int)) {
	for n := range g.N {
		for oy := range g.OutH() {
			for ox := range g.OutW() {
				for c := range g.C {
					var in []int
					for r := range g.KH {
						for s := range g.KW {
							iy, ix := oy*g.Stride+r-g.Pad, ox*g.Stride+s-g.Pad
							if iy >= 0 && ix >= 0 && iy < g.H && ix < g.W {
								in = append(in, ((n*g.H+iy)*g.W+ix)*g.C+c)
							}
						}
					}
					f(((n*g.OutH()+oy)*g.OutW()+ox)*g.C+c, in)
				}
			}
		}
	}
}

// maxReference returns what MaxPool and MaxPoolGrad must, the latter in float64.
func maxReference[T Float](g *Pool, x, dy []T) (y []T, dx []float64) {
	y, dx = make([]T, len(dy)), make([]float64, len(x))
	g.visit(func(o int, in []int) {
		best := in[0]
		for _, i := range in[1:] {
			if x[best] == x[best] && (x[i] > x[best] || x[i] != x[i]) {
				best = i
			}
		}
		y[o] = x[best]
		dx[best] += float64(dy[o])
	})
	return y, dx
}

// coarse returns numbers of which many are equal, and more are if zeros is set,
// as behind a ReLU.
func coarse(n int, seed uint64, zeros bool) []float32 {
	x := uniform(n, seed)
	for i, v := range x {
		x[i] = float32(math.Round(float64(8 * v)))
		if zeros {
			x[i] = max(x[i], 0)
		}
	}
	return x
}

func TestMaxPool(t *testing.T) {
	eachISA(t, func(t *testing.T) {
		for _, g := range poolCases() {
			nx, ny := g.sizes()
			if testing.Short() && nx > 20_000 { // an emulator is slow
				continue
			}
			dy := uniform(ny, 2)
			for i, x := range [][]float32{uniform(nx, 1), coarse(nx, 1, false), coarse(nx, 1, true)} {
				// What lies beyond must stay as it is, and old data must not matter.
				y, dx := slices.Repeat([]float32{7}, ny+1), slices.Repeat([]float32{7}, nx+1)
				MaxPool(&g, y[:ny], x)
				MaxPoolGrad(&g, dx[:nx], x, y[:ny], dy)
				wantY, wantX := maxReference(&g, x, dy)
				if !slices.Equal(y[:ny], wantY) {
					t.Fatalf("%+v, input %d: y is %v, want %v", g, i, y[:ny], wantY)
				}
				agree(t, fmt.Sprintf("%+v, input %d: dx", g, i), dx[:nx], wantX)
				if y[ny] != 7 || dx[nx] != 7 {
					t.Fatalf("%+v: wrote beyond the end", g)
				}
			}
		}
	})
}

// Windows of infinities and NaN: the most negative number is still in the image,
// where padding is not, and NaN wins. A gradient is never lost.
func TestMaxPoolSpecial(t *testing.T) {
	inf, nan := float32(math.Inf(1)), float32(math.NaN())
	zero := float32(math.Copysign(0, -1))
	eachISA(t, func(t *testing.T) {
		for _, values := range [][]float32{
			{-inf},
			{nan},
			{inf},
			{nan, 1, -inf, 2, -3},
			{1, 2, 3, nan, 5, 4, 9},
			{-inf, nan, inf},
			{inf, -inf, 3, inf, inf},
			{-math.MaxFloat32, -inf},
			{zero, 0, 0, zero, zero},
		} {
			for _, g := range poolCases() {
				nx, ny := g.sizes()
				if testing.Short() && nx > 2_000 {
					continue
				}
				x, dy := slices.Repeat(values, nx)[:nx], uniform(ny, 2)
				y, dx := make([]float32, ny), make([]float32, nx)
				MaxPool(&g, y, x)
				MaxPoolGrad(&g, dx, x, y, dy)
				wantY, wantX := maxReference(&g, x, dy)
				for i, v := range y {
					if v != wantY[i] && (v == v || wantY[i] == wantY[i]) || v == 0 && math.Signbit(float64(v)) != math.Signbit(float64(wantY[i])) {
						t.Fatalf("%+v of %v: y[%d] = %v, want %v", g, values, i, v, wantY[i])
					}
				}
				agree(t, fmt.Sprintf("%+v of %v: dx", g, values), dx, wantX)
			}
		}
	})
}

func TestAvgPool(t *testing.T) {
	eachISA(t, func(t *testing.T) {
		for _, g := range poolCases() {
			nx, ny := g.sizes()
			x, dy := uniform(nx, 1), uniform(ny, 2)
			y, dx := slices.Repeat([]float32{7}, ny+1), slices.Repeat([]float32{7}, nx+1)
			AvgPool(&g, y[:ny], x)
			AvgPoolGrad(&g, dx[:nx], dy)
			wantY, wantX := make([]float64, ny), make([]float64, nx)
			size := float64(g.KH * g.KW)
			g.visit(func(o int, in []int) {
				for _, i := range in {
					wantY[o] += float64(x[i]) / size
					wantX[i] += float64(dy[o]) / size
				}
			})
			agree(t, fmt.Sprintf("%+v: y", g), y[:ny], wantY)
			agree(t, fmt.Sprintf("%+v: dx", g), dx[:nx], wantX)
			if y[ny] != 7 || dx[nx] != 7 {
				t.Fatalf("%+v: wrote beyond the end", g)
			}
		}
	})
}

func TestPoolFloat64(t *testing.T) {
	for _, g := range poolCases() {
		nx, ny := g.sizes()
		x, dy := make([]float64, nx), make([]float64, ny)
		for i := range x {
			x[i] = math.Sin(float64(i))
		}
		for i := range dy {
			dy[i] = math.Sin(2 * float64(i))
		}
		y, dx := make([]float64, ny), make([]float64, nx)
		MaxPool(&g, y, x)
		MaxPoolGrad(&g, dx, x, y, dy)
		wantY, wantX := maxReference(&g, x, dy)
		if !slices.Equal(y, wantY) || !slices.Equal(dx, wantX) {
			t.Errorf("%+v: y %v, want %v; dx %v, want %v", g, y, wantY, dx, wantX)
		}
		AvgPool(&g, y, x)
		AvgPoolGrad(&g, dx, dy)
		size := float64(g.KH * g.KW)
		g.visit(func(o int, in []int) {
			for _, i := range in {
				y[o] -= x[i] / size
				dx[i] -= dy[o] / size
			}
		})
		for _, v := range append(y, dx...) {
			if math.Abs(v) > 1e-14 {
				t.Fatalf("%+v: a mean or its gradient is off by %v", g, v)
			}
		}
	}
}

func TestPoolThreadsAndAllocs(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	eachISA(t, func(t *testing.T) {
		for _, g := range []Pool{
			{N: 7, H: 12, W: 12, C: 20, KH: 2, KW: 2, Stride: 2},
			{N: 30, H: 12, W: 12, C: 6, KH: 2, KW: 2, Stride: 2},
			{N: 30, H: 12, W: 12, C: 20, KH: 3, KW: 3, Stride: 2, Pad: 1},
		} {
			nx, ny := g.sizes()
			x, dy := uniform(nx, 1), uniform(ny, 2)
			var first []float32
			for _, threads := range []int{1, 2, 5} {
				runtime.GOMAXPROCS(threads)
				all := make([]float32, 2*(nx+ny))
				y, mean, dx, dmean := all[:ny], all[ny:2*ny], all[2*ny:2*ny+nx], all[2*ny+nx:]
				f := func() {
					MaxPool(&g, y, x)
					MaxPoolGrad(&g, dx, x, y, dy)
					AvgPool(&g, mean, x)
					AvgPoolGrad(&g, dmean, dy)
				}
				f()
				if first == nil {
					first = all
				} else if !slices.Equal(all, first) {
					t.Errorf("%+v: %d threads give other bits", g, threads)
				}
				if n := testing.AllocsPerRun(3, f); n != 0 {
					t.Errorf("%+v: %d threads: %v allocations", g, threads, n)
				}
			}
		}
	})
}

func BenchmarkPool(b *testing.B) {
	for _, c := range []struct {
		name string
		g    Pool
	}{
		{"lenet1", Pool{N: 100, H: 28, W: 28, C: 32, KH: 2, KW: 2, Stride: 2}},
		{"lenet2", Pool{N: 100, H: 14, W: 14, C: 64, KH: 2, KW: 2, Stride: 2}},
		{"lenet5-1", Pool{N: 100, H: 28, W: 28, C: 6, KH: 2, KW: 2, Stride: 2}},
		{"lenet5-2", Pool{N: 100, H: 10, W: 10, C: 16, KH: 2, KW: 2, Stride: 2}},
		{"overlap", Pool{N: 20, H: 28, W: 28, C: 64, KH: 3, KW: 3, Stride: 2, Pad: 1}},
	} {
		g := c.g
		nx, ny := g.sizes()
		x, dy, y, dx := uniform(nx, 1), uniform(ny, 2), New[float32](ny), New[float32](nx)
		MaxPool(&g, y, x)
		for _, p := range []struct {
			name string
			f    func()
		}{
			{"forward", func() { MaxPool(&g, y, x) }},
			{"backward", func() { MaxPoolGrad(&g, dx, x, y, dy) }},
			{"avgforward", func() { AvgPool(&g, dy, x) }},
			{"avgbackward", func() { AvgPoolGrad(&g, dx, dy) }},
		} {
			b.Run(fmt.Sprintf("pool=%s/pass=%s", c.name, p.name), func(b *testing.B) {
				p.f()
				b.ReportAllocs()
				for b.Loop() {
					p.f()
				}
			})
		}
	}
}
