package op

import (
	"github.com/chewxy/hm"
	"github.com/pkg/errors"
	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/gorgonia-zoo/zoo/internal/kernel"
)

// LSTM runs a layer of long short-term memory over T steps and returns the h of
// each, and the last h and c; see [kernel.LSTM] for the formulas.
//
//	pre     (T·N, 4H)  what the input adds to the gates i, f, g and o, biases too
//	w       (4H, H)    the recurrent weight
//	h0, c0  (N, H)
//	y       (T, N, H)
//	h, c    (N, H)
func LSTM(pre, w, h0, c0 *G.Node, steps int) (y, h, c *G.Node, err error) {
	all, err := apply(lstm{steps}, pre, w, h0, c0)
	if err != nil {
		return nil, nil, nil, err
	}
	s := recurrence(steps, h0.Shape())
	state := s.N * s.H
	if y, err = partOf(all, state, s.T, s.N, s.H); err != nil {
		return nil, nil, nil, err
	}
	if h, err = partOf(all, s.T*state, s.N, s.H); err != nil {
		return nil, nil, nil, err
	}
	c, err = partOf(all, (2*s.T+1)*state, s.N, s.H)
	return y, h, c, err
}

func recurrence(steps int, state tensor.Shape) kernel.Sequence {
	return kernel.Sequence{T: steps, N: state[0], H: state[1]}
}

// lstm puts out all that its gradient needs, in rows of H: h (T+1, N), c (T+1, N)
// and the gates (T, N, 4).
type lstm struct{ steps int }

func (lstm) String() string { return "lstm" }

func (lstm) types() []hm.Type {
	return []hm.Type{array(2), array(2), array(2), array(2), array(2)}
}

func (l lstm) shape(in []tensor.Shape) (tensor.Shape, error) {
	if err := fitState(l.steps, 4, in[0], in[1], in[2:]); err != nil {
		return nil, err
	}
	s := recurrence(l.steps, in[2])
	return tensor.Shape{(6*s.T + 2) * s.N, s.H}, nil
}

// fitState compares what a recurrent layer with so many gates reads.
func fitState(steps, gates int, pre, w tensor.Shape, states []tensor.Shape) error {
	h := w[1]
	for _, s := range states {
		if s[1] != h || s[0]*steps != pre[0] {
			return errors.Errorf("state %v does not fit %d steps of input %v and weight %v", s, steps, pre, w)
		}
	}
	if pre[1] != gates*h || w[0] != gates*h {
		return errors.Errorf("input %v does not fit weight %v", pre, w)
	}
	return nil
}

func (l lstm) do(out G.Value, in []G.Value) error {
	if out.Dtype() == tensor.Float64 {
		lstmDo[float64](l, out, in)
	} else {
		lstmDo[float32](l, out, in)
	}
	return nil
}

func lstmDo[T kernel.Float](l lstm, out G.Value, in []G.Value) {
	s := recurrence(l.steps, in[2].Shape())
	h, c, gates := lstmParts(s, data[T](out))
	copy(h, data[T](in[2]))
	copy(c, data[T](in[3]))
	kernel.LSTM(s, h, c, gates, data[T](in[0]), data[T](in[1]))
}

func lstmParts[T kernel.Float](s kernel.Sequence, all []T) (h, c, gates []T) {
	n := (s.T + 1) * s.N * s.H
	return all[:n], all[n : 2*n], all[2*n:]
}

func (lstm) wrt() []bool { return []bool{true, true, true, true} }

// The gradient with respect to pre comes out of the recurrence, and that of c0
// with it. The others are products:
//
//	dw = dpreᵀ·(h of the step before)    dh0 = (dpre of the first step)·w
func (l lstm) grad(in G.Nodes, all, dall *G.Node) (G.Nodes, error) {
	w := in[1]
	s := recurrence(l.steps, in[2].Shape())
	state := s.N * s.H
	given, err := gradients(dall)
	if err != nil {
		return nil, err
	}
	g := lstmGrad{steps: l.steps}
	operands := []*G.Node{all, w}
	for i, at := range []place{{state, 3}, {s.T * state, 2}, {(2*s.T + 1) * state, 2}} { // y, h, c
		if d := given[at]; d != nil {
			g.given[i] = true
			operands = append(operands, d)
		}
	}
	back, err := apply(g, operands...)
	if err != nil {
		return nil, err
	}
	dpre, err := partOf(back, 0, s.T*s.N, 4*s.H)
	if err != nil {
		return nil, err
	}
	dw, dh0, err := recurrentGrads(s, all, dpre, w)
	if err != nil {
		return nil, err
	}
	dc0, err := partOf(back, 4*s.T*state, s.N, s.H)
	return G.Nodes{dpre, dw, dh0, dc0}, err
}

// recurrentGrads returns the gradients of the weight and of the first h, given that of
// pre. All begins with h (T+1, N, H).
func recurrentGrads(s kernel.Sequence, all, dpre, w *G.Node) (dw, dh0 *G.Node, err error) {
	last, err := partOf(all, 0, s.T*s.N, s.H)
	if err != nil {
		return nil, nil, err
	}
	if dw, err = apply(matmul{transposed: true}, dpre, last); err != nil {
		return nil, nil, err
	}
	first, err := partOf(dpre, 0, s.N, dpre.Shape()[1])
	if err != nil {
		return nil, nil, err
	}
	dh0, err = apply(matmul{}, first, w)
	return dw, dh0, err
}

// lstmGrad puts out, in rows of H, the gradient of pre (T, N, 4), then that of c0
// (N). It takes what lstm put out, the weight, and those gradients of y, h and c that
// are given.
type lstmGrad struct {
	steps int
	given [3]bool
}

func (lstmGrad) String() string { return "lstmGrad" }

func (l lstmGrad) types() []hm.Type {
	t := []hm.Type{array(2), array(2)}
	for i, dims := range [3]int{3, 2, 2} {
		if l.given[i] {
			t = append(t, array(dims))
		}
	}
	return append(t, array(2))
}

func (l lstmGrad) shape(in []tensor.Shape) (tensor.Shape, error) {
	n := in[0][0] / (6*l.steps + 2)
	return tensor.Shape{(4*l.steps + 1) * n, in[0][1]}, nil
}

func (l lstmGrad) do(out G.Value, in []G.Value) error {
	if out.Dtype() == tensor.Float64 {
		lstmGradDo[float64](l, out, in)
	} else {
		lstmGradDo[float32](l, out, in)
	}
	return nil
}

func lstmGradDo[T kernel.Float](l lstmGrad, out G.Value, in []G.Value) {
	shape := in[0].Shape()
	s := kernel.Sequence{T: l.steps, N: shape[0] / (6*l.steps + 2), H: shape[1]}
	_, c, gates := lstmParts(s, data[T](in[0]))
	var given [3][]T
	next := 2
	for i, ok := range l.given {
		if ok {
			given[i] = data[T](in[next])
			next++
		}
	}
	back := data[T](out)
	n := 4 * s.T * s.N * s.H
	dpre, dc := back[:n], back[n:]
	clear(dc)
	copy(dc, given[2])
	kernel.LSTMGrad(s, dpre, dc, c, gates, data[T](in[1]), given[0], given[1])
}
