package layers

import (
	"github.com/pkg/errors"
	G "gorgonia.org/gorgonia"

	"github.com/gorgonia-zoo/zoo/internal/op"
)

// MaxPool2D keeps the largest element of each window of Size×Size pixels (Zhou
// and Chellappa, 1988):
//
//	y[n,i,j,c] = max over r, s of x[n, i·Stride+r-Pad, j·Stride+s-Pad, c]
//
//	x  (N, H, W, C)
//	y  (N, ⌊(H+2·Pad-Size)/Stride⌋+1, ⌊(W+2·Pad-Size)/Stride⌋+1, C)
//
// r and s go from 0 to Size-1; what lies outside of the image is never the
// largest, and NaN in the image always is. The gradient goes to the first of
// equals in row order, as in PyTorch; of several NaN to the first, too (there
// to the last).
type MaxPool2D struct {
	Size   int
	Stride int // 0: Size, so that windows lie side by side
	Pad    int // pixels on all sides, at most half of Size
}

// Forward implements [Layer]. It is an error if x is not images, or smaller than
// a window.
func (l MaxPool2D) Forward(s *Scope, x *G.Node) (*G.Node, error) {
	stride, err := poolStride(s, "max pooling", x, l.Size, l.Stride, l.Pad)
	if err != nil {
		return nil, err
	}
	y, err := op.MaxPool(x, l.Size, stride, l.Pad)
	return y, errors.Wrapf(err, "%smax pooling", s.prefix())
}

// AvgPool2D keeps the mean of each window of Size×Size pixels (LeCun et al., 1989):
//
//	y[n,i,j,c] = 1/Size² · Σ over r, s of x[n, i·Stride+r-Pad, j·Stride+s-Pad, c]
//
//	x  (N, H, W, C)
//	y  (N, ⌊(H+2·Pad-Size)/Stride⌋+1, ⌊(W+2·Pad-Size)/Stride⌋+1, C)
//
// r and s go from 0 to Size-1; what lies outside of the image is 0 and counts,
// as by default in PyTorch.
type AvgPool2D struct {
	Size   int
	Stride int // 0: Size, so that windows lie side by side
	Pad    int // pixels on all sides, at most half of Size
}

// Forward implements [Layer]. It is an error if x is not images, or smaller than
// a window.
func (l AvgPool2D) Forward(s *Scope, x *G.Node) (*G.Node, error) {
	stride, err := poolStride(s, "average pooling", x, l.Size, l.Stride, l.Pad)
	if err != nil {
		return nil, err
	}
	y, err := op.AvgPool(x, l.Size, stride, l.Pad)
	return y, errors.Wrapf(err, "%saverage pooling", s.prefix())
}

// GlobalAvgPool keeps the mean of each channel over the whole image (Lin, Chen
// and Yan, 2013), so that images of any size give vectors of one:
//
//	y[n,c] = 1/(H·W) · Σ over i, j of x[n,i,j,c]
//
//	x  (N, H, W, C)
//	y  (N, C)
type GlobalAvgPool struct{}

// Forward implements [Layer]. It is an error if x is not images.
func (GlobalAvgPool) Forward(s *Scope, x *G.Node) (*G.Node, error) {
	if x.Dims() != 4 {
		return nil, errors.Errorf("%sglobal average pooling takes images (N, H, W, C), its input is %v", s.prefix(), x.Shape())
	}
	y, err := op.GlobalAvgPool(x)
	return y, errors.Wrapf(err, "%sglobal average pooling", s.prefix())
}

// poolStride checks the geometry of the layer that is called what, and returns
// its stride.
func poolStride(s *Scope, what string, x *G.Node, size, stride, pad int) (int, error) {
	shape := x.Shape()
	if stride == 0 {
		stride = size
	}
	switch {
	case size < 1:
		return 0, errors.Errorf("%s%s with windows of size %d; at least 1 is needed", s.prefix(), what, size)
	case stride < 1:
		return 0, errors.Errorf("%s%s with stride %d; at least 1 is needed, or 0 for the window's size", s.prefix(), what, stride)
	case pad < 0:
		return 0, errors.Errorf("%s%s with padding %d; at least 0 is needed", s.prefix(), what, pad)
	case pad > size/2:
		return 0, errors.Errorf("%s%s with padding %d, more than half of its windows of size %d; at most %d is possible", s.prefix(), what, pad, size, size/2)
	case len(shape) != 4:
		return 0, errors.Errorf("%s%s takes images (N, H, W, C), its input is %v", s.prefix(), what, shape)
	case min(shape[1], shape[2])+2*pad < size && pad > 0:
		return 0, errors.Errorf("%s%s: input %v with padding %d is smaller than windows of size %d", s.prefix(), what, shape, pad, size)
	case min(shape[1], shape[2])+2*pad < size:
		return 0, errors.Errorf("%s%s: input %v is smaller than windows of size %d", s.prefix(), what, shape, size)
	}
	return stride, nil
}
