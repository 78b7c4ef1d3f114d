package layers

import (
	"github.com/pkg/errors"
	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/gorgonia-zoo/zoo/internal/op"
)

// Embedding gives each of Size ids, of words say, a vector of its own: y = weight[x].
//
//	x       (N) or (T, N)                 int ids, from 0 to Size-1
//	y       (N, Units) or (T, N, Units)
//	weight  (Size, Units)                 Init, Normal(1) by default, as PyTorch
//
// The gradient has only the rows that a batch uses, and gradient descent without
// momentum, on a weight without penalty and average, touches no other. Whatever
// else a trainer does, momentum, Adam, penalties, averages, changes every row in
// every step, as it does for other layers: the result is always that of a gradient
// with zeros in the other rows, never an approximation.
//
// An id out of range is an error when the graph runs. The weight can have no other
// use in the graph.
//
// Bengio, Ducharme, Vincent, Jauvin, "A neural probabilistic language model",
// JMLR 2003.
type Embedding struct {
	Name  string
	Size  int // number of ids
	Units int
	Init  Init
}

// Forward implements [Layer].
func (l Embedding) Forward(s *Scope, x *G.Node) (*G.Node, error) {
	s = s.Sub(l.Name)
	if l.Size < 1 || l.Units < 1 {
		return nil, errors.Errorf("%sembedding of %d ids in %d units; at least 1 of each is needed", s.prefix(), l.Size, l.Units)
	}
	if d := x.Dims(); x.Dtype() != tensor.Int || d < 1 || d > 2 {
		return nil, errors.Errorf("%sembedding takes int ids (N) or (T, N), its input is %v %v", s.prefix(), x.Dtype(), x.Shape())
	}
	w, err := s.Param("weight", or(l.Init, Normal(1)), l.Size, l.Units)
	if err != nil {
		return nil, err
	}
	y, err := op.Embedding(x, w, s.path)
	return y, errors.Wrap(err, s.path)
}
