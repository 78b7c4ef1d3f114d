package op

import (
	"github.com/chewxy/hm"
	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// ScaleGradient returns the number x, whose gradient it multiplies by factor on
// the way back.
func ScaleGradient(x *G.Node, factor float64) (*G.Node, error) {
	return apply(scale{forward: 1, backward: factor}, x)
}

// scale multiplies a single number, and its gradient by another factor.
type scale struct{ forward, backward float64 }

func (scale) String() string { return "scale" }

func (scale) types() []hm.Type { return []hm.Type{number(), number()} }

func (scale) shape([]tensor.Shape) (tensor.Shape, error) { return tensor.ScalarShape(), nil }

func (s scale) do(out G.Value, in []G.Value) error {
	setScalar(out, s.forward*scalar(in[0]))
	return nil
}

func (scale) wrt() []bool { return []bool{true} }

func (s scale) grad(_ G.Nodes, _, dy *G.Node) (G.Nodes, error) {
	dx, err := apply(scale{s.backward, s.backward}, dy)
	return G.Nodes{dx}, err
}
