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
	loss := kernel.LinearCrossEntropy(data[T](a.x), data[T](a.w), optional[T](a.b), a.y, a.classes)
	setScalar(out, loss)
	return nil
}

// arguments are the inputs of linearCrossEntropy.
type arguments struct {
	x, w, b G.Value // b may be nil
	y       []int
	classes int
}

func (l linearCrossEntropy) arguments(in []G.Value) (a arguments, err error) {
	a = arguments{x: in[0], w: in[1], classes: in[1].Shape()[0]}
	in = in[2:]
	if l.bias {
		a.b, in = in[0], in[1:]
	}
	a.y = ints(in[0])
	return a, checkLabels(a.y, a.classes)
}

// optional is data of v, or nil if v is.
func optional[T kernel.Float](v G.Value) []T {
	if v == nil {
		return nil
	}
	return data[T](v)
}

func (l linearCrossEntropy) wrt() []bool {
	if l.bias {
		return []bool{true, true, true, false}
	}
	return []bool{true, true, false}
}

func (l linearCrossEntropy) grad(in G.Nodes, loss, dloss *G.Node) (grads G.Nodes, err error) {
	g := newLinearCrossEntropyGrad(l, loss, in[0].Shape(), in[1].Shape())
	packed, err := apply(g, append(slices.Clone(in), dloss)...)
	if err != nil {
		return nil, err
	}
	for _, p := range g.grads {
		d, err := apply(p, packed)
		if err != nil {
			return nil, err
		}
		grads = append(grads, d)
	}
	return append(grads, nil), nil
}

// linearCrossEntropyGrad computes, in one pass over the blocks of rows, the loss
// and its gradients times dloss, its last input, and packs them into one array.
type linearCrossEntropyGrad struct {
	of      linearCrossEntropy
	forward *G.Node // the loss, which then needs no pass of its own
	loss    part
	grads   []part // of x, w and, if there is one, b
	size    int
}

func newLinearCrossEntropyGrad(l linearCrossEntropy, forward *G.Node, x, w tensor.Shape) linearCrossEntropyGrad {
	var p packing
	g := linearCrossEntropyGrad{of: l, forward: forward, loss: p.add(), grads: []part{p.add(x...), p.add(w...)}}
	if l.bias {
		g.grads = append(g.grads, p.add(w[0]))
	}
	g.size = p.size
	return g
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
	packed := data[T](out)
	dx, dw := elements(l.grads[0], packed), elements(l.grads[1], packed)
	var db []T
	if l.of.bias {
		db = elements(l.grads[2], packed)
	}
	loss := kernel.LinearCrossEntropyGrad(dx, dw, db, data[T](a.x), data[T](a.w), optional[T](a.b), a.y, a.classes, scalar(in[last]))
	elements(l.loss, packed)[0] = T(loss)
	return nil
}

// Includes returns the node whose value o computes as well, and an operation that
// takes it from o's output; nil if there is none. An executor that runs o anyway
// needs no pass of its own for that node.
func (o *Operation) Includes() (n *G.Node, take *Operation) {
	if l, ok := o.computation.(linearCrossEntropyGrad); ok {
		return l.forward, &Operation{l.loss, ids.Add(1)}
	}
	return nil, nil
}
