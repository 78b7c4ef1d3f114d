package layers

import (
	"github.com/pkg/errors"
	G "gorgonia.org/gorgonia"

	"github.com/gorgonia-zoo/zoo/internal/op"
)

// Conv2D is a two-dimensional convolution with a square kernel, as deep learning
// means it: a cross-correlation.
//
//	x       (N, H, W, C)
//	y       (N, H', W', Filters),  H' = ⌊(H + 2·Pad - Dilation·(Kernel-1) - 1)/Stride⌋ + 1
//	weight  (Filters, C/Groups, Kernel, Kernel)  Init, GlorotUniform by default
//	bias    (Filters)                            BiasInit, Zeros by default
//
// With Same, H' is ⌈H/Stride⌉: the zeros that this takes go around the image, the
// odd one at the bottom and right, as in TensorFlow.
type Conv2D struct {
	Name     string
	Filters  int
	Kernel   int
	Stride   int  // 0: 1
	Pad      int  // zeros on every side
	Same     bool // as many zeros as it takes, instead of Pad
	Dilation int  // distance between the pixels that a filter sees; 0: 1
	Groups   int  // of channels and filters that have nothing to do with each other; 0: 1
	Init     Init
	BiasInit Init
	NoBias   bool

	// Direct keeps a convolution of stride 1 with a kernel of 3 or 5 and many
	// channels from Winograd's algorithm, which needs a third of the arithmetic and
	// errs by up to 1e-5 of the largest element.
	Direct bool
}

// Forward implements [Layer].
func (l Conv2D) Forward(s *Scope, x *G.Node) (*G.Node, error) {
	s = s.Sub(l.Name)
	l.Stride, l.Dilation, l.Groups = orOne(l.Stride), orOne(l.Dilation), orOne(l.Groups)
	g, err := l.geometry(x)
	if err != nil {
		return nil, errors.WithMessage(err, s.prefix()+"conv2d")
	}
	if err := l.fits(s, x.Shape()[3]); err != nil {
		return nil, err
	}
	w, err := s.Param("weight", or(l.Init, GlorotUniform), l.Filters, x.Shape()[3]/l.Groups, l.Kernel, l.Kernel)
	if err != nil {
		return nil, err
	}
	if x.Dtype() != w.Dtype() {
		return nil, errors.Errorf("%s: the input holds %v, the parameters %v; convert the data", s.path, x.Dtype(), w.Dtype())
	}
	var b *G.Node
	if !l.NoBias {
		if b, err = s.Param("bias", or(l.BiasInit, Zeros), l.Filters); err != nil {
			return nil, err
		}
	}
	y, err := op.Conv2D(x, w, b, g)
	return y, errors.Wrap(err, s.path)
}

// geometry checks l for the input x.
func (l Conv2D) geometry(x *G.Node) (g op.Geometry, err error) {
	if x.Dims() != 4 {
		return g, errors.Errorf("takes images (N, H, W, C), its input is %v", x.Shape())
	}
	h, w, c := x.Shape()[1], x.Shape()[2], x.Shape()[3]
	switch {
	case l.Filters < 1 || l.Kernel < 1:
		return g, errors.Errorf("has %d filters of size %d; at least 1 of 1 is needed", l.Filters, l.Kernel)
	case l.Stride < 1 || l.Dilation < 1 || l.Groups < 1 || l.Pad < 0:
		return g, errors.Errorf("has stride %d, dilation %d, groups %d, pad %d; none may be negative", l.Stride, l.Dilation, l.Groups, l.Pad)
	case l.Same && l.Pad != 0:
		return g, errors.Errorf("has Same and Pad %d; leave one out", l.Pad)
	case c%l.Groups != 0 || l.Filters%l.Groups != 0:
		return g, errors.Errorf("has %d groups, which do not divide %d channels and %d filters", l.Groups, c, l.Filters)
	}
	g = op.Geometry{Stride: l.Stride, Dilation: l.Dilation, Groups: l.Groups, Top: l.Pad, Left: l.Pad, Bottom: l.Pad, Right: l.Pad, Direct: l.Direct}
	if l.Same {
		g.Top, g.Bottom = l.same(h)
		g.Left, g.Right = l.same(w)
	}
	if size := l.Dilation*(l.Kernel-1) + 1; h+g.Top+g.Bottom < size || w+g.Left+g.Right < size {
		return g, errors.Errorf("input %v with pad %d is smaller than kernel %d; use a smaller kernel or pad more", x.Shape(), l.Pad, size)
	}
	return g, nil
}

// fits compares the number of channels with what a weight that was
// loaded or made for an earlier graph takes.
func (l Conv2D) fits(s *Scope, channels int) error {
	name := s.prefixDot() + "weight"
	w := s.params.Get(name)
	if w == nil || s.declared[name] || w.Value.Dims() != 4 || w.Value.Shape()[1]*l.Groups == channels {
		return nil
	}
	return errors.Errorf("%s: the input has %d channels, the weight %v takes %d%s", s.path, channels, w.Value.Shape(), w.Value.Shape()[1]*l.Groups, s.params.loaded(w))
}

// same returns the zeros before and after n pixels.
func (l Conv2D) same(n int) (before, after int) {
	out := (n + l.Stride - 1) / l.Stride
	total := max(0, (out-1)*l.Stride+l.Dilation*(l.Kernel-1)+1-n)
	return total / 2, total - total/2
}

func orOne(n int) int {
	if n == 0 {
		return 1
	}
	return n
}
