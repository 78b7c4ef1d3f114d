package data

import (
	"github.com/pkg/errors"
	"gorgonia.org/tensor"
)

// rows returns the length of t's first axis.
func rows(t *tensor.Dense) int {
	if t == nil || t.Dims() == 0 {
		return 0
	}
	return t.Shape()[0]
}

// plain reports whether t's elements lie in row-major order without gaps.
// Of no elements the tensor package says that they don't.
func plain(t *tensor.Dense) bool {
	return t.DataSize() == 0 || !t.RequiresIterator() && !t.DataOrder().IsColMajor()
}

// checkTensor says why rows can't be copied out of t.
func checkTensor(name string, t *tensor.Dense) error {
	switch {
	case t == nil:
		return errors.Errorf("the set has no %s; set it", name)
	case t.Dims() == 0:
		return errors.Errorf("%s is a scalar; give it one row an example", name)
	case !plain(t):
		return errors.Errorf("%s is not in row-major order; materialize it first", name)
	}
	switch t.Dtype() {
	case tensor.Float32, tensor.Float64, tensor.Int:
		return nil
	}
	return errors.Errorf("%s holds %v; use float32, float64 or int", name, t.Dtype())
}

// view returns rows lo to hi-1 of t, in t's memory. Unlike t.Slice it keeps
// the first axis when one row is left. What checkTensor turns down comes back
// whole, for the sources of the slice to turn down.
func view(t *tensor.Dense, lo, hi int) *tensor.Dense {
	if checkTensor("", t) != nil {
		return t
	}
	n := rows(t)
	lo = min(max(lo, 0), n)
	hi = min(max(hi, lo), n)
	shape := t.Shape().Clone()
	shape[0] = hi - lo
	w := width(t)
	var part any
	switch t.Dtype() {
	case tensor.Float32:
		part = t.Float32s()[lo*w : hi*w : hi*w]
	case tensor.Float64:
		part = t.Float64s()[lo*w : hi*w : hi*w]
	case tensor.Int:
		part = t.Ints()[lo*w : hi*w : hi*w]
	}
	return tensor.New(tensor.WithShape(shape...), tensor.WithBacking(part))
}

// width returns the number of elements in a row of t.
func width(t *tensor.Dense) int {
	w := 1
	for _, d := range t.Shape()[1:] {
		w *= d
	}
	return w
}

// fit returns t where it has n rows of src's kind, else a new tensor that has.
func fit(t, src *tensor.Dense, n int) *tensor.Dense {
	if t != nil && t.Dtype() == src.Dtype() && t.Dims() == src.Dims() && rows(t) == n && plain(t) {
		same := true
		for i, d := range src.Shape()[1:] {
			same = same && t.Shape()[i+1] == d
		}
		if same {
			return t
		}
	}
	shape := src.Shape().Clone()
	shape[0] = n
	return tensor.New(tensor.Of(src.Dtype()), tensor.WithShape(shape...))
}

// copyRange copies the rows of src from lo on into dst, as many as dst has.
func copyRange(dst, src *tensor.Dense, lo int) {
	lo *= width(src)
	switch src.Dtype() {
	case tensor.Float32:
		copy(dst.Float32s(), src.Float32s()[lo:])
	case tensor.Float64:
		copy(dst.Float64s(), src.Float64s()[lo:])
	case tensor.Int:
		copy(dst.Ints(), src.Ints()[lo:])
	}
}

// gather copies row order[i] of src into row i of dst.
func gather(dst, src *tensor.Dense, order []int) {
	switch w := width(src); src.Dtype() {
	case tensor.Float32:
		gatherRows(dst.Float32s(), src.Float32s(), w, order)
	case tensor.Float64:
		gatherRows(dst.Float64s(), src.Float64s(), w, order)
	case tensor.Int:
		gatherRows(dst.Ints(), src.Ints(), w, order)
	}
}

func gatherRows[T any](dst, src []T, w int, order []int) {
	for i, j := range order {
		copy(dst[i*w:(i+1)*w], src[j*w:])
	}
}
