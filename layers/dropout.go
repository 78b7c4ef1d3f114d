package layers

import (
	"github.com/pkg/errors"
	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/gorgonia-zoo/zoo/internal/op"
)

// Dropout drops elements at random while it trains, and divides those that stay
// by 1 - Rate, so that their mean stays. In evaluation it is the identity.
//
//	x  any shape
//	y  as x
//
// Which elements are dropped depends on the seed of the Params, the layer's
// name, the number of steps done and an element's place in the batch, counted
// from the first row: not on the size of the batch, nor on what ran before.
//
// Srivastava, Hinton, Krizhevsky, Sutskever, Salakhutdinov, "Dropout: a simple
// way to prevent neural networks from overfitting", JMLR 2014.
type Dropout struct {
	Name string
	Rate float64 // the part that is dropped, in [0, 1]
}

// Forward implements [Layer].
func (l Dropout) Forward(s *Scope, x *G.Node) (*G.Node, error) {
	s = s.Sub(l.Name)
	if !(l.Rate >= 0 && l.Rate <= 1) {
		return nil, errors.Errorf("%sdropout with rate %v; it is the part that is dropped, from 0 to 1", s.prefix(), l.Rate)
	}
	if s.path == "" {
		return nil, errors.New("dropout without a Name; what it drops is drawn from the seed and the name")
	}
	if x.Dims() == 0 {
		return nil, errors.Errorf("%s: dropout of a single number", s.path)
	}
	key, err := s.Key("mask")
	if err != nil {
		return nil, err
	}
	if x.Dtype() != tensor.Float32 && x.Dtype() != tensor.Float64 {
		return nil, errors.Errorf("%s: dropout of %v; convert the data", s.path, x.Dtype())
	}
	if l.Rate == 0 || s.mode == Eval {
		return x, nil
	}
	y, err := op.Dropout(x, s.Step(), l.Rate, key)
	return y, errors.Wrap(err, s.path)
}
