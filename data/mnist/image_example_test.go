package mnist_test

import (
	"fmt"
	"image"
	"image/color"

	"github.com/gorgonia-zoo/zoo/data/mnist"
)

func ExampleFromImage() {
	img := image.NewGray(image.Rect(0, 0, 200, 300)) // black
	for y := 100; y < 240; y++ {
		for x := 80; x < 94; x++ {
			img.SetGray(x, y, color.Gray{Y: 200}) // with a bright line, 14 by 140
		}
	}
	x, err := mnist.FromImage(img)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(x.Shape())
	for row := 4; row < 7; row++ { // the line is 2 by 20 now, from row 5 and column 14 on
		fmt.Println(x.Float32s()[28*row+12 : 28*row+18])
	}
	// Output:
	// (1, 28, 28, 1)
	// [0 0 0 0 0 0]
	// [0 0 1 1 0 0]
	// [0 0 1 1 0 0]
}
