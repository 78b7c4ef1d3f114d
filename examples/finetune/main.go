// Fine-tuning: a LeNet-5 learns digits, and its convolutions, frozen, serve one with a fresh
// head that learns clothes: test accuracy 0.8831. With -digits=0 they are random: 0.8638.
//
//	go run ./examples/finetune
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"os"
	"os/signal"
	"path/filepath"

	"github.com/gorgonia-zoo/zoo/data/mnist"
	"github.com/gorgonia-zoo/zoo/layers"
	"github.com/gorgonia-zoo/zoo/models/lenet"
	"github.com/gorgonia-zoo/zoo/train"
	"github.com/gorgonia-zoo/zoo/train/optim"
)

func main() {
	digits := flag.Int("digits", 5, "`number` of passes over the digits")
	clothes := flag.Int("clothes", 5, "`number` of passes over the clothes")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	dir := must(os.MkdirTemp("", "finetune"))
	defer os.RemoveAll(dir)
	weights := filepath.Join(dir, "digits.safetensors")

	first := train.Trainer{Model: lenet.LeNet5(), Optimizer: optim.Adam{Rate: 1e-3}, Seed: 1}
	fit(ctx, &first, must(mnist.Load(ctx, "")), *digits)
	must(weights, first.Save(weights))

	p := layers.NewParams(2) // draws what is not loaded
	must(p, p.Load(weights, "conv*"))
	second := train.Trainer{Model: lenet.LeNet5(), Params: p, Optimizer: optim.Adam{Rate: 1e-3}}
	must(p, second.Freeze("conv*"))
	fit(ctx, &second, must(mnist.LoadFashion(ctx, "")), *clothes)
}

func fit(ctx context.Context, t *train.Trainer, set *mnist.Splits, epochs int) {
	for e, err := range t.Epochs(ctx, set.Train.Shuffle(100, 1), set.Valid.Batches(500), epochs) {
		fmt.Println(must(e, err))
	}
	fmt.Printf("test accuracy %.4f\n", must(t.Evaluate(ctx, set.Test.Batches(500))).Accuracy)
}

func must[T any](v T, err error) T {
	if err != nil {
		log.Fatal(err)
	}
	return v
}
