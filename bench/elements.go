package bench

import (
	"fmt"

	"github.com/gorgonia-zoo/zoo/internal/kernel"
)

// recurrences lists the language model's LSTM: what is left of it after the products
// with the input, which are in [products].
func recurrences() []Kernel {
	s := kernel.Sequence{T: steps, N: 20, H: units}
	name := fmt.Sprintf("LSTM/steps=%d/batch=%d/units=%d/pass=", s.T, s.N, s.H)
	product := 2 * float64(s.N) * float64(4*s.H) * float64(s.H) // of a step
	state, gates := s.N*s.H, s.T*s.N*4*s.H
	return []Kernel{
		{
			Name: name + forward, FLOP: float64(s.T) * product,
			New: func() func() {
				h, c := floats((s.T+1)*state), floats((s.T+1)*state)
				out, pre, w := make([]float32, gates), floats(gates), floats(4*s.H*s.H)
				return func() { kernel.LSTM(s, h, c, out, pre, w) }
			},
		},
		{
			// The first step hands nothing back.
			Name: name + "backward", FLOP: float64(s.T-1) * product,
			New: func() func() {
				h, c := floats((s.T+1)*state), floats((s.T+1)*state)
				out, w := make([]float32, gates), floats(4*s.H*s.H)
				kernel.LSTM(s, h, c, out, floats(gates), w)
				dgates, dc, dy := make([]float32, gates), make([]float32, state), floats(s.T*state)
				return func() {
					clear(dc)
					kernel.LSTMGrad(s, dgates, dc, c, out, w, dy, nil)
				}
			},
		},
	}
}

// losses lists softmax cross-entropy: alone, with its gradient, and in one pass with
// the layer of many classes before it.
func losses() (list []Kernel) {
	for _, s := range []struct{ rows, classes int }{{100, 10}, {20 * steps, vocabulary}} {
		list = append(list, Kernel{
			Name: fmt.Sprintf("CrossEntropy/rows=%d/classes=%d", s.rows, s.classes), Bytes: 2 * 4 * int64(s.rows*s.classes),
			New: func() func() {
				x, dx, y := floats(s.rows*s.classes), kernel.New[float32](s.rows*s.classes), classes(s.rows, s.classes)
				return func() { kernel.CrossEntropyGrad(dx, x, y, s.classes, 1) }
			},
		})
	}
	const rows = 20 * steps
	name := fmt.Sprintf("LinearCrossEntropy/rows=%d/features=%d/classes=%d/pass=", rows, units, vocabulary)
	product := 2 * float64(rows) * units * vocabulary
	operands := func() (x, w, b []float32, y []int) {
		return floats(rows * units), floats(vocabulary * units), floats(vocabulary), classes(rows, vocabulary)
	}
	return append(list,
		Kernel{
			Name: name + forward, FLOP: product,
			New: func() func() {
				x, w, b, y := operands()
				return func() { kernel.LinearCrossEntropy(x, w, b, y, vocabulary) }
			},
		},
		Kernel{
			Name: name + "gradient", FLOP: 3 * product,
			New: func() func() {
				x, w, b, y := operands()
				dx, dw, db := kernel.New[float32](len(x)), kernel.New[float32](len(w)), kernel.New[float32](len(b))
				return func() { kernel.LinearCrossEntropyGrad(dx, dw, db, x, w, b, y, vocabulary, 1) }
			},
		})
}

// classes returns n labels, all of them in turn.
func classes(n, of int) []int {
	y := make([]int, n)
	for i := range y {
		y[i] = i * 7 % of
	}
	return y
}

// updates lists optimizers with a penalty and averages, on a parameter that stays in
// the second-level caches (mlp's fc1) and on one that does not (lenet's fc1, and half
// the output layer of ptb-tutorial).
func updates() (list []Kernel) {
	for _, o := range []struct {
		name   string
		arrays int // that are read and written besides the gradient, which is read
		update func(*kernel.Update) bool
	}{{"sgd", 2, kernel.SGD}, {"momentum", 3, kernel.SGD}, {"adam", 4, kernel.Adam}} {
		for _, n := range []int{500 * 784, 512 * 3136} {
			list = append(list, Kernel{
				Name: fmt.Sprintf("Update/optimizer=%s/weights=%d", o.name, n), Bytes: 4 * int64(n) * int64(2*o.arrays+1),
				New: func() func() {
					u := &kernel.Update{
						W: floats(n), G: floats(n), Average: floats(n), Rate: 1e-6, Scale: 1, L2: 1e-4, Blend: 0.01,
						Beta1: 0.9, New1: 0.1, Beta2: 0.999, New2: 0.001, Epsilon: 1e-8, Root: 1,
					}
					if o.name != "sgd" {
						u.V, u.Momentum = kernel.New[float32](n), 0.9
					}
					if o.name == "adam" {
						u.M = kernel.New[float32](n)
					}
					return func() { o.update(u) }
				},
			})
		}
	}
	return list
}
