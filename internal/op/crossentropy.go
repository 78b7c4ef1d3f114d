package op

import (
	"slices"

	"github.com/chewxy/hm"
	"github.com/pkg/errors"
	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/gorgonia-zoo/zoo/internal/kernel"
)

// manyClasses is the number of classes from which on a linear operation's output
// is not computed as a whole for a cross-entropy of it.
const manyClasses = 1024

// InBlocks reports whether [CrossEntropy] of the logits x never has them all in
// memory: they come from a linear operation without activation and are of 1024
// classes or more.
func InBlocks(x *G.Node) bool {
	l, ok := of[linear](x)
	return ok && l.act == Identity && x.Shape()[1] >= manyClasses
}

// linearCrossEntropy is the cross-entropy of a linear operation's output, a block
// of rows at a time. Its inputs are x, w, b if there is a bias, and the labels.
type linearCrossEntropy struct{ bias bool }

func (linearCrossEntropy) String() string { return "linear+crossEntropy" }

func (l linearCrossEntropy) types() []hm.Type { return append(l.inputs(), number()) }

func (l linearCrossEntropy) inputs() []hm.Type {
	in := linear{bias: l.bias}.types()
	return append(in[:len(in)-1], labels())
}

func (l linearCrossEntropy) shape(in []tensor.Shape) (tensor.Shape, error) {
	if x, y := in[0], in[len(in)-1]; x[0] != y[0] {
		return nil, errors.Errorf("%d rows of logits, %d labels", x[0], y[0])
	}
	return tensor.ScalarShape(), nil
}

func (l linearCrossEntropy) do(out G.Value, in []G.Value) error {
	if in[0].Dtype() == tensor.Float64 {
		return linearCrossEntropyDo[float64](l, out, in)
	}
	return linearCrossEntropyDo[float32](l, out, in)
}

func linearCrossEntropyDo[T kernel.Float](l linearCrossEntropy, out G.Value, in []G.Value) error {
	a, err := l.arguments(in)
	if err != nil {
		return err
	}
	var b []T
	if l.bias {
		b = data[T](a.b)
	}
	setScalar(out, kernel.LinearCrossEntropy(data[T](a.x), data[T](a.w), b, a.y, a.classes))
	return nil
}

// arguments are the inputs of linearCrossEntropy.
type arguments struct {
	x, w, b G.Value
	y       []int
	classes int
}

func (l linearCrossEntropy) arguments(in []G.Value) (a arguments, err error) {
	a = arguments{x: in[0], w: in[1], y: ints(in[len(in)-1]), classes: in[1].Shape()[0]}
	if l.bias {
		a.b = in[2]
	}
	return a, checkLabels(a.y, a.classes)
}

func (l linearCrossEntropy) wrt() []bool {
	if l.bias {
		return []bool{true, true, true, false}
	}
	return []bool{true, true, false}
}

func (l linearCrossEntropy) grad(in G.Nodes, loss, dloss *G.Node) (grads G.Nodes, err error) {
	g := linearCrossEntropyGrad{of: l, forward: loss, size: lineOf(1)}
	wrt := in[:len(in)-1]
	for _, n := range wrt {
		g.first = append(g.first, g.size)
		g.size += lineOf(n.Shape().TotalSize())
	}
	packed, err := apply(g, append(slices.Clone(in), dloss)...)
	if err != nil {
		return nil, err
	}
	for i, n := range wrt {
		d, err := partOf(packed, g.first[i], n.Shape()...)
		if err != nil {
			return nil, err
		}
		grads = append(grads, d)
	}
	return append(grads, nil), nil
}

// lineOf returns n floats rounded up to whole cache lines.
func lineOf(n int) int { return (n + 15) &^ 15 }

// linearCrossEntropyGrad computes, in one pass over the blocks of rows, the loss
// and its gradients times dloss, its last input, and packs them into one array.
type linearCrossEntropyGrad struct {
	of      linearCrossEntropy
	forward *G.Node // the loss, which lies at the head of the array
	first   []int   // where the gradients of x, w and, if there is one, b begin
	size    int
}

func (linearCrossEntropyGrad) String() string { return "linear+crossEntropyGrad" }

func (l linearCrossEntropyGrad) types() []hm.Type {
	return append(l.of.inputs(), number(), array(1))
}

func (l linearCrossEntropyGrad) shape([]tensor.Shape) (tensor.Shape, error) {
	return tensor.Shape{l.size}, nil
}

func (l linearCrossEntropyGrad) do(out G.Value, in []G.Value) error {
	if out.Dtype() == tensor.Float64 {
		return linearCrossEntropyGradDo[float64](l, out, in)
	}
	return linearCrossEntropyGradDo[float32](l, out, in)
}

func linearCrossEntropyGradDo[T kernel.Float](l linearCrossEntropyGrad, out G.Value, in []G.Value) error {
	last := len(in) - 1
	a, err := l.of.arguments(in[:last])
	if err != nil {
		return err
	}
	packed, x, w := data[T](out), data[T](a.x), data[T](a.w)
	dx, dw := packed[l.first[0]:][:len(x)], packed[l.first[1]:][:len(w)]
	var b, db []T
	if l.of.bias {
		b = data[T](a.b)
		db = packed[l.first[2]:][:len(b)]
	}
	packed[0] = T(kernel.LinearCrossEntropyGrad(dx, dw, db, x, w, b, a.y, a.classes, scalar(in[last])))
	return nil
}

// Includes returns the node whose value o computes as well, and an operation that
// takes it from o's output; nil if there is none. An executor that runs o anyway
// needs no pass of its own for that node.
func (o *Operation) Includes() (n *G.Node, take *Operation) {
	if l, ok := o.computation.(linearCrossEntropyGrad); ok {
		return l.forward, &Operation{head{}, ids.Add(1)}
	}
	return nil, nil
}

// head is the number at the head of an array.
type head struct{}

func (head) String() string { return "head" }

func (head) types() []hm.Type { return []hm.Type{array(1), number()} }

func (head) shape([]tensor.Shape) (tensor.Shape, error) { return tensor.ScalarShape(), nil }

func (head) do(out G.Value, in []G.Value) error {
	if in[0].Dtype() == tensor.Float64 {
		setScalar(out, data[float64](in[0])[0])
	} else {
		setScalar(out, float64(data[float32](in[0])[0]))
	}
	return nil
}
