package op

import (
	"fmt"
	"slices"

	"github.com/chewxy/hm"
	"github.com/pkg/errors"
	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/gorgonia-zoo/zoo/internal/kernel"
)

// View reports whether o only gives another shape to elements of its input that
// lie one after the other, and where they begin, so that an executor may let the
// output share the input's memory.
func (o *Operation) View() (first int, ok bool) {
	switch c := o.computation.(type) {
	case reshape:
		return 0, true
	case part:
		return c.first, true
	}
	return 0, false
}

// partOf returns the elements of x that lie in memory from the first on, in the
// given shape.
func partOf(x *G.Node, first int, shape ...int) (*G.Node, error) {
	return apply(part{x.Shape().Clone(), first, shape}, x)
}

// An operation with several results puts out one array, of which they are parts.
type part struct {
	of    tensor.Shape
	first int
	to    tensor.Shape
}

func (part) String() string { return "part" }

func (p part) types() []hm.Type { return []hm.Type{array(p.of.Dims()), array(p.to.Dims())} }

func (p part) shape([]tensor.Shape) (tensor.Shape, error) {
	if p.first < 0 || p.first+p.to.TotalSize() > p.of.TotalSize() {
		return nil, errors.Errorf("%v has no part %v from element %d on", p.of, p.to, p.first)
	}
	return p.to.Clone(), nil
}

func (p part) do(out G.Value, in []G.Value) error {
	if out.Dtype() == tensor.Float64 {
		copy(data[float64](out), data[float64](in[0])[p.first:])
	} else {
		copy(data[float32](out), data[float32](in[0])[p.first:])
	}
	return nil
}

func (part) wrt() []bool { return []bool{true} }

func (p part) grad(_ G.Nodes, _, dy *G.Node) (G.Nodes, error) {
	dx, err := apply(placed(p), dy)
	return G.Nodes{dx}, err
}

// placed is the gradient of an array, given that of a part: zeros around it.
// Where an operation's results are parts of its output, it asks [gradients] for
// theirs instead, and nothing needs this array.
type placed part

func (placed) String() string { return "placed" }

func (p placed) types() []hm.Type { return []hm.Type{array(p.to.Dims()), array(p.of.Dims())} }

func (p placed) shape(in []tensor.Shape) (tensor.Shape, error) {
	if !slices.Equal(in[0], p.to) {
		return nil, errors.Errorf("gradient %v does not fit %v", in[0], p.to)
	}
	return p.of.Clone(), nil
}

func (p placed) do(out G.Value, in []G.Value) error {
	if out.Dtype() == tensor.Float64 {
		placedDo[float64](p, out, in)
	} else {
		placedDo[float32](p, out, in)
	}
	return nil
}

func placedDo[T kernel.Float](p placed, out G.Value, in []G.Value) {
	dx := data[T](out)
	clear(dx)
	copy(dx[p.first:], data[T](in[0]))
}

// A place says which part of an array is meant: where it begins, and with how many
// axes.
type place struct{ first, dims int }

// gradients returns the gradients of the parts that make up dout.
func gradients(dout *G.Node) (map[place]*G.Node, error) {
	parts := map[place]*G.Node{}
	var collect func(n *G.Node) error
	collect = func(n *G.Node) error {
		in := operands(n)
		p, ok := of[placed](n)
		if at := (place{p.first, p.to.Dims()}); ok && parts[at] == nil {
			parts[at] = in[0]
			return nil
		}
		if !IsSum(n) {
			return errors.Errorf("the gradient is a %v, not one of different parts", n.Op())
		}
		for _, m := range in {
			if err := collect(m); err != nil {
				return err
			}
		}
		return nil
	}
	return parts, collect(dout)
}

// IsSum reports whether n is the addition that Gorgonia inserts where a value is
// used twice, so that gradients meet.
func IsSum(n *G.Node) bool {
	return fmt.Sprintf("%T", n.Op()) == "gorgonia.elemBinOp" && n.Op().String() == "+ false"
}
