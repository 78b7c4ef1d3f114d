package op

import (
	"fmt"
	"unsafe"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/gorgonia-zoo/zoo/internal/kernel"
)

// A RowSparse is the value of a matrix of which only some rows are not 0: the
// gradient of an embedding. What it holds changes in each run, the memory does not.
type RowSparse struct {
	shape  tensor.Shape
	groups kernel.Groups
	f32    []float32 // the rows one after the other, with room for all there can be
	f64    []float64
}

func newRowSparse(t tensor.Dtype, s tensor.Shape, ids int) *RowSparse {
	v, n := &RowSparse{shape: s}, min(ids, s[0])*s[1]
	if t == tensor.Float64 {
		v.f64 = kernel.New[float64](n)
	} else {
		v.f32 = kernel.New[float32](n)
	}
	return v
}

// Rows returns the numbers of the rows that v holds, in increasing order.
func (v *RowSparse) Rows() []int { return v.groups.Numbers }

// Float32s returns the rows that v holds, one after the other.
func (v *RowSparse) Float32s() []float32 { return v.f32[:len(v.Rows())*v.shape[1]] }

// Float64s is [RowSparse.Float32s] of a float64 graph.
func (v *RowSparse) Float64s() []float64 { return v.f64[:len(v.Rows())*v.shape[1]] }

// Dense returns the whole matrix, in new memory.
func (v *RowSparse) Dense() *tensor.Dense {
	d := NewValue(v.Dtype(), v.shape).(*tensor.Dense)
	if v.f64 != nil {
		Scatter(d.Float64s(), v.Float64s(), v.Rows())
	} else {
		Scatter(d.Float32s(), v.Float32s(), v.Rows())
	}
	return d
}

// Scatter sets row rows[i] of y to row i of x.
func Scatter[T kernel.Float](y, x []T, rows []int) {
	for i, r := range rows {
		cols := len(x) / len(rows)
		copy(y[r*cols:(r+1)*cols], x[i*cols:])
	}
}

// Shape implements [G.Value]: it is that of the whole matrix.
func (v *RowSparse) Shape() tensor.Shape { return v.shape }

// Size implements [G.Value].
func (v *RowSparse) Size() int { return v.shape.TotalSize() }

// Data implements [G.Value]: it returns the elements of the whole matrix, in new
// memory.
func (v *RowSparse) Data() any { return v.Dense().Data() }

// Dtype implements [G.Value].
func (v *RowSparse) Dtype() tensor.Dtype {
	if v.f64 != nil {
		return tensor.Float64
	}
	return tensor.Float32
}

// Uintptr implements [tensor.Memory]: it is where the rows are.
func (v *RowSparse) Uintptr() uintptr {
	if v.f64 != nil {
		return uintptr(unsafe.Pointer(unsafe.SliceData(v.f64)))
	}
	return uintptr(unsafe.Pointer(unsafe.SliceData(v.f32)))
}

// MemSize implements [tensor.Memory].
func (v *RowSparse) MemSize() uintptr { return uintptr(4*len(v.f32) + 8*len(v.f64)) }

// Format implements [fmt.Formatter].
func (v *RowSparse) Format(f fmt.State, _ rune) {
	fmt.Fprintf(f, "%d rows of %v", len(v.Rows()), v.shape)
}

var _ G.Value = (*RowSparse)(nil)
