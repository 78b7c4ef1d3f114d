package op

import (
	"github.com/chewxy/hm"
	"github.com/pkg/errors"
	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// Operations with several results put them into one array, one after the other.

// part is the elements of a packed array from offset on, in a shape of their own.
type part struct {
	offset int
	to     tensor.Shape
}

// partOf returns the elements of packed from offset on, in the given shape.
func partOf(packed *G.Node, offset int, shape ...int) (*G.Node, error) {
	return apply(part{offset, shape}, packed)
}

func (part) String() string { return "part" }

func (p part) types() []hm.Type { return []hm.Type{array(1), array(p.to.Dims())} }

func (p part) shape(in []tensor.Shape) (tensor.Shape, error) {
	if p.offset < 0 || p.offset+p.to.TotalSize() > in[0][0] {
		return nil, errors.Errorf("%v from %d on does not fit %v", p.to, p.offset, in[0])
	}
	return p.to.Clone(), nil
}

func (p part) do(out G.Value, in []G.Value) error {
	n := p.to.TotalSize()
	if out.Dtype() == tensor.Float64 {
		copy(data[float64](out), data[float64](in[0])[p.offset:p.offset+n])
	} else {
		copy(data[float32](out), data[float32](in[0])[p.offset:p.offset+n])
	}
	return nil
}

func (part) wrt() []bool { return []bool{true} }

// The gradient of a packed array has its own node for each part: what packed it
// finds with gradOfPart what it needs, and nothing is ever unpacked.
func (p part) grad(in G.Nodes, _, dy *G.Node) (G.Nodes, error) {
	d, err := apply(unpart{p, in[0].Shape()[0]}, dy)
	return G.Nodes{d}, err
}

// unpart is the gradient of a packed array of which one part was used: zeros, but
// for that part.
type unpart struct {
	part
	size int
}

func (unpart) String() string { return "unpart" }

func (p unpart) types() []hm.Type { return []hm.Type{array(p.to.Dims()), array(1)} }

func (p unpart) shape([]tensor.Shape) (tensor.Shape, error) { return tensor.Shape{p.size}, nil }

func (p unpart) do(out G.Value, in []G.Value) error {
	if out.Dtype() == tensor.Float64 {
		y := data[float64](out)
		clear(y)
		copy(y[p.offset:], data[float64](in[0]))
	} else {
		y := data[float32](out)
		clear(y)
		copy(y[p.offset:], data[float32](in[0]))
	}
	return nil
}

// gradOfPart returns the gradient of the part p of a packed array whose gradient
// is d.
func gradOfPart(p part, d *G.Node) (*G.Node, error) {
	if u, ok := of[unpart](d); ok && u.offset == p.offset {
		return operands(d)[0], nil
	}
	return apply(p, d)
}
