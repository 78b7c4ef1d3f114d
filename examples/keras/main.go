// A net to fit and to evaluate, as in Keras: test accuracy 0.9847 after 20 epochs.
//
//	go run ./examples/keras
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
	"github.com/gorgonia-zoo/zoo/train"
	"github.com/gorgonia-zoo/zoo/train/optim"
)

var net = layers.Sequential{ // images (N, 28, 28, 1) to logits (N, 10): the loss has the softmax
	layers.Conv2D{Name: "conv1", Filters: 32, Kernel: 5}, layers.ReLU, // (N, 24, 24, 32)
	layers.MaxPool2D{Size: 2},
	layers.Conv2D{Name: "conv2", Filters: 64, Kernel: 5}, layers.ReLU, // (N, 8, 8, 64)
	layers.MaxPool2D{Size: 2},
	layers.Dropout{Name: "drop", Rate: 0.5},
	layers.Flatten{},
	layers.Dense{Name: "fc1", Units: 500}, layers.ReLU,
	layers.Dense{Name: "fc2", Units: 10},
}

func main() {
	epochs := flag.Int("epochs", 20, "`number` of passes over the images")
	images := flag.Int("images", 55_000, "`number` of images")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	digits := must(mnist.Load(ctx, ""))
	t := train.Trainer{Model: net, Optimizer: optim.SGD{Rate: 0.01}, Seed: 1}
	for e, err := range t.Epochs(ctx, digits.Train.Slice(0, *images).Shuffle(128, 1), digits.Valid.Batches(500), *epochs) {
		fmt.Println(must(e, err))
	}
	test := must(t.Evaluate(ctx, digits.Test.Batches(500)))
	fmt.Printf("test loss %.4f, accuracy %.4f\n", test.Loss, test.Accuracy)
}

func must[T any](v T, err error) T {
	if err != nil {
		log.Fatal(err)
	}
	return v
}
