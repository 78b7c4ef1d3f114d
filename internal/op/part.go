package op

import (
	"github.com/chewxy/hm"
	"github.com/pkg/errors"
	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/gorgonia-zoo/zoo/internal/kernel"
)

// A part is contiguous elements of an array that packs several results of one
// operation, in a shape of their own.
type part struct {
	offset int
	to     tensor.Shape
}

func (part) String() string { return "part" }

func (p part) types() []hm.Type {
	if p.to.IsScalar() {
		return []hm.Type{array(1), number()}
	}
	return []hm.Type{array(1), array(p.to.Dims())}
}

func (p part) shape(in []tensor.Shape) (tensor.Shape, error) {
	if n := in[0].TotalSize(); p.offset+p.size() > n {
		return nil, errors.Errorf("%v from element %d on is not in an array of %d", p.to, p.offset, n)
	}
	return p.to.Clone(), nil
}

func (p part) size() int {
	if p.to.IsScalar() {
		return 1
	}
	return p.to.TotalSize()
}

func (p part) do(out G.Value, in []G.Value) error {
	if in[0].Dtype() == tensor.Float64 {
		partDo[float64](p, out, in[0])
	} else {
		partDo[float32](p, out, in[0])
	}
	return nil
}

func partDo[T kernel.Float](p part, out, in G.Value) {
	x := elements(p, data[T](in))
	if p.to.IsScalar() {
		setScalar(out, float64(x[0]))
		return
	}
	copy(data[T](out), x)
}

// elements returns p's share of the packed array x.
func elements[T kernel.Float](p part, x []T) []T { return x[p.offset:][:p.size():p.size()] }

// packing lays parts out one after the other, each at the beginning of a cache
// line.
type packing struct{ size int }

// add lays out the next part, of the given shape.
func (p *packing) add(shape ...int) part {
	const line = 16 // float32s
	next := part{p.size, shape}
	p.size += (next.size() + line - 1) &^ (line - 1)
	return next
}
