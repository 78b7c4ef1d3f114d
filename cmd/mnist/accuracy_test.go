package main

import (
	"os"
	"testing"

	"github.com/gorgonia-zoo/zoo/data/mnist"
	"github.com/gorgonia-zoo/zoo/layers"
	"github.com/gorgonia-zoo/zoo/models/lenet"
	"github.com/gorgonia-zoo/zoo/train"
)

// Training with Winograd's convolutions, which are a little less exact, ends where
// training with direct ones does: four epochs of lenet's best recipe, three seeds.
func TestWinogradTrainsAsWell(t *testing.T) {
	if os.Getenv("ZOO_LONG") == "" {
		t.Skip("takes eight minutes; set ZOO_LONG=1, as make full does")
	}
	digits, err := mnist.Load(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	r := recipes["lenet"]["best"]
	r.Steps = 4 * digits.Train.Examples() / r.Batch
	var mean [2]float64 // by Winograd's algorithm, and directly
	const seeds = 3
	for seed := uint64(1); seed <= seeds; seed++ {
		for i := range mean {
			model := lenet.New().(layers.Sequential)
			for j, l := range model {
				if c, ok := l.(layers.Conv2D); ok && i == 1 {
					c.Direct = true
					model[j] = c
				}
			}
			tr := &train.Trainer{Model: model, Seed: seed}
			r.configure(tr, digits.Train.Examples())
			for s, err := range tr.Steps(t.Context(), r.source(digits.Train, seed)) {
				if err != nil {
					t.Fatal(err)
				}
				if s.N == r.Steps {
					break
				}
			}
			test, err := tr.Evaluate(t.Context(), digits.Test.Batches(evalBatch))
			if err != nil {
				t.Fatal(err)
			}
			t.Logf("seed %d, direct %v: test accuracy %.4f, loss %.4f", seed, i == 1, test.Accuracy, test.Loss)
			mean[i] += test.Accuracy / seeds
		}
	}
	// Three standard errors of the difference of two means of three, each of 10,000
	// images of which 0.7 % are wrong, as if the images were drawn anew.
	const tolerance = 0.0020
	if d := mean[0] - mean[1]; d < -tolerance || d > tolerance || mean[1] < 0.99 {
		t.Errorf("mean accuracy %.4f by Winograd's algorithm, %.4f directly", mean[0], mean[1])
	}
}
