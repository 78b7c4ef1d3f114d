package layers

import (
	"github.com/pkg/errors"
	G "gorgonia.org/gorgonia"

	"github.com/gorgonia-zoo/zoo/internal/op"
)

// RNN is layers of simple recurrence over sequences: in each step, with h what the
// step before left,
//
//	h = tanh(W·x + U·h + b)
//
//	x             (T, N, D)      N sequences, side by side
//	y             (T, N, Units)  h of the last layer in each step
//	weight_ih_l0  (Units, D)      W; Init, by default Uniform(1/√Units)
//	weight_hh_l0  (Units, Units)  U, drawn likewise
//	bias_ih_l0    (Units)         begins at 0
//	bias_hh_l0    (Units)         begins at 0
//
// and so on with _l1 for a second layer, as torch.nn.RNN. A batch goes on where the one
// before it ended, as that of an [LSTM] does.
//
// Elman, "Finding structure in time", Cognitive Science 1990.
type RNN struct {
	Name      string
	Units     int
	Layers    int     // 0: 1
	Dropout   float64 // the part dropped between layers while training; nothing after the last
	Init      Init
	Stateless bool // each batch begins with zeros
}

// Forward implements [Layer].
func (l RNN) Forward(s *Scope, x *G.Node) (*G.Node, error) {
	r := recurrent{kind: "RNN", gates: 1, units: l.Units, layers: l.Layers, dropout: l.Dropout, init: l.Init}
	return r.forward(s.Sub(l.Name), x, func(s *Scope, suffix string, pre, w *G.Node, steps, n int) (*G.Node, error) {
		h0, err := s.Carry("h"+suffix, n, l.Units)
		if err != nil {
			return nil, err
		}
		y, h, err := op.RNN(pre, w, h0.Node, steps)
		if err == nil && !l.Stateless {
			h0.Update(h)
		}
		return y, errors.Wrap(err, s.path)
	})
}
