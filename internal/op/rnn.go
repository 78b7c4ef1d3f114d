package op

import (
	"github.com/chewxy/hm"
	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/gorgonia-zoo/zoo/internal/kernel"
)

// RNN runs a simple recurrent layer over T steps and returns the h of each, and the
// last; see [kernel.RNN] for the formula.
//
//	pre  (T·N, H)  what the input adds, biases too
//	w    (H, H)    the recurrent weight
//	h0   (N, H)
//	y    (T, N, H)
//	h    (N, H)
func RNN(pre, w, h0 *G.Node, steps int) (y, h *G.Node, err error) {
	all, err := apply(rnn{steps}, pre, w, h0)
	if err != nil {
		return nil, nil, err
	}
	s := recurrence(steps, h0.Shape())
	if y, err = partOf(all, s.N*s.H, s.T, s.N, s.H); err != nil {
		return nil, nil, err
	}
	h, err = partOf(all, s.T*s.N*s.H, s.N, s.H)
	return y, h, err
}

// rnn puts out h (T+1, N) in rows of H.
type rnn struct{ steps int }

func (rnn) String() string { return "rnn" }

func (rnn) types() []hm.Type { return []hm.Type{array(2), array(2), array(2), array(2)} }

func (r rnn) shape(in []tensor.Shape) (tensor.Shape, error) {
	if err := fitState(r.steps, 1, in[0], in[1], in[2:]); err != nil {
		return nil, err
	}
	return tensor.Shape{(r.steps + 1) * in[2][0], in[2][1]}, nil
}

func (r rnn) do(out G.Value, in []G.Value) error {
	if out.Dtype() == tensor.Float64 {
		rnnDo[float64](r, out, in)
	} else {
		rnnDo[float32](r, out, in)
	}
	return nil
}

func rnnDo[T kernel.Float](r rnn, out G.Value, in []G.Value) {
	h := data[T](out)
	copy(h, data[T](in[2]))
	kernel.RNN(recurrence(r.steps, in[2].Shape()), h, data[T](in[0]), data[T](in[1]))
}

func (rnn) wrt() []bool { return []bool{true, true, true} }

func (r rnn) grad(in G.Nodes, all, dall *G.Node) (G.Nodes, error) {
	w := in[1]
	s := recurrence(r.steps, in[2].Shape())
	given, err := gradients(dall)
	if err != nil {
		return nil, err
	}
	g := rnnGrad{steps: r.steps}
	operands := []*G.Node{all, w}
	for i, at := range []place{{s.N * s.H, 3}, {s.T * s.N * s.H, 2}} { // y, h
		if d := given[at]; d != nil {
			g.given[i] = true
			operands = append(operands, d)
		}
	}
	dpre, err := apply(g, operands...)
	if err != nil {
		return nil, err
	}
	dw, dh0, err := recurrentGrads(s, all, dpre, w)
	return G.Nodes{dpre, dw, dh0}, err
}

// rnnGrad is the gradient of pre (T·N, H), from what rnn put out, the weight, and
// those gradients of y and h that are given.
type rnnGrad struct {
	steps int
	given [2]bool
}

func (rnnGrad) String() string { return "rnnGrad" }

func (r rnnGrad) types() []hm.Type {
	t := []hm.Type{array(2), array(2)}
	for i, dims := range [2]int{3, 2} {
		if r.given[i] {
			t = append(t, array(dims))
		}
	}
	return append(t, array(2))
}

func (r rnnGrad) shape(in []tensor.Shape) (tensor.Shape, error) {
	return tensor.Shape{in[0][0] / (r.steps + 1) * r.steps, in[0][1]}, nil
}

func (r rnnGrad) do(out G.Value, in []G.Value) error {
	if out.Dtype() == tensor.Float64 {
		rnnGradDo[float64](r, out, in)
	} else {
		rnnGradDo[float32](r, out, in)
	}
	return nil
}

func rnnGradDo[T kernel.Float](r rnnGrad, out G.Value, in []G.Value) {
	shape := in[0].Shape()
	s := kernel.Sequence{T: r.steps, N: shape[0] / (r.steps + 1), H: shape[1]}
	var given [2][]T
	next := 2
	for i, ok := range r.given {
		if ok {
			given[i] = data[T](in[next])
			next++
		}
	}
	kernel.RNNGrad(s, data[T](out), data[T](in[0]), data[T](in[1]), given[0], given[1])
}
