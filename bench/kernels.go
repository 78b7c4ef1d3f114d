package bench

import (
	"fmt"
	"math/rand/v2"

	"github.com/gorgonia-zoo/zoo/internal/kernel"
)

// A Kernel is one kernel at a size that a model has.
type Kernel struct {
	Name string // as its benchmark's, without "Benchmark"
	// FLOP is the arithmetic of its matrix products. Where it has none, memory is
	// the limit: Bytes are what it reads and writes.
	FLOP  float64
	Bytes int64
	New   func() (run func()) // on operands of its own
}

// Kernels lists those that take the time of the workloads.
func Kernels() []Kernel {
	return join(products(), convolutions(), recurrences(), losses(), updates())
}

func join(lists ...[]Kernel) (all []Kernel) {
	for _, l := range lists {
		all = append(all, l...)
	}
	return all
}

// The passes of a layer with a weight (out, in), on rows of x: y = x·wᵀ,
// dx = dy·w, and dw = dyᵀ·x.
const (
	forward = "forward"
	input   = "input"
	weight  = "weight"
)

func products() (list []Kernel) {
	for _, s := range []struct {
		pass    string
		m, n, k int
	}{
		{forward, 1, 500, 784}, // mlp's fc1, one image

		{forward, 100, 500, 784}, // mlp's fc1
		{weight, 500, 784, 100},

		{forward, 100, 512, 3136}, // lenet's fc1
		{input, 100, 3136, 512},
		{weight, 512, 3136, 100},

		{forward, 100, 120, 400}, // lenet5's fc1
		{input, 100, 400, 120},
		{weight, 120, 400, 100},

		{forward, 700, 800, 200}, // the gates of ptb-tutorial, 35 steps of 20
		{input, 700, 200, 800},
		{weight, 800, 200, 700},
	} {
		list = append(list, Kernel{
			Name: fmt.Sprintf("MatMul/m=%d/n=%d/k=%d/pass=%s", s.m, s.n, s.k, s.pass),
			FLOP: 2 * float64(s.m) * float64(s.n) * float64(s.k),
			New: func() func() {
				c, a, b := make([]float32, s.m*s.n), floats(s.m*s.k), floats(s.k*s.n)
				left, right := kernel.Rows(a, s.k), kernel.Rows(b, s.n)
				switch s.pass {
				case forward:
					right = kernel.Cols(b, s.k)
				case weight:
					left = kernel.Cols(a, s.m)
				}
				return func() { kernel.MatMul(s.m, s.n, s.k, c, s.n, left, right, kernel.Epilogue[float32]{}) }
			},
		})
	}
	return list
}

// convolutions lists 5×5 ones with pooling, as the two LeNets have them, on batches
// of 100.
func convolutions() (list []Kernel) {
	for _, s := range []struct{ size, in, out, pad int }{
		{28, 1, 32, 2}, {14, 32, 64, 2}, // lenet
		{28, 1, 6, 2}, {14, 6, 16, 0}, // lenet5
	} {
		g := &kernel.Conv{
			N: 100, H: s.size, W: s.size, C: s.in, F: s.out, KH: 5, KW: 5, Stride: 1, Dilation: 1, Groups: 1,
			Top: s.pad, Left: s.pad, Bottom: s.pad, Right: s.pad,
		}
		add := func(pass string, flop float64, run func(o *convOperands)) {
			list = append(list, Kernel{
				Name: fmt.Sprintf("Conv/size=%d/in=%d/out=%d/pass=%s", s.size, s.in, s.out, pass), FLOP: flop,
				New: func() func() {
					o := newConvOperands(g)
					return func() { run(o) }
				},
			})
		}
		add(forward, g.FLOP(), func(o *convOperands) {
			kernel.ConvPool(g, o.pooled, o.corner, o.x, o.w, kernel.Epilogue[float32]{ReLU: true})
		})
		if s.in > 1 { // nobody asks for the gradient of the images
			add(input, g.GradFLOP(), func(o *convOperands) { kernel.ConvDataGrad(g, o.dx, o.dy, o.w) })
		}
		add(weight, g.GradFLOP(), func(o *convOperands) { kernel.ConvWeightGrad(g, o.dw, o.x, o.dpooled, o.corner) })
		if s.in >= 16 { // where vector kernels have Winograd's algorithm, a step asks for both
			add("both", 2*g.GradFLOP(), func(o *convOperands) {
				kernel.ConvGrads(g, o.dx, o.dw, o.x, o.dpooled, o.w, o.corner, true)
			})
		}
	}
	return list
}

type convOperands struct {
	x, w, pooled        []float32
	dx, dw, dy, dpooled []float32 // dy is before pooling
	corner              []uint32
}

func newConvOperands(g *kernel.Conv) *convOperands {
	h, w := g.OutH(), g.OutW()
	full := g.N * h * w * g.F
	o := &convOperands{
		x: floats(g.N * g.H * g.W * g.C), w: floats(g.F * g.C * g.KH * g.KW), pooled: make([]float32, full/4),
		dy: floats(full), dpooled: floats(full / 4), corner: make([]uint32, kernel.CornerWords(g.N, h, w, g.F)),
	}
	o.dx, o.dw = make([]float32, len(o.x)), make([]float32, len(o.w))
	kernel.ConvPool(g, o.pooled, o.corner, o.x, o.w, kernel.Epilogue[float32]{ReLU: true})
	return o
}

// floats returns n random numbers in [-0.1, 0.1), aligned as the executor's memory is.
func floats(n int) []float32 {
	r := rand.New(rand.NewPCG(3, uint64(n)))
	x := kernel.New[float32](n)
	for i := range x {
		x[i] = 0.2*r.Float32() - 0.1
	}
	return x
}
