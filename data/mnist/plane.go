package mnist

import (
	"image"

	"golang.org/x/image/draw"
)

// workSide bounds the sides of the planes that a digit is looked for in. A digit
// that is 20 pixels of so many is all that MNIST's form can hold.
const workSide = 1000

// A plane is a grid of numbers, row after row.
type plane struct {
	w, h int
	v    []float32
}

func newPlane(w, h int) plane { return plane{w, h, make([]float32, w*h)} }

func (p plane) at(x, y int) *float32 { return &p.v[y*p.w+x] }

// grey returns the brightness of img on white paper, 0 to 1. Of a large image each
// number is the mean of a block of pixels.
func grey(img image.Image) plane {
	b := img.Bounds()
	flat := image.NewGray(image.Rect(0, 0, b.Dx(), b.Dy()))
	draw.Draw(flat, flat.Rect, image.White, image.Point{}, draw.Src)
	draw.Draw(flat, flat.Rect, img, b.Min, draw.Over)

	k := (max(b.Dx(), b.Dy()) + workSide - 1) / workSide
	p := newPlane((b.Dx()+k-1)/k, (b.Dy()+k-1)/k)
	for y := range p.h {
		for x := range p.w {
			block := image.Rect(k*x, k*y, k*x+k, k*y+k).Intersect(flat.Rect)
			sum := 0
			for i := block.Min.Y; i < block.Max.Y; i++ {
				for _, v := range flat.Pix[i*flat.Stride+block.Min.X : i*flat.Stride+block.Max.X] {
					sum += int(v)
				}
			}
			*p.at(x, y) = float32(sum) / float32(255*block.Dx()*block.Dy())
		}
	}
	return p
}
