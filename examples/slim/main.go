// A net of one line a layer, as TF-Slim writes it: test accuracy 0.9885.
//
//	go run ./examples/slim
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"os"
	"os/signal"

	"github.com/gorgonia-zoo/zoo/data/mnist"
	"github.com/gorgonia-zoo/zoo/layers"
	"github.com/gorgonia-zoo/zoo/models"
	"github.com/gorgonia-zoo/zoo/train"
	"github.com/gorgonia-zoo/zoo/train/optim"
)

var net = layers.Sequential{
	layers.Conv2D{Name: "conv1", Filters: 32, Kernel: 3, Same: true}, layers.ReLU,
	layers.MaxPool2D{Size: 2},
	layers.Conv2D{Name: "conv2", Filters: 64, Kernel: 3, Same: true}, layers.ReLU,
	layers.MaxPool2D{Size: 2},
	layers.Flatten{},
	layers.Dense{Name: "fc1", Units: 500}, layers.ReLU,
	layers.Dense{Name: "fc2", Units: 10},
}

func main() {
	steps := flag.Int("steps", 2750, "`number` of updates")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	table := must(models.Summary(net, 100, 28, 28, 1))
	fmt.Println(table)
	digits := must(mnist.Load(ctx, ""))
	t := train.Trainer{Model: net, Optimizer: optim.SGD{Rate: 0.1}, Seed: 1}
	for s, err := range t.Steps(ctx, digits.Train.Shuffle(100, 1)) {
		must(s, err)
		if s.N%250 == 1 {
			fmt.Printf("step %4d  loss %.4f\n", s.N, s.Loss())
		}
		if s.N >= *steps {
			break
		}
	}
	test := must(t.Evaluate(ctx, digits.Test.Batches(500)))
	fmt.Printf("test accuracy %.4f\n", test.Accuracy)
}

func must[T any](v T, err error) T {
	if err != nil {
		log.Fatal(err)
	}
	return v
}
