package layers

import (
	"slices"

	"github.com/pkg/errors"
	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/gorgonia-zoo/zoo/internal/op"
)

// An LSTMCell is one step of an [LSTM]: declared once in a graph, stepped as often as
// you like, with whatever between the steps. For plain sequences an LSTM is faster.
//
//	weight_ih  (4·Units, in)     Init, by default Uniform(1/√Units)
//	weight_hh  (4·Units, Units)  drawn likewise
//	bias_ih    (4·Units)         begins at 0, that of the forget gate at ForgetBias
//	bias_hh    (4·Units)         begins at 0
//
// Names and layout are those of torch.nn.LSTMCell.
type LSTMCell struct {
	Name       string
	Units      int
	ForgetBias float64
	Init       Init
}

// A Cell is an [LSTMCell] in a graph.
type Cell struct {
	scope   *Scope
	weights recurrentWeights
	in      int
	units   int
}

// Declare declares the cell's parameters in s, for inputs with so many features.
func (c LSTMCell) Declare(s *Scope, in int) (*Cell, error) {
	s = s.Sub(c.Name)
	if c.Units < 1 {
		return nil, errors.Errorf("%sLSTM cell with %d units; at least 1 is needed", s.prefix(), c.Units)
	}
	if in < 1 {
		return nil, errors.Errorf("%sLSTM cell for inputs with %d features; at least 1 is needed", s.prefix(), in)
	}
	w, err := recurrent{gates: 4, units: c.Units, forgetBias: c.ForgetBias, init: c.Init}.declare(s, "", in)
	if err != nil {
		return nil, err
	}
	return &Cell{s, w, in, c.Units}, nil
}

// Step returns h and c after a step, given those before it.
//
//	x                   (N, in)
//	h, cell, h1, cell1  (N, Units)
func (c *Cell) Step(x, h, cell *G.Node) (h1, cell1 *G.Node, err error) {
	if err := c.fits(x, h, cell); err != nil {
		return nil, nil, err
	}
	pre, err := op.Linear(x, c.weights.ih, c.weights.bias)
	if err != nil {
		return nil, nil, errors.Wrap(err, c.scope.path)
	}
	_, h1, cell1, err = op.LSTM(pre, c.weights.hh, h, cell, 1)
	return h1, cell1, errors.Wrap(err, c.scope.path)
}

func (c *Cell) fits(x, h, cell *G.Node) error {
	if x.Dims() != 2 || x.Shape()[1] != c.in {
		return errors.Errorf("%s: the cell takes inputs (N, %d), not %v", c.scope.path, c.in, x.Shape())
	}
	state := tensor.Shape{x.Shape()[0], c.units}
	for i, n := range []*G.Node{h, cell} {
		if !slices.Equal(n.Shape(), state) {
			return errors.Errorf("%s: the cell takes %s %v with the input %v, not %v", c.scope.path, []string{"h", "c"}[i], state, x.Shape(), n.Shape())
		}
	}
	for _, n := range []*G.Node{x, h, cell} {
		if t := c.weights.hh.Dtype(); n.Dtype() != t {
			return errors.Errorf("%s: %s holds %v, the parameters %v; convert the data", c.scope.path, n.Name(), n.Dtype(), t)
		}
	}
	return nil
}
