package op

import (
	"unsafe"

	"github.com/chewxy/hm"
	"github.com/pkg/errors"
	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/gorgonia-zoo/zoo/internal/kernel"
)

// convMaxPool returns the largest of each 2×2 pixels, side by side, of a
// convolution that may have a ReLU. The convolution's own output, four times as
// large, never goes to memory.
func convMaxPool(c conv, in []*G.Node) (*G.Node, error) {
	packed, err := apply(convPool{c}, in...)
	if err != nil {
		return nil, err
	}
	full, err := c.shape(shapes(in))
	if err != nil {
		return nil, err
	}
	return partOf(packed, 0, pooledShape(full)...)
}

func shapes(in []*G.Node) (s []tensor.Shape) {
	for _, n := range in {
		s = append(s, n.Shape())
	}
	return s
}

func pooledShape(full tensor.Shape) tensor.Shape {
	return tensor.Shape{full[0], full[1] / 2, full[2] / 2, full[3]}
}

// convPool packs the pooled output and, an element a word, which corner of its
// window each came from.
type convPool struct{ of conv }

func (c convPool) String() string { return c.of.String() + "+maxPool" }

func (c convPool) types() []hm.Type {
	t := c.of.types()
	t[len(t)-1] = array(1)
	return t
}

func (c convPool) shape(in []tensor.Shape) (tensor.Shape, error) {
	full, err := c.of.shape(in)
	if err != nil {
		return nil, err
	}
	return tensor.Shape{pooledShape(full).TotalSize() + cornerWords(full)}, nil
}

func cornerWords(full tensor.Shape) int {
	return kernel.CornerWords(full[0], full[1], full[2], full[3])
}

func (c convPool) do(out G.Value, in []G.Value) error {
	if out.Dtype() == tensor.Float64 {
		return convPoolDo[float64](c.of, out, in)
	}
	return convPoolDo[float32](c.of, out, in)
}

func convPoolDo[T kernel.Float](c conv, out G.Value, in []G.Value) error {
	g := c.geometry.kernel(in[0].Shape(), in[1].Shape())
	e := kernel.Epilogue[T]{ReLU: c.act == ReLU}
	if c.bias {
		e.Bias = data[T](in[2])
	}
	y, corner := unpackCorners(data[T](out), g.N, g.OutH(), g.OutW(), g.F)
	kernel.ConvPool(&g, y, corner, data[T](in[0]), data[T](in[1]), e)
	return nil
}

// unpackCorners returns the two parts of what convPool puts out for an output of
// n images of h×w pixels and c channels.
func unpackCorners[T kernel.Float](packed []T, n, h, w, c int) (y []T, corner []uint32) {
	size, words := n*(h/2)*(w/2)*c, kernel.CornerWords(n, h, w, c)
	return packed[:size], unsafe.Slice((*uint32)(unsafe.Pointer(&packed[size])), words)
}

func (c convPool) wrt() []bool { return c.of.wrt() }

func (c convPool) grad(in G.Nodes, packed, d *G.Node) (G.Nodes, error) {
	full, err := c.of.shape(shapes(in))
	if err != nil {
		return nil, err
	}
	of, err := gradients(d)
	if err != nil {
		return nil, err
	}
	dy := of[place{0, 4}]
	if c.of.act == ReLU { // what is largest and not positive passes nothing on
		y, err := partOf(packed, 0, pooledShape(full)...)
		if err != nil {
			return nil, err
		}
		if dy, err = ReLU.grad(y, dy); err != nil {
			return nil, err
		}
	}
	return c.of.backward(in, dy, packed)
}

// maxCornerGrad is the gradient before pooling to packed, from that after it.
type maxCornerGrad struct{ full tensor.Shape }

func (maxCornerGrad) String() string { return "maxPoolGrad" }

func (maxCornerGrad) types() []hm.Type { return []hm.Type{array(1), array(4), array(4)} }

func (m maxCornerGrad) shape(in []tensor.Shape) (tensor.Shape, error) {
	if pooled := pooledShape(m.full); pooled.TotalSize()+cornerWords(m.full) != in[0][0] || pooled.TotalSize() != in[1].TotalSize() {
		return nil, errors.Errorf("gradient %v does not fit output %v", in[1], m.full)
	}
	return m.full.Clone(), nil
}

func (m maxCornerGrad) do(out G.Value, in []G.Value) error {
	if out.Dtype() == tensor.Float64 {
		maxCornerGradDo[float64](m.full, out, in)
	} else {
		maxCornerGradDo[float32](m.full, out, in)
	}
	return nil
}

func maxCornerGradDo[T kernel.Float](full tensor.Shape, out G.Value, in []G.Value) {
	n, h, w, c := full[0], full[1], full[2], full[3]
	_, corner := unpackCorners(data[T](in[0]), n, h, w, c)
	kernel.MaxCornerGrad(data[T](out), data[T](in[1]), corner, n, h, w, c)
}
