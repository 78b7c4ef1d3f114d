package layers

import (
	"github.com/pkg/errors"
	G "gorgonia.org/gorgonia"

	"github.com/gorgonia-zoo/zoo/internal/op"
)

// Flatten makes each example a vector. Features come in PyTorch's order,
// channel first, so that dense weights mean the same there.
//
//	x  (N, H, W, C), or (N, ...) without channels
//	y  (N, C·H·W)
type Flatten struct{}

// Forward implements [Layer].
func (Flatten) Forward(s *Scope, x *G.Node) (*G.Node, error) {
	shape := x.Shape()
	if len(shape) == 0 {
		return nil, errors.Errorf("%sflatten: the input is a single number", s.prefix())
	}
	if len(shape) == 4 && shape[3] > 1 && shape[1]*shape[2] > 1 {
		var err error
		if x, err = op.ChannelsFirst(x); err != nil {
			return nil, errors.Wrapf(err, "%sflatten", s.prefix())
		}
	}
	features := 1
	for _, d := range shape[1:] {
		features *= d
	}
	y, err := op.Reshape(x, shape[0], features)
	return y, errors.Wrapf(err, "%sflatten", s.prefix())
}
