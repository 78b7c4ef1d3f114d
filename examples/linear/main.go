// Linear regression: a dense layer finds the plane that points scatter around.
//
//	go run ./examples/linear
package main

import (
	"context"
	"fmt"
	"log"
	"math/rand/v2"

	"gorgonia.org/tensor"

	"github.com/gorgonia-zoo/zoo/data"
	"github.com/gorgonia-zoo/zoo/layers"
	"github.com/gorgonia-zoo/zoo/train"
	"github.com/gorgonia-zoo/zoo/train/optim"
)

func main() {
	t := train.Trainer{
		Model:     layers.Dense{Name: "plane", Units: 1},
		Loss:      train.SquaredError,
		Optimizer: optim.SGD{Rate: 0.05},
	}
	for e, err := range t.Epochs(context.Background(), points(1000).Shuffle(50, 1), nil, 5) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(e)
	}
	w := t.Params.Get("plane.weight").Value.Float32s()
	b := t.Params.Get("plane.bias").Value.Float32s()
	const plane = "%-8s y = %.2f·x1 %+.2f·x2 %+.2f\n"
	fmt.Printf(plane, "drawn", 3.0, -2.0, 5.0)
	fmt.Printf(plane, "learned", w[0], w[1], b[0])
}

// points draws n points with y = 3·x1 - 2·x2 + 5, give or take 0.1.
func points(n int) data.Set {
	r := rand.New(rand.NewPCG(1, 1))
	x, y := make([]float32, 2*n), make([]float32, n)
	for i := range y {
		x1, x2 := r.NormFloat64(), r.NormFloat64()
		x[2*i], x[2*i+1] = float32(x1), float32(x2)
		y[i] = float32(3*x1 - 2*x2 + 5 + 0.1*r.NormFloat64())
	}
	return data.Set{
		X: tensor.New(tensor.WithShape(n, 2), tensor.WithBacking(x)),
		Y: tensor.New(tensor.WithShape(n, 1), tensor.WithBacking(y)),
	}
}
