package layers

import (
	"slices"

	"github.com/pkg/errors"
	G "gorgonia.org/gorgonia"

	"github.com/gorgonia-zoo/zoo/internal/op"
)

// Sequential applies its layers one after the other.
type Sequential []Layer

// Forward implements [Layer].
func (l Sequential) Forward(s *Scope, x *G.Node) (_ *G.Node, err error) {
	for _, m := range l {
		if x, err = s.apply(m, x); err != nil {
			return nil, err
		}
	}
	return x, nil
}

// Sum applies its layers side by side and adds the results: a residual
// connection, or a wide and deep network. An empty Sequential is the identity.
type Sum []Layer

// Forward implements [Layer].
func (l Sum) Forward(s *Scope, x *G.Node) (*G.Node, error) {
	var sum *G.Node
	for i, m := range l {
		y, err := s.apply(m, x)
		switch {
		case err != nil:
			return nil, err
		case i == 0:
			sum = y
		case !slices.Equal(sum.Shape(), y.Shape()):
			return nil, errors.Errorf("%ssum: term %d has shape %v, those before it %v", s.prefix(), i+1, y.Shape(), sum.Shape())
		default:
			if sum, err = op.Add(sum, y); err != nil {
				return nil, errors.Wrapf(err, "%ssum", s.prefix())
			}
		}
	}
	if sum == nil {
		return nil, errors.Errorf("%ssum: no layers to add", s.prefix())
	}
	return sum, nil
}

// A Block puts the names of a layer below Name: the weight of a Dense fc1 in a
// Block tower is tower.fc1.weight.
type Block struct {
	Name string
	Layer
}

// Forward implements [Layer].
func (l Block) Forward(s *Scope, x *G.Node) (*G.Node, error) {
	if l.Layer == nil {
		return nil, errors.Errorf("%sthe block has no layer", s.Sub(l.Name).prefix())
	}
	return s.Sub(l.Name).apply(l.Layer, x)
}
