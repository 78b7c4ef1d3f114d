package op

import (
	"slices"

	"github.com/chewxy/hm"
	"github.com/pkg/errors"
	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/gorgonia-zoo/zoo/internal/kernel"
)

// Reshape returns x with another shape and the same elements in the same order.
func Reshape(x *G.Node, to ...int) (*G.Node, error) {
	if slices.Equal(x.Shape(), to) { // unlike Shape.Eq, which takes (n) for (n, 1)
		return x, nil
	}
	return apply(reshape{x.Shape().Clone(), to}, x)
}

type reshape struct{ from, to tensor.Shape }

func (reshape) String() string { return "reshape" }

func (r reshape) types() []hm.Type { return []hm.Type{array(r.from.Dims()), array(r.to.Dims())} }

func (r reshape) shape([]tensor.Shape) (tensor.Shape, error) {
	if r.from.TotalSize() != r.to.TotalSize() {
		return nil, errors.Errorf("%v does not fit %v", r.from, r.to)
	}
	return r.to.Clone(), nil
}

func (reshape) do(out G.Value, in []G.Value) error {
	if out.Dtype() == tensor.Float64 {
		copy(data[float64](out), data[float64](in[0]))
	} else {
		copy(data[float32](out), data[float32](in[0]))
	}
	return nil
}

func (reshape) wrt() []bool { return []bool{true} }

func (r reshape) grad(_ G.Nodes, _, dy *G.Node) (G.Nodes, error) {
	dx, err := apply(reshape{r.to, r.from}, dy)
	return G.Nodes{dx}, err
}

// Add returns a + b, element by element.
func Add(a, b *G.Node) (*G.Node, error) { return apply(add{a.Dims()}, a, b) }

type add struct{ dims int }

func (add) String() string { return "add" }

func (a add) types() []hm.Type { return []hm.Type{array(a.dims), array(a.dims), array(a.dims)} }

func (add) shape(in []tensor.Shape) (tensor.Shape, error) {
	if !slices.Equal(in[0], in[1]) {
		return nil, errors.Errorf("%v does not fit %v", in[0], in[1])
	}
	return in[0].Clone(), nil
}

func (add) do(out G.Value, in []G.Value) error {
	if out.Dtype() == tensor.Float64 {
		sum(data[float64](out), data[float64](in[0]), data[float64](in[1]))
	} else {
		sum(data[float32](out), data[float32](in[0]), data[float32](in[1]))
	}
	return nil
}

func sum[T float32 | float64](y, a, b []T) {
	for i, v := range a {
		y[i] = v + b[i]
	}
}

func (add) wrt() []bool { return []bool{true, true} }

func (add) grad(_ G.Nodes, _, dy *G.Node) (G.Nodes, error) { return G.Nodes{dy, dy}, nil }

// Sum returns an operation that adds two arrays, for an executor to use in
// place of Gorgonia's own.
func Sum(dims int) *Operation { return &Operation{add{dims}, ids.Add(1)} }

// ChannelsFirst returns x (N, H, W, C) as (N, C, H, W).
func ChannelsFirst(x *G.Node) (*G.Node, error) { return apply(channels{first: true}, x) }

// channels moves the channels of an image from last to first, or back.
type channels struct{ first bool }

func (c channels) String() string {
	if c.first {
		return "channelsFirst"
	}
	return "channelsLast"
}

func (channels) types() []hm.Type { return []hm.Type{array(4), array(4)} }

func (c channels) shape(in []tensor.Shape) (tensor.Shape, error) {
	s := in[0]
	if c.first {
		return tensor.Shape{s[0], s[3], s[1], s[2]}, nil
	}
	return tensor.Shape{s[0], s[2], s[3], s[1]}, nil
}

func (c channels) do(out G.Value, in []G.Value) error {
	s := in[0].Shape()
	n, rows, cols := s[0], s[1]*s[2], s[3] // of the matrix to transpose in each image
	if !c.first {
		rows, cols = s[1], s[2]*s[3]
	}
	if out.Dtype() == tensor.Float64 {
		kernel.Transpose(data[float64](out), data[float64](in[0]), n, rows, cols)
	} else {
		kernel.Transpose(data[float32](out), data[float32](in[0]), n, rows, cols)
	}
	return nil
}

func (channels) wrt() []bool { return []bool{true} }

func (c channels) grad(_ G.Nodes, _, dy *G.Node) (G.Nodes, error) {
	dx, err := apply(channels{!c.first}, dy)
	return G.Nodes{dx}, err
}
