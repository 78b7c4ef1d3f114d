package mnist

import (
	"image"
	"image/color"
	"math"

	"github.com/pkg/errors"
	"golang.org/x/image/draw"
	"gorgonia.org/tensor"
)

const (
	boxSide   = 20  // longer side of a digit in MNIST, in pixels
	minStroke = 1.5 // width of thin strokes, in the same: those of 98 digits of 100 are wider
	middle    = 14  // row and column of its ink's centre of mass, counted from 0
)

// FromImage returns the digit in an image, of any size, in the form of MNIST's,
// (1, 28, 28, 1), for a classifier that was trained on these. It does what the makers of
// MNIST did to scanned forms (LeCun and others, 1998): the digit is cropped and, with its
// proportions kept, scaled to fit a square of 20 pixels, with grey edges; this lies in
// the 28 by 28 pixels so that the ink's centre of mass is at row 14, column 14, from 0.
//
// To get from a photograph to ink, transparent pixels are white; the paper is what is
// near the image's borders, however lit; ink is what stands out from it, dark or light;
// specks that are small beside the digit are wiped off; and strokes thinner than those of
// nearly all digits in MNIST get the weight of its thin ones.
//
// The image must show one digit, upright, and little else. It is an error if nothing
// stands out, or if the image has no pixels or more than 50 million.
func FromImage(img image.Image) (*tensor.Dense, error) {
	if img == nil {
		return nil, errors.New("image is nil; give one with a digit on it")
	}
	b := img.Bounds()
	if err := checkSize(b.Dx(), b.Dy(), maxPixels); err != nil {
		return nil, err
	}
	p, err := ink(grey(img))
	if err != nil {
		return nil, err
	}
	digit := clean(p)
	small := shrink(p, digit)
	out := newPlane(side, side)
	left, top := offset(small)
	for y := range small.h {
		copy(out.v[(top+y)*side+left:], small.v[y*small.w:(y+1)*small.w])
	}
	return tensor.New(tensor.WithShape(1, side, side, 1), tensor.WithBacking(out.v)), nil
}

// shrink scales what p has in the rectangle to a longer side of 20 pixels.
func shrink(p plane, digit image.Rectangle) plane {
	src := image.NewGray16(digit)
	for y := digit.Min.Y; y < digit.Max.Y; y++ {
		for x := digit.Min.X; x < digit.Max.X; x++ {
			src.SetGray16(x, y, color.Gray16{Y: uint16(*p.at(x, y)*0xffff + 0.5)})
		}
	}
	scale := boxSide / float64(max(digit.Dx(), digit.Dy()))
	pixels := func(n int) int { return max(1, int(math.Round(scale*float64(n)))) }
	dst := image.NewGray16(image.Rect(0, 0, pixels(digit.Dx()), pixels(digit.Dy())))
	draw.CatmullRom.Scale(dst, dst.Rect, src, digit, draw.Src, nil)

	gain := float32(max(1, minStroke/(scale*width(p))))
	small := newPlane(dst.Rect.Dx(), dst.Rect.Dy())
	for y := range small.h {
		for x := range small.w {
			*small.at(x, y) = min(1, gain*float32(dst.Gray16At(x, y).Y)/0xffff)
		}
	}
	return small
}

// offset returns where in 28 by 28 pixels p goes for its centre of mass to be in the
// middle, or as near as there is room.
func offset(p plane) (left, top int) {
	var mass, mx, my float64
	for y := range p.h {
		for x := range p.w {
			v := float64(*p.at(x, y))
			mass += v
			mx += v * float64(x)
			my += v * float64(y)
		}
	}
	place := func(moment float64, size int) int {
		return min(max(0, int(math.Round(middle-moment/mass))), side-size)
	}
	return place(mx, p.w), place(my, p.h)
}
