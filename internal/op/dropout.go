package op

import (
	"github.com/chewxy/hm"
	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/gorgonia-zoo/zoo/internal/kernel"
)

// Dropout returns x with each element either dropped, with probability rate, or
// divided by 1-rate. Which ones depends on the key, the step and an element's
// place alone.
//
//	x     any shape
//	step  (1)        int, from 0
func Dropout(x, step *G.Node, rate float64, key uint64) (*G.Node, error) {
	return apply(dropout{rate, key, x.Dims()}, x, step)
}

// dropout is linear in x, so that it is its own gradient, and what was dropped
// is cheaper to draw again than to keep.
type dropout struct {
	rate float64
	key  uint64
	dims int
}

func (dropout) String() string { return "dropout" }

func (d dropout) types() []hm.Type { return []hm.Type{array(d.dims), labels(), array(d.dims)} }

func (dropout) shape(in []tensor.Shape) (tensor.Shape, error) { return in[0].Clone(), nil }

func (d dropout) do(out G.Value, in []G.Value) error {
	step := ints(in[1])[0]
	if out.Dtype() == tensor.Float64 {
		kernel.Dropout(data[float64](out), data[float64](in[0]), d.rate, step, d.key)
	} else {
		kernel.Dropout(data[float32](out), data[float32](in[0]), d.rate, step, d.key)
	}
	return nil
}

func (dropout) wrt() []bool { return []bool{true, false} }

func (d dropout) grad(in G.Nodes, _, dy *G.Node) (G.Nodes, error) {
	dx, err := apply(d, dy, in[1])
	return G.Nodes{dx, nil}, err
}
