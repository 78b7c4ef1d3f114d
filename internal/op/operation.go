package op

import (
	"fmt"
	"hash"
	"hash/fnv"
	"sync/atomic"

	"github.com/chewxy/hm"
	"github.com/pkg/errors"
	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// A computation is what tells one operation from another.
type computation interface {
	String() string
	// types returns the types of the inputs, then of the output. They must be
	// fresh: Gorgonia takes them apart.
	types() []hm.Type
	// shape returns the output's shape.
	shape(in []tensor.Shape) (tensor.Shape, error)
	// do fills out, which holds old data.
	do(out G.Value, in []G.Value) error
}

// A differentiable computation has a gradient with respect to some inputs.
type differentiable interface {
	computation
	// wrt says for which inputs grad returns a node; the others get nil.
	wrt() []bool
	// grad returns the gradients of the inputs in, given that of the output.
	grad(in G.Nodes, out, dout *G.Node) (G.Nodes, error)
}

// An Operation is a computation in the form that Gorgonia asks for.
type Operation struct {
	computation
	id uint64 // makes hashes differ: Gorgonia merges nodes by hash alone
}

var ids atomic.Uint64

// apply adds a node that does c to the graph of its inputs.
func apply(c computation, in ...*G.Node) (*G.Node, error) {
	y, err := G.ApplyOp(&Operation{c, ids.Add(1)}, in...)
	return y, errors.Wrap(err, c.String())
}

// Arity implements [G.Op].
func (o *Operation) Arity() int { return len(o.types()) - 1 }

// Type implements [G.Op].
func (o *Operation) Type() hm.Type { return hm.NewFnType(o.types()...) }

// InferShape implements [G.Op].
func (o *Operation) InferShape(in ...G.DimSizer) (tensor.Shape, error) {
	shapes := make([]tensor.Shape, len(in))
	for i, d := range in {
		s, ok := d.(tensor.Shape)
		if !ok {
			return nil, errors.Errorf("%v: input %d has no shape", o.computation, i)
		}
		shapes[i] = s
	}
	return o.shape(shapes)
}

// Do implements [G.Op] for Gorgonia's own executors.
func (o *Operation) Do(in ...G.Value) (G.Value, error) {
	shapes := make([]tensor.Shape, len(in))
	dtype := tensor.Float32
	for i, v := range in {
		shapes[i] = v.Shape()
		if v.Dtype() == tensor.Float64 {
			dtype = tensor.Float64
		}
	}
	s, err := o.shape(shapes)
	if err != nil {
		return nil, err
	}
	return o.UsePreallocDo(o.NewValue(dtype, s), in...)
}

// NewValue returns a value for o's output, of shape s.
func (o *Operation) NewValue(t tensor.Dtype, s tensor.Shape) G.Value {
	if v := o.OwnValue(t); v != nil {
		return v
	}
	return NewValue(t, s)
}

// OwnValue returns a value for o's output if it is of a kind of its own, which no
// memory of floats can be; nil if not.
func (o *Operation) OwnValue(t tensor.Dtype) G.Value {
	if c, ok := o.computation.(interface{ value(tensor.Dtype) G.Value }); ok {
		return c.value(t)
	}
	return nil
}

// UsePreallocDo implements [G.UsePreallocDoer].
func (o *Operation) UsePreallocDo(out G.Value, in ...G.Value) (G.Value, error) {
	if err := o.do(out, in); err != nil {
		return nil, err
	}
	return out, nil
}

// DiffWRT implements [G.SDOp].
func (o *Operation) DiffWRT(n int) []bool {
	if d, ok := o.computation.(differentiable); ok {
		return d.wrt()
	}
	return make([]bool, n)
}

// SymDiff implements [G.SDOp].
func (o *Operation) SymDiff(in G.Nodes, out, dout *G.Node) (G.Nodes, error) {
	d, ok := o.computation.(differentiable)
	if !ok {
		return nil, errors.Errorf("%v has no gradient", o.computation)
	}
	return d.grad(in, out, dout)
}

// ReturnsPtr implements [G.Op].
func (*Operation) ReturnsPtr() bool { return true }

// CallsExtern implements [G.Op].
func (*Operation) CallsExtern() bool { return false }

// OverwritesInput implements [G.Op].
func (*Operation) OverwritesInput() int { return -1 }

// WriteHash implements [G.Op].
func (o *Operation) WriteHash(h hash.Hash) { fmt.Fprintf(h, "%v#%d", o.computation, o.id) }

// Hashcode implements [G.Op].
func (o *Operation) Hashcode() uint32 {
	h := fnv.New32a()
	o.WriteHash(h)
	return h.Sum32()
}

var (
	_ G.SDOp            = (*Operation)(nil)
	_ G.UsePreallocDoer = (*Operation)(nil)
)

// of returns the computation of the operation that makes n, if it is a C.
func of[C computation](n *G.Node) (c C, ok bool) {
	if o, is := n.Op().(*Operation); is {
		c, ok = o.computation.(C)
	}
	return c, ok
}
