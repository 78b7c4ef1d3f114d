package op

import (
	"github.com/chewxy/hm"
	"github.com/pkg/errors"
	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/gorgonia-zoo/zoo/internal/kernel"
)

// Embedding returns the rows of w that x names. Errors about a run's ids begin
// with name.
//
//	x  (N) or (T, N)         int ids
//	w  (size, units)
//	y  (N, units) or (T, N, units)
//
// The gradient of w is a [RowSparse], which nothing can add to another: w must have
// no other use in the graph.
func Embedding(x, w *G.Node, name string) (*G.Node, error) {
	return apply(embedding{name, x.Dims()}, w, x)
}

type embedding struct {
	name string
	dims int // of x
}

func (embedding) String() string { return "embedding" }

func (e embedding) types() []hm.Type {
	return []hm.Type{array(2), e.ids(), array(e.dims + 1)}
}

func (e embedding) ids() hm.Type { return G.TensorType{Dims: e.dims, Of: tensor.Int} }

func (embedding) shape(in []tensor.Shape) (tensor.Shape, error) {
	return append(in[1].Clone(), in[0][1]), nil
}

func (e embedding) do(out G.Value, in []G.Value) error {
	w, x := in[0].Shape(), ints(in[1])
	if err := e.check(x, []tensor.Shape{w, in[1].Shape()}); err != nil {
		return err
	}
	if out.Dtype() == tensor.Float64 {
		kernel.Gather(data[float64](out), data[float64](in[0]), x, w[1])
	} else {
		kernel.Gather(data[float32](out), data[float32](in[0]), x, w[1])
	}
	return nil
}

// check compares the ids x with the size of the weight.
func (e embedding) check(x []int, in []tensor.Shape) error {
	for i, id := range x {
		if size := in[0][0]; id < 0 || id >= size {
			return errors.Errorf("%s: id %d at %v is none of the embedding's, 0 to %d", e.name, id, coordinates(i, in[1]), size-1)
		}
	}
	return nil
}

// coordinates returns where element i of an array of shape s is.
func coordinates(i int, s tensor.Shape) tensor.Shape {
	at := make(tensor.Shape, len(s))
	for axis := len(s) - 1; axis >= 0; axis-- {
		at[axis] = i % s[axis]
		i /= s[axis]
	}
	return at
}

func (embedding) wrt() []bool { return []bool{true, false} }

func (e embedding) grad(in G.Nodes, _, dy *G.Node) (G.Nodes, error) {
	w, x := in[0], in[1]
	if w.Graph().To(w.ID()).Len() > 1 {
		return nil, errors.Errorf("%s: something else reads its weight, too; give that a weight of its own, as the gradient of an embedding cannot be added to another", e.name)
	}
	dw, err := apply(embeddingGrad{e, x.Shape().TotalSize(), w.Shape().Clone()}, x, dy)
	return G.Nodes{dw, nil}, err
}

// embeddingGrad is the gradient of an embedding's weight: for each row, the sum of
// the rows of dy whose id it is. Its value is a [RowSparse].
type embeddingGrad struct {
	of embedding
	n  int // ids
	to tensor.Shape
}

func (embeddingGrad) String() string { return "embeddingGrad" }

func (e embeddingGrad) types() []hm.Type {
	return []hm.Type{e.of.ids(), array(e.of.dims + 1), array(2)}
}

func (e embeddingGrad) shape([]tensor.Shape) (tensor.Shape, error) { return e.to.Clone(), nil }

func (e embeddingGrad) value(t tensor.Dtype) G.Value { return newRowSparse(t, e.to, e.n) }

func (embeddingGrad) do(out G.Value, in []G.Value) error {
	dw := out.(*RowSparse)
	dw.groups.Set(ints(in[0]))
	cols := dw.shape[1]
	if dw.f64 != nil {
		kernel.SumGroups(dw.f64, data[float64](in[1]), &dw.groups, cols)
	} else {
		kernel.SumGroups(dw.f32, data[float32](in[1]), &dw.groups, cols)
	}
	return nil
}
