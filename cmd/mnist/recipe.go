package main

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
	"github.com/pkg/errors"

	"github.com/gorgonia-zoo/zoo/data"
	"github.com/gorgonia-zoo/zoo/data/augment"
	"github.com/gorgonia-zoo/zoo/models"
	"github.com/gorgonia-zoo/zoo/train"
	"github.com/gorgonia-zoo/zoo/train/optim"
)

// A recipe is the settings that train a model. All that it holds goes into
// config.json.
type recipe struct {
	Steps        int     `json:"steps"`
	Horizon      int     `json:"horizon"` // steps that the learning rate is planned for: those that the run began with; 0: all
	Batch        int     `json:"batch"`
	LearningRate float64 `json:"learning_rate"` // at the start
	EpochDecay   float64 `json:"epoch_decay"`   // the rate falls continuously by this factor an epoch; 0: not
	WarmUp       int     `json:"warm_up"`       // steps over which the rate rises, to fall along a cosine then; 0: neither
	Momentum     float64 `json:"momentum"`      // Nesterov's
	L2           float64 `json:"l2"`
	L2On         string  `json:"l2_on"`         // pattern of the parameters it is on
	Average      float64 `json:"average_decay"` // of the moving average of the parameters that is evaluated; 0: none

	EvalOnce bool `json:"eval_once"` // figures come only at the end

	// How far training images are moved, at most.
	Shift  float64 `json:"shift"`  // pixels
	Rotate float64 `json:"rotate"` // degrees
	Scale  float64 `json:"scale"`  // share of the size
}

// recipes by model. Those of the mlp, and plain of the other two, are programs of a
// 2017 TensorFlow tutorial series, which reports a test accuracy of 0.9475 to 0.95
// for the mlp's plain, 0.984 for its best and 0.994 for lenet; the others are our
// own, chosen on the validation set.
var recipes = map[string]map[string]recipe{
	"mlp": {
		"plain": {Steps: 10_000, Batch: 100, LearningRate: 0.01},
		"best":  {Steps: 30_000, Batch: 100, LearningRate: 0.8, EpochDecay: 0.99, L2: 1e-4, L2On: "*.weight", Average: 0.99},
	},
	"lenet5": {
		"fast":  {Steps: 2200, Batch: 100, LearningRate: 0.1, WarmUp: 100, Momentum: 0.9, EvalOnce: true},
		"plain": {Steps: 30_000, Batch: 100, LearningRate: 0.01, EpochDecay: 0.99, L2: 1e-4, L2On: "fc?.weight", Average: 0.99},
		"best": {
			Steps: 22_000, Batch: 100, LearningRate: 0.05, WarmUp: 550, Momentum: 0.9, L2: 1e-4, L2On: "*.weight", Average: 0.999,
			Shift: 2, Rotate: 10, Scale: 0.1,
		},
	},
	"lenet": {
		"plain": {Steps: 30_000, Batch: 100, LearningRate: 0.01, EpochDecay: 0.99, L2: 1e-4, L2On: "fc?.weight", Average: 0.99},
		"best": {
			Steps: 11_000, Batch: 100, LearningRate: 0.02, WarmUp: 550, Momentum: 0.9, L2: 1e-4, L2On: "*.weight", Average: 0.999,
			Shift: 2, Rotate: 10, Scale: 0.1,
		},
	},
}

// findRecipe returns the recipe of a model that is called name.
func findRecipe(model, name string) (recipe, error) {
	r, ok := recipes[model][name]
	if !ok {
		return r, errors.Errorf("no recipe called %q for %s; there is %s", name, model,
			strings.Join(slices.Sorted(maps.Keys(recipes[model])), ", "))
	}
	return r, nil
}

// configure sets t up as r says, for a training set of the given size.
func (r recipe) configure(t *train.Trainer, examples int) {
	horizon := cmp.Or(r.Horizon, r.Steps)
	t.Optimizer = optim.SGD{Rate: r.LearningRate, Momentum: r.Momentum, Nesterov: r.Momentum != 0}
	switch {
	case r.EpochDecay != 0:
		t.Schedule = optim.Exponential(r.LearningRate, r.EpochDecay, float64(examples)/float64(r.Batch))
	case r.WarmUp != 0:
		t.Schedule = optim.Cosine(r.LearningRate, r.WarmUp, horizon)
	}
	if t.Schedule != nil && horizon > 0 {
		t.Schedule = optim.Hold(t.Schedule, horizon)
	}
	if r.L2 != 0 {
		t.Decay = []train.WeightDecay{{Pattern: r.L2On, L2: r.L2}}
	}
	t.Average = r.Average
}

// source deals the training images as r says.
func (r recipe) source(images data.Set, seed uint64) data.Source {
	src := images.Shuffle(r.Batch, seed)
	if r.Shift == 0 && r.Rotate == 0 && r.Scale == 0 {
		return src
	}
	return augment.Affine{Shift: r.Shift, Rotate: r.Rotate, Scale: r.Scale, Seed: seed}.Wrap(src)
}

// vars are the choices that help texts and enums name.
func vars() kong.Vars {
	var names []string
	for _, s := range models.All {
		names = append(names, s.Name)
	}
	known := map[string]bool{}
	for _, rs := range recipes {
		for name := range rs {
			known[name] = true
		}
	}
	return kong.Vars{
		"models":  strings.Join(names, ", "),
		"recipes": strings.Join(slices.Sorted(maps.Keys(known)), ", "),
	}
}
