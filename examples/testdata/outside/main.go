package main

import (
	"context"
	"fmt"
	"log"

	"github.com/gorgonia-zoo/zoo/data"
	"github.com/gorgonia-zoo/zoo/layers"
	"github.com/gorgonia-zoo/zoo/train"
	"gorgonia.org/tensor"
)

func main() {
	x, y := make([]float32, 1000*28*28), make([]int, 1000)
	for i := range y {
		x[28*28*i+i%10], y[i] = 1, i%10 // a bright pixel says which class
	}
	set := data.Set{X: tensor.New(tensor.WithShape(1000, 28, 28, 1), tensor.WithBacking(x)), Y: tensor.New(tensor.WithBacking(y))}
	t := train.Trainer{Model: layers.Sequential{layers.Flatten{}, layers.Dense{Name: "fc1", Units: 32}, layers.Tanh, layers.Dense{Name: "fc2", Units: 10}}}
	for _, err := range t.Epochs(context.Background(), set.Shuffle(50, 1), nil, 20) {
		if err != nil {
			log.Fatal(err)
		}
	}
	for _, x := range []*tensor.Dense{set.Slice(0, 1).X, set.X} {
		y, err := t.Predict(x)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Printf("%v %.4f\n", y.Shape(), y.Float32s()[:10])
	}
}
