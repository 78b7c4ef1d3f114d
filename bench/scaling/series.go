package main

import (
	"context"
	"iter"
	"runtime"
	"time"

	"gorgonia.org/tensor"

	"github.com/gorgonia-zoo/zoo/bench"
	"github.com/gorgonia-zoo/zoo/data"
	"github.com/gorgonia-zoo/zoo/data/text"
	"github.com/gorgonia-zoo/zoo/models/lenet"
	"github.com/gorgonia-zoo/zoo/models/lstmlm"
	"github.com/gorgonia-zoo/zoo/models/mlp"
	"github.com/gorgonia-zoo/zoo/train"
	"github.com/gorgonia-zoo/zoo/train/optim"
)

// A series measures a step for some sizes.
type series struct {
	model, of string
	sizes     []int
	step      func(ctx context.Context, size int, turn time.Duration) (time.Duration, error)
}

// all are the series, in their order.
var all = append([]series{
	{"mlp 784-500-10", "batch", batches, training(func(n int) (*train.Trainer, data.Source) {
		return &train.Trainer{Model: mlp.New(), Optimizer: slow, Average: 0.99, Seed: 1}, digits(n)
	})},
	{"lenet5", "batch", batches, training(func(n int) (*train.Trainer, data.Source) {
		return &train.Trainer{Model: lenet.LeNet5(), Optimizer: slow, Average: 0.99, Seed: 1}, digits(n)
	})},
	{"mlp, batch 100", "hidden units", hidden, training(func(n int) (*train.Trainer, data.Source) {
		return &train.Trainer{Model: mlp.Of(10, n), Optimizer: slow, Average: 0.99, Seed: 1}, digits(100)
	})},
	{"2 LSTM layers, batch 20 of 35 words, of 1000", "hidden units", hidden, training(func(n int) (*train.Trainer, data.Source) { return words(n, 35) })},
	{"2 LSTM layers of 200, batch 20, words of 1000", "sequence length", []int{1, 5, 10, 20, 35, 70, 140}, training(func(n int) (*train.Trainer, data.Source) { return words(200, n) })},
}, threads()...)

var (
	batches = []int{1, 4, 16, 64, 256, 1024}
	hidden  = []int{64, 128, 256, 512, 1024, 2048}
	slow    = optim.SGD{Rate: 1e-3} // what is learned from noise does not matter
)

// threads are the workloads of package bench by the number of threads.
func threads() (all []series) {
	n := []int{1}
	for n[len(n)-1]*2 <= runtime.NumCPU() {
		n = append(n, n[len(n)-1]*2)
	}
	for _, w := range bench.Workloads {
		step := training(func(int) (*train.Trainer, data.Source) { return w.Trainer(), w.Source() })
		all = append(all, series{w.Name, "threads", n, func(ctx context.Context, n int, turn time.Duration) (time.Duration, error) {
			defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(n))
			return step(ctx, n, turn)
		}})
	}
	return all
}

// digits are 1024 random images, in batches of n.
func digits(n int) data.Source {
	const all = 1024
	y := make([]int, all)
	x := make([]float32, all*28*28)
	for i := range x {
		x[i] = float32(i*7919%1000) / 1000
	}
	for i := range y {
		y[i] = i % 10
	}
	return data.Set{X: tensor.New(tensor.WithShape(all, 28, 28, 1), tensor.WithBacking(x)), Y: tensor.New(tensor.WithShape(all), tensor.WithBacking(y))}.Shuffle(n, 1)
}

// words is a language model with layers of so many units, on sequences of some length.
func words(units, length int) (*train.Trainer, data.Source) {
	const vocabulary, batch = 1000, 20
	ids := make([]int, batch*(10*length+1))
	for i := range ids {
		ids[i] = i * 7919 % vocabulary
	}
	c := lstmlm.Config{Units: units, Layers: 2, Dropout: 0.5, Init: 0.05, OneBias: true}
	t := &train.Trainer{Model: lstmlm.New(c, vocabulary), Loss: train.Scaled(train.CrossEntropy, float64(length)), Optimizer: slow, ClipNorm: 5, Seed: 1}
	return t, text.Stream(ids, batch, length)
}

// training measures steps of what make returns.
func training(make func(size int) (*train.Trainer, data.Source)) func(context.Context, int, time.Duration) (time.Duration, error) {
	return func(ctx context.Context, size int, turn time.Duration) (least time.Duration, err error) {
		t, src := make(size)
		defer t.Close()
		next, stop := iter.Pull2(t.Steps(ctx, src))
		defer stop()
		const warmUp, atLeast = 2, 3 // steps
		begin := time.Now()
		for n := 0; n < warmUp+atLeast || time.Since(begin) < turn; n++ {
			start := time.Now()
			if _, err, _ := next(); err != nil {
				return 0, err
			}
			if d := time.Since(start); n >= warmUp && (least == 0 || d < least) {
				least = d
			}
		}
		return least, nil
	}
}
