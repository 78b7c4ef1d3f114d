package kernel

import "math"

// A Pool is a pooling of images with channels last.
//
//	x  (N, H, W, C)
//	y  (N, OutH, OutW, C)
//
// Element (n, i, j, c) of y is made from x[n, i·Stride+r-Pad, j·Stride+s-Pad, c]
// for r below KH and s below KW, a window, of which a part may lie outside of
// the image, but not all.
type Pool struct {
	N, H, W, C  int
	KH, KW      int
	Stride, Pad int
}

// OutH returns the height of the output.
func (g *Pool) OutH() int { return (g.H+2*g.Pad-g.KH)/g.Stride + 1 }

// OutW returns the width of the output.
func (g *Pool) OutW() int { return (g.W+2*g.Pad-g.KW)/g.Stride + 1 }

// MaxPool sets y to the largest element of each window that lies in the image,
// the first of equals. NaN counts as larger than any number.
func MaxPool[T Float](g *Pool, y, x []T) { pool(g, maxForward, y, x, nil, nil) }

// MaxPoolGrad sets dx to the gradient of x, given y = MaxPool(x) and its gradient:
// each window gives its element of dy to the first of its elements that is y; if
// that is NaN, to the first NaN.
func MaxPoolGrad[T Float](g *Pool, dx, x, y, dy []T) { pool(g, maxBackward, y, x, dy, dx) }

// AvgPool sets y to the sum of each window, divided by the window's size, KH·KW;
// outside of the image there are zeros.
func AvgPool[T Float](g *Pool, y, x []T) { pool(g, avgForward, y, x, nil, nil) }

// AvgPoolGrad sets dx to the gradient of x, given that of AvgPool's output.
func AvgPoolGrad[T Float](g *Pool, dx, dy []T) { pool(g, avgBackward, nil, nil, dy, dx) }

// A poolPass is one of the four.
type poolPass int

const (
	maxForward poolPass = iota
	maxBackward
	avgForward
	avgBackward
)

var (
	pools32 freelist[poolTask[float32]]
	pools64 freelist[poolTask[float64]]
)

type poolTask[T Float] struct {
	Pool
	pass         poolPass
	y, x, dy, dx []T
	images       int // of a piece
}

func pool[T Float](g *Pool, pass poolPass, y, x, dy, dx []T) {
	list := lists[poolTask[T], poolTask[float32], poolTask[float64]](&pools32, &pools64)
	t := list.get(func() *poolTask[T] { return new(poolTask[T]) })
	*t = poolTask[T]{*g, pass, y, x, dy, dx, max(1, chunk/(g.H*g.W*g.C))}
	Run(t, ceilDiv(g.N, t.images))
	*t = poolTask[T]{}
	list.put(t)
}

// Do implements [Task].
func (t *poolTask[T]) Do(_ *Worker, piece int) {
	lo, hi := piece*t.images, min((piece+1)*t.images, t.N)
	in, out := t.H*t.W*t.C, t.OutH()*t.OutW()*t.C
	part := func(x []T, size int) []T {
		if x == nil {
			return nil
		}
		return x[lo*size : hi*size]
	}
	s := poolTask[T]{Pool: t.Pool, y: part(t.y, out), x: part(t.x, in), dy: part(t.dy, out), dx: part(t.dx, in)}
	s.N = hi - lo
	switch t.pass {
	case maxForward, maxBackward:
		if f, ok := any(&s).(*poolTask[float32]); ok && active.lanes > 0 {
			maxVector(f)
		} else if t.pass == maxForward {
			s.maxPortable()
		} else {
			s.maxGradPortable()
		}
	case avgForward:
		s.avg()
	case avgBackward:
		s.avgGrad()
	}
}

// A window is the part of a window that lies in the image: rows and columns of
// pixels, from the element x of the input on, and the element y of the output.
type window struct{ x, y, rows, cols int }

// windows calls f for each window, in the order of the output.
func (g *Pool) windows(f func(w window)) {
	y := 0
	for n := range g.N {
		for i := range g.OutH() {
			top, bottom := clip(i*g.Stride-g.Pad, g.KH, g.H)
			for j := range g.OutW() {
				left, right := clip(j*g.Stride-g.Pad, g.KW, g.W)
				f(window{((n*g.H+top)*g.W + left) * g.C, y, bottom - top, right - left})
				y += g.C
			}
		}
	}
}

func clip(at, length, size int) (lo, hi int) { return max(at, 0), min(at+length, size) }

// pixels calls f with the first element of each pixel of w, row by row, until f
// returns false.
func (g *Pool) pixels(w window, f func(x int) bool) {
	for r := range w.rows {
		for s := range w.cols {
			if !f(w.x + (r*g.W+s)*g.C) {
				return
			}
		}
	}
}

func (t *poolTask[T]) maxPortable() {
	t.windows(func(w window) {
		y := t.y[w.y:][:t.C]
		for c := range y {
			y[c] = T(math.Inf(-1))
		}
		t.pixels(w, func(x int) bool {
			for c, v := range t.x[x:][:t.C] {
				if v > y[c] || v != v {
					y[c] = v
				}
			}
			return true
		})
	})
}

func (t *poolTask[T]) maxGradPortable() {
	clear(t.dx)
	t.windows(func(w window) {
		for c := range t.C {
			y, dy := t.y[w.y+c], t.dy[w.y+c]
			t.pixels(w, func(x int) bool {
				v := t.x[x+c]
				if v != y && v == v {
					return true
				}
				t.dx[x+c] += dy
				return false
			})
		}
	})
}

func (t *poolTask[T]) avg() {
	clear(t.y)
	t.windows(func(w window) {
		y := t.y[w.y:][:t.C]
		t.pixels(w, func(x int) bool {
			addTo(y, t.x[x:][:t.C])
			return true
		})
	})
	scale(t.y, t.y, 1/T(t.KH*t.KW))
}

func (t *poolTask[T]) avgGrad() {
	clear(t.dx)
	t.windows(func(w window) {
		dy := t.dy[w.y:][:t.C]
		t.pixels(w, func(x int) bool {
			addTo(t.dx[x:][:t.C], dy)
			return true
		})
	})
	scale(t.dx, t.dx, 1/T(t.KH*t.KW))
}
