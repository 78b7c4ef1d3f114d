package layers

import (
	"github.com/pkg/errors"
	G "gorgonia.org/gorgonia"

	"github.com/gorgonia-zoo/zoo/internal/op"
)

// LSTM is layers of long short-term memory over sequences. Of each step, with σ the
// sigmoid and h and c what the step before left,
//
//	i, f, o = σ(W_i·x + U_i·h + b_i), σ(W_f·x + U_f·h + b_f), σ(W_o·x + U_o·h + b_o)
//	g = tanh(W_g·x + U_g·h + b_g)
//	c = f·c + i·g
//	h = o·tanh(c)
//
//	x             (T, N, D)      N sequences, side by side
//	y             (T, N, Units)  h of the last layer in each step
//	weight_ih_l0  (4·Units, D)      W of the gates i, f, g and o; Init, by default Uniform(1/√Units)
//	weight_hh_l0  (4·Units, Units)  U, drawn likewise
//	bias_ih_l0    (4·Units)         begins at 0, that of f at ForgetBias
//	bias_hh_l0    (4·Units)         begins at 0
//
// and so on with _l1 for a second layer, which reads the first one's h. Names, layout,
// and what is dropped are those of torch.nn.LSTM.
//
// The two biases are always added. Training both moves their sum twice as far as one
// bias, which TensorFlow's LSTM has, would move; with OneBias it is as there.
//
// A batch goes on where the one before it ended: h and c are carried (see
// [Scope.Carry]) as h_l0, c_l0 and so on, and gradients end with the batch. That is
// truncated back-propagation through time, for a text cut into windows. Where a batch
// has nothing to do with the one before it, set Stateless.
//
// Hochreiter & Schmidhuber, "Long short-term memory", Neural Computation 1997; Gers,
// Schmidhuber & Cummins, "Learning to forget", Neural Computation 2000; dropout as in
// Zaremba, Sutskever & Vinyals, "Recurrent neural network regularization", 2014.
type LSTM struct {
	Name       string
	Units      int
	Layers     int     // 0: 1
	Dropout    float64 // the part dropped between layers while training; nothing after the last
	ForgetBias float64 // where the forget gate's bias begins
	Init       Init
	OneBias    bool // bias_hh stays 0: only bias_ih is trained
	Stateless  bool // each batch begins with zeros
}

// Forward implements [Layer].
func (l LSTM) Forward(s *Scope, x *G.Node) (*G.Node, error) {
	r := recurrent{kind: "LSTM", gates: 4, units: l.Units, layers: l.Layers, dropout: l.Dropout, forgetBias: l.ForgetBias, init: l.Init, oneBias: l.OneBias}
	return r.forward(s.Sub(l.Name), x, func(s *Scope, suffix string, pre, w *G.Node, steps, n int) (*G.Node, error) {
		h0, err := s.Carry("h"+suffix, n, l.Units)
		if err != nil {
			return nil, err
		}
		c0, err := s.Carry("c"+suffix, n, l.Units)
		if err != nil {
			return nil, err
		}
		y, h, c, err := op.LSTM(pre, w, h0.Node, c0.Node, steps)
		if err == nil && !l.Stateless {
			h0.Update(h)
			c0.Update(c)
		}
		return y, errors.Wrap(err, s.path)
	})
}
