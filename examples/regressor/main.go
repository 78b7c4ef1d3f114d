// A deep regressor: dense layers learn a curved function of five numbers, the
// first of Friedman's (Multivariate adaptive regression splines, 1991).
//
//	go run ./examples/regressor
package main

import (
	"context"
	"fmt"
	"log"
	"math"
	"math/rand/v2"

	"gorgonia.org/tensor"

	"github.com/gorgonia-zoo/zoo/data"
	"github.com/gorgonia-zoo/zoo/layers"
	"github.com/gorgonia-zoo/zoo/train"
	"github.com/gorgonia-zoo/zoo/train/optim"
)

func main() {
	set := points(12_000)
	learn, test := set.Slice(0, 10_000).Shuffle(50, 1), set.Slice(10_000, 12_000).Batches(500)
	t := train.Trainer{
		Model: layers.Sequential{
			layers.Dense{Name: "fc1", Units: 64}, layers.ReLU,
			layers.Dense{Name: "fc2", Units: 64}, layers.ReLU,
			layers.Dense{Name: "fc3", Units: 1},
		},
		Loss:      train.SquaredError,
		Optimizer: optim.Adam{},
		Schedule:  optim.Exponential(0.02, 0.5, 700),
	}
	for e, err := range t.Epochs(context.Background(), learn, test, 10) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Printf("epoch %2d  error %.2f\n", e.N, math.Sqrt(e.Valid.Loss))
	}
	fmt.Println("the best plane's error is 2.61, that of the truth 1.00")
}

// points draws n points of [0, 1)⁵ and their y, with normal noise.
func points(n int) data.Set {
	r := rand.New(rand.NewPCG(1, 1))
	x, y := make([]float32, 5*n), make([]float32, n)
	for i := range x {
		x[i] = r.Float32()
	}
	for i := range y {
		x, noise := x[5*i:], float32(r.NormFloat64())
		y[i] = 10*float32(math.Sin(math.Pi*float64(x[0]*x[1]))) + 20*(x[2]-0.5)*(x[2]-0.5) + 10*x[3] + 5*x[4] + noise
	}
	return data.Set{
		X: tensor.New(tensor.WithShape(n, 5), tensor.WithBacking(x)),
		Y: tensor.New(tensor.WithShape(n, 1), tensor.WithBacking(y)),
	}
}
