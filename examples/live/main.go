// Two lines that live while a net learns, as TFLearn's: val_acc 0.9356 after an epoch (0.92 to 0.94 by the seed), there 0.9267.
//
//	go run ./examples/live
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"os"
	"os/signal"
	"time"

	"github.com/gorgonia-zoo/zoo/data/mnist"
	"github.com/gorgonia-zoo/zoo/layers"
	"github.com/gorgonia-zoo/zoo/train"
	"github.com/gorgonia-zoo/zoo/train/optim"
)

func main() {
	steps := flag.Int("steps", 20*859, "`number` of updates, 859 an epoch")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	t := train.Trainer{Model: layers.Sequential{ // initial values, L2's factor and ClipNorm are TFLearn's defaults
		layers.Conv2D{Name: "conv1", Filters: 32, Kernel: 5, Same: true, Init: layers.Uniform(0.35)}, layers.ReLU, layers.MaxPool2D{Size: 2},
		layers.Conv2D{Name: "conv2", Filters: 64, Kernel: 5, Same: true, Init: layers.Uniform(0.06)}, layers.ReLU, layers.MaxPool2D{Size: 2},
		layers.Flatten{}, layers.Dense{Name: "fc1", Units: 500, Init: layers.TruncatedNormal(0.02)}, layers.ReLU,
		layers.Dropout{Name: "drop", Rate: 0.5}, layers.Dense{Name: "fc2", Units: 10, Init: layers.TruncatedNormal(0.02)},
	}, Optimizer: optim.SGD{Rate: 0.01}, Decay: []train.WeightDecay{{Pattern: "fc1.weight", L2: 0.001}}, ClipNorm: 5, Seed: 2}
	digits := must(mnist.Load(ctx, ""))
	src, start, above := digits.Train.Shuffle(64, 2), time.Now(), ""
	for s, err := range t.Steps(ctx, src) {
		i, val := (must(s, err).N-1)%src.Len()+1, ""
		if i == src.Len() || s.N >= *steps {
			v := must(t.Evaluate(ctx, digits.Valid.Batches(500)))
			val = fmt.Sprintf(" | val_loss: %.5f - val_acc: %.4f", v.Loss, v.Accuracy)
		} else if i%25 != 1 || must(os.Stdout.Stat()).Mode()&os.ModeCharDevice == 0 { // no terminal: epochs alone
			continue
		}
		sample := must(t.Evaluate(ctx, digits.Train.Slice(0, 500).Batches(500)))
		fmt.Printf("%sTraining Step: %d | total loss: %.5f | time: %.3fs\n", above, s.N, s.Loss()+t.Penalty(), time.Since(start).Seconds())
		fmt.Printf("| SGD | epoch: %03d | loss: %.5f - acc: %.4f%s -- iter: %05d/%d\n", s.Epoch+1, s.Loss(), sample.Accuracy, val, 64*i, 64*src.Len())
		if above = "\x1b[2A\x1b[J"; val != "" {
			above, start = "", time.Now()
		}
		if s.N >= *steps {
			break
		}
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		log.Fatal(err)
	}
	return v
}
