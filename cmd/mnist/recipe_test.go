package main

import (
	"math"
	"testing"

	"github.com/gorgonia-zoo/zoo/models"
	"github.com/gorgonia-zoo/zoo/train"
	"github.com/gorgonia-zoo/zoo/train/optim"
)

func TestRecipes(t *testing.T) {
	for _, spec := range models.All {
		for _, name := range []string{"best", "plain"} {
			if r, err := findRecipe(spec.Name, name); err != nil || r.Steps < 1 || r.Batch < 1 || r.LearningRate <= 0 {
				t.Errorf("recipe %s of %s is %+v, %v", name, spec.Name, r, err)
			}
		}
	}
	const want = `no recipe called "salt" for mlp; there is best, plain`
	if _, err := findRecipe("mlp", "salt"); err == nil || err.Error() != want {
		t.Errorf("findRecipe says %v, want %s", err, want)
	}
}

func TestConfigure(t *testing.T) {
	var tr train.Trainer
	recipe{Batch: 100, LearningRate: 0.8, EpochDecay: 0.99, L2: 1e-4, L2On: "*.weight", Average: 0.5}.configure(&tr, 55_000)
	for _, c := range []struct {
		step int
		want float64
	}{{0, 0.8}, {550, 0.8 * 0.99}, {275, 0.8 * math.Sqrt(0.99)}, {5500, 0.8 * math.Pow(0.99, 10)}} { // 550 steps an epoch
		if got := tr.Schedule(c.step); math.Abs(got-c.want) > 1e-12 { // rounding of one power
			t.Errorf("learning rate at step %d is %v, want %v", c.step, got, c.want)
		}
	}
	if tr.Average != 0.5 || len(tr.Decay) != 1 || tr.Decay[0] != (train.WeightDecay{Pattern: "*.weight", L2: 1e-4}) {
		t.Errorf("average %v, decay %v", tr.Average, tr.Decay)
	}

	var cosine train.Trainer
	recipe{Steps: 1000, Batch: 100, LearningRate: 0.1, WarmUp: 100, Momentum: 0.9}.configure(&cosine, 55_000)
	if o := (optim.SGD{Rate: 0.1, Momentum: 0.9, Nesterov: true}); cosine.Optimizer != o {
		t.Errorf("optimizer %+v, want %+v", cosine.Optimizer, o)
	}
	if got := cosine.Schedule(550); math.Abs(got-0.05) > 1e-15 { // half way down
		t.Errorf("learning rate half way is %v, want 0.05", got)
	}

	var plain train.Trainer
	recipe{Batch: 100, LearningRate: 0.01}.configure(&plain, 55_000)
	if plain.Schedule != nil || plain.Decay != nil || plain.Average != 0 || plain.Optimizer.LearningRate() != 0.01 {
		t.Errorf("the plain recipe gives %+v", plain)
	}
}
