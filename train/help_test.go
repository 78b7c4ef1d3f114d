package train_test

import (
	"context"
	"fmt"
	"hash/fnv"
	"math"
	"testing"

	"gorgonia.org/tensor"

	"github.com/gorgonia-zoo/zoo/data"
	"github.com/gorgonia-zoo/zoo/internal/golden"
	"github.com/gorgonia-zoo/zoo/layers"
	"github.com/gorgonia-zoo/zoo/models/mlp"
	"github.com/gorgonia-zoo/zoo/train"
	"github.com/gorgonia-zoo/zoo/train/optim"
)

// examples returns n images of 2×3 pixels with 2 channels. Their class, of 3, is
// where their first, fifth or last feature is the largest of the three.
func examples(n int) data.Set {
	x := golden.Noise(uint32(n), n*12)
	y := make([]int, n)
	for i := range y {
		f := x[12*i : 12*(i+1)]
		if f[4] > f[0] {
			y[i] = 1
		}
		if f[11] > max(f[0], f[4]) {
			y[i] = 2
		}
	}
	return data.Set{X: tensor.New(tensor.WithShape(n, 2, 3, 2), tensor.WithBacking(x)), Y: tensor.New(tensor.WithShape(n), tensor.WithBacking(y))}
}

// small returns a Trainer for examples, with everything switched on.
func small() *train.Trainer {
	return &train.Trainer{
		Model: mlp.Of(3, 16), Optimizer: optim.SGD{Rate: 0.1, Momentum: 0.5}, Schedule: optim.Exponential(0.2, 0.9, 50),
		Average: 0.95, Decay: []train.WeightDecay{{Pattern: "*.weight", L2: 1e-3, L1: 1e-5}}, ClipNorm: 1, Seed: 1,
	}
}

// take trains for n steps and returns their losses.
func take(t testing.TB, tr *train.Trainer, src data.Source, n int) (losses []float64) {
	t.Helper()
	if n == 0 {
		return nil
	}
	for s, err := range tr.Steps(context.Background(), src) {
		if err != nil {
			t.Fatal(err)
		}
		losses = append(losses, s.Loss())
		if len(losses) == n {
			break
		}
	}
	return losses
}

// fails trains until an error comes and returns it with the steps done.
func fails(t testing.TB, tr *train.Trainer, src data.Source) (steps int, err error) {
	t.Helper()
	for s, err := range tr.Steps(context.Background(), src) {
		if err != nil {
			return steps, err
		}
		if steps = s.N; steps == 5000 {
			break
		}
	}
	t.Fatal("no error in 5000 steps")
	return 0, nil
}

// digest sums up the bits of all values and averages, a number a parameter.
func digest(p *layers.Params) string {
	var s string
	for q := range p.All() {
		h := fnv.New64a()
		for _, v := range []*tensor.Dense{q.Value, q.Average} {
			if v == nil {
				continue
			}
			for _, w := range v.Float32s() {
				b := math.Float32bits(w)
				h.Write([]byte{byte(b), byte(b >> 8), byte(b >> 16), byte(b >> 24)})
			}
		}
		s += fmt.Sprintf("%s %x\n", q.Name, h.Sum64())
	}
	return s
}

// finite reports whether all values and averages are.
func finite(p *layers.Params) bool {
	for q := range p.All() {
		for _, v := range []*tensor.Dense{q.Value, q.Average} {
			if v == nil {
				continue
			}
			for _, w := range v.Float32s() {
				if w-w != 0 {
					return false
				}
			}
		}
	}
	return true
}
