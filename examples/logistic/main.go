// Logistic regression: a dense layer with an output for each of two classes. The
// default loss makes the difference of the two the logarithm of the odds.
//
//	go run ./examples/logistic
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
	learn, test := set.Slice(0, 10_000).Shuffle(100, 1), set.Slice(10_000, 12_000).Batches(500)
	t := train.Trainer{
		Model:     layers.Dense{Name: "odds", Units: 2},
		Optimizer: optim.SGD{Rate: 0.1},
	}
	for e, err := range t.Epochs(context.Background(), learn, test, 10) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(e)
	}
	w := t.Params.Get("odds.weight").Value.Float32s()
	b := t.Params.Get("odds.bias").Value.Float32s()
	const odds = "%-8s log odds = %.2f·x1 %+.2f·x2 %+.2f\n"
	fmt.Printf(odds, "drawn", 2.0, -1.0, 0.5)
	fmt.Printf(odds, "learned", w[2]-w[0], w[3]-w[1], b[1]-b[0])
}

// points draws n points, of class 1 where 2·x1 - x2 + 0.5 beats logistic noise.
func points(n int) data.Set {
	r := rand.New(rand.NewPCG(1, 1))
	x, y := make([]float32, 2*n), make([]int, n)
	for i := range y {
		x1, x2, u := r.NormFloat64(), r.NormFloat64(), r.Float64()
		x[2*i], x[2*i+1] = float32(x1), float32(x2)
		if 2*x1-x2+0.5 > math.Log(u/(1-u)) {
			y[i] = 1
		}
	}
	return data.Set{
		X: tensor.New(tensor.WithShape(n, 2), tensor.WithBacking(x)),
		Y: tensor.New(tensor.WithShape(n), tensor.WithBacking(y)),
	}
}
