package op

import (
	"github.com/chewxy/hm"
	"github.com/pkg/errors"
	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
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
