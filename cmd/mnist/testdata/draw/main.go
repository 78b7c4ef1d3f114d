// Command draw draws the images that mnist predict is tested on: ten digits in five
// styles, as people write them with different pens. Equal programs draw equal images.
//
//	go run ./cmd/mnist/testdata/draw cmd/mnist/testdata/drawn
//
// The drawings were made first and are not chosen for what the classifier makes of them.
package main

import (
	"fmt"
	"image"
	"image/color"
	"image/color/palette"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"log"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
)

// A style is a pen, a hand, paper, and a file format. Lengths are in pixels, but for
// those in units of the digit's height.
type style struct {
	name, format  string
	width, height int // of the image
	hand          int
	size, x, y    float64 // height of the digit, and its middle
	pen           float64
	aspect        float64 // width over height
	slant, wobble float64 // units of height
	paper, ink    color.NRGBA
	noise         float64 // deviation, in shares of the full range
	shade         float64 // how much darker the corners are, a share
}

var styles = []style{
	{
		name: "ballpoint", format: "png", width: 240, height: 300, hand: 0, size: 190, x: 130, y: 140, pen: 5, aspect: 0.65, slant: 0.15, wobble: 0.015,
		paper: color.NRGBA{250, 250, 246, 255}, ink: color.NRGBA{25, 35, 110, 255},
	},
	{
		name: "marker", format: "jpg", width: 1000, height: 800, hand: 1, size: 520, x: 620, y: 430, pen: 56, aspect: 0.7, slant: 0, wobble: 0.02,
		paper: color.NRGBA{225, 222, 212, 255}, ink: color.NRGBA{30, 30, 34, 255}, noise: 0.012, shade: 0.3,
	},
	{
		name: "chalk", format: "gif", width: 160, height: 120, hand: 1, size: 84, x: 60, y: 58, pen: 6, aspect: 0.75, slant: 0.1, wobble: 0.02,
		paper: color.NRGBA{40, 62, 50, 255}, ink: color.NRGBA{225, 228, 220, 255}, noise: 0.03,
	},
	{
		name: "tiny", format: "png", width: 22, height: 24, hand: 0, size: 17, x: 11.5, y: 12, pen: 1.8, aspect: 0.7, slant: 0, wobble: 0,
		paper: color.NRGBA{0, 0, 0, 255}, ink: color.NRGBA{255, 255, 255, 255}, noise: 0.02,
	},
	{
		name: "pencil", format: "jpg", width: 320, height: 420, hand: 0, size: 150, x: 110, y: 290, pen: 7, aspect: 0.6, slant: 0.35, wobble: 0.025,
		paper: color.NRGBA{205, 200, 190, 255}, ink: color.NRGBA{105, 103, 105, 255}, noise: 0.025, shade: 0.15,
	},
}

func main() {
	if len(os.Args) != 2 {
		log.Fatal("usage: draw FOLDER")
	}
	if err := all(os.Args[1]); err != nil {
		log.Fatal(err)
	}
}

func all(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	for i, s := range styles {
		for digit := range 10 {
			r := rand.New(rand.NewPCG(uint64(i), uint64(digit)))
			if err := save(filepath.Join(dir, fmt.Sprintf("%s-%d.%s", s.name, digit, s.format)), s, draw(s, digit, r)); err != nil {
				return err
			}
		}
	}
	return nil
}

func draw(s style, digit int, r *rand.Rand) image.Image {
	paths := write(hands[s.hand][digit], s, r)
	img := image.NewNRGBA(image.Rect(0, 0, s.width, s.height))
	for y := range s.height {
		for x := range s.width {
			cover := ink(paths, s.pen, float64(x)+0.5, float64(y)+0.5)
			dx, dy := 2*float64(x)/float64(s.width)-1, 2*float64(y)/float64(s.height)-1
			light := 1 - s.shade*(dx*dx+dy*dy)/2
			grain := 255 * s.noise * r.NormFloat64()
			mix := func(paper, ink uint8) uint8 {
				v := light*(float64(paper)+cover*(float64(ink)-float64(paper))) + grain
				return uint8(math.Round(min(255, max(0, v))))
			}
			img.SetNRGBA(x, y, color.NRGBA{mix(s.paper.R, s.ink.R), mix(s.paper.G, s.ink.G), mix(s.paper.B, s.ink.B), 255})
		}
	}
	return img
}

func save(name string, s style, img image.Image) (err error) {
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	defer func() {
		if e := f.Close(); err == nil {
			err = e
		}
	}()
	return encode(f, s.format, img)
}

func encode(w io.Writer, format string, img image.Image) error {
	switch format {
	case "png":
		return png.Encode(w, img)
	case "jpg":
		return jpeg.Encode(w, img, &jpeg.Options{Quality: 40})
	}
	p := image.NewPaletted(img.Bounds(), palette.WebSafe)
	for y := range p.Rect.Dy() {
		for x := range p.Rect.Dx() {
			p.Set(x, y, img.At(x, y))
		}
	}
	return gif.Encode(w, p, nil)
}
