package op

import (
	"github.com/chewxy/hm"
	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/gorgonia-zoo/zoo/internal/kernel"
)

// NewValue returns zeros of the given shape in a form that operations can
// write to.
func NewValue(t tensor.Dtype, s tensor.Shape) G.Value {
	switch {
	case s.IsScalar() && t == tensor.Float64:
		return G.NewF64(0)
	case s.IsScalar():
		return G.NewF32(0)
	case t == tensor.Float32: // aligned for vector loads
		return tensor.New(tensor.WithShape(s...), tensor.WithBacking(kernel.New[float32](s.TotalSize())))
	}
	return tensor.New(tensor.Of(t), tensor.WithShape(s...))
}

// data returns the elements of v, which holds Ts, in the order of its shape. It
// panics if v holds others, which tensor's own methods would read as if they
// were floats.
func data[T kernel.Float](v G.Value) []T {
	d := Plain(v.(*tensor.Dense))
	switch d.Dtype() {
	case tensor.Float32:
		return any(d.Float32s()).([]T)
	case tensor.Float64:
		return any(d.Float64s()).([]T)
	}
	panic("the input holds " + d.Dtype().String() + ", not floats")
}

// Plain returns d, or a copy if its elements are not in memory in the order of
// its shape: d is a slice of columns, say, or transposed.
func Plain(d *tensor.Dense) *tensor.Dense {
	switch {
	case d.RequiresIterator():
		return d.Materialize().(*tensor.Dense)
	case d.Dims() > 1 && d.DataOrder().IsColMajor():
		panic("the input is in column-major order; make it row-major")
	}
	return d
}

func ints(v G.Value) []int { return Plain(v.(*tensor.Dense)).Ints() }

func setScalar(v G.Value, x float64) {
	switch v := v.(type) {
	case *G.F32:
		*v = G.F32(x)
	case *G.F64:
		*v = G.F64(x)
	}
}

func scalar(v G.Value) float64 {
	switch v := v.(type) {
	case *G.F32:
		return float64(*v)
	case *G.F64:
		return float64(*v)
	}
	panic("not a scalar float")
}

// Types of inputs and outputs. All floats of one operation have the same type.
func number() hm.Type { return hm.TypeVariable('a') }

func array(dims int) hm.Type { return G.TensorType{Dims: dims, Of: hm.TypeVariable('a')} }

func labels() hm.Type { return G.TensorType{Dims: 1, Of: tensor.Int} }
