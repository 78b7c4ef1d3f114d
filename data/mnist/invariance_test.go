package mnist_test

import (
	"image"
	"math"
	"testing"

	"golang.org/x/image/draw"
	"gorgonia.org/tensor"

	"github.com/gorgonia-zoo/zoo/data"
	"github.com/gorgonia-zoo/zoo/data/mnist"
	"github.com/gorgonia-zoo/zoo/models/lenet"
	"github.com/gorgonia-zoo/zoo/models/pretrained"
	"github.com/gorgonia-zoo/zoo/train"
)

// Test digits made ten times as large, turned into dark ink on light paper, and put
// off the middle of a larger sheet are read as well as they were.
func TestInvariance(t *testing.T) {
	t.Setenv("ZOO_DATA", "")
	digits, err := mnist.Load(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	p, err := pretrained.LeNet5()
	if err != nil {
		t.Fatal(err)
	}
	tr := train.Trainer{Model: lenet.LeNet5(), Params: p}
	right := func(s data.Set) int {
		res, err := tr.Evaluate(t.Context(), s.Batches(500))
		if err != nil {
			t.Fatal(err)
		}
		return int(math.Round(res.Accuracy * float64(res.Examples)))
	}
	const n = 300
	originals := digits.Test.Slice(0, n)
	var pixels []float32
	for i := range n {
		x, err := mnist.FromImage(sheet(originals.Slice(i, i+1).X.Float32s()))
		if err != nil {
			t.Fatalf("image %d: %v", i, err)
		}
		pixels = append(pixels, x.Float32s()...)
	}
	before := right(originals)
	after := right(data.Set{X: tensor.New(tensor.WithShape(n, 28, 28, 1), tensor.WithBacking(pixels)), Y: originals.Y})
	t.Logf("%d of %d right before, %d after", before, n, after)
	// Of all 10,000, 9,948 are right before and 9,942 after.
	const lost = 2
	if before < n*98/100 || after < before-lost {
		t.Errorf("%d of %d right before, %d after", before, n, after)
	}
}

// sheet is paper with the digit on it, ten times as large.
func sheet(pixels []float32) image.Image {
	digit := image.NewGray(image.Rect(0, 0, 28, 28))
	for i, v := range pixels {
		digit.Pix[i] = 255 - uint8(255*v+0.5)
	}
	img := image.NewGray(image.Rect(0, 0, 450, 350))
	draw.Draw(img, img.Rect, image.White, image.Point{}, draw.Src)
	draw.CatmullRom.Scale(img, image.Rect(160, 20, 440, 300), digit, digit.Rect, draw.Src, nil)
	return img
}
