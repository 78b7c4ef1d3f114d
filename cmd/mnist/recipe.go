package main

import (
	"maps"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
	"github.com/pkg/errors"

	"github.com/gorgonia-zoo/zoo/models"
	"github.com/gorgonia-zoo/zoo/train"
	"github.com/gorgonia-zoo/zoo/train/optim"
)

// A recipe is the settings that train a model. All that it holds goes into
// config.json.
type recipe struct {
	Steps        int     `json:"steps"`
	Batch        int     `json:"batch"`
	LearningRate float64 `json:"learning_rate"` // at the start
	EpochDecay   float64 `json:"epoch_decay"`   // the rate falls continuously by this factor an epoch; 0: not
	L2           float64 `json:"l2"`            // on weights, not biases
	Average      float64 `json:"average_decay"` // of the moving average of the parameters that is evaluated; 0: none
}

// recipes by model. Both are programs of a 2017 TensorFlow tutorial series,
// which reports a test accuracy of 0.9475 to 0.95 for plain and 0.984 for best.
var recipes = map[string]map[string]recipe{
	"mlp": {
		"plain": {Steps: 10_000, Batch: 100, LearningRate: 0.01},
		"best":  {Steps: 30_000, Batch: 100, LearningRate: 0.8, EpochDecay: 0.99, L2: 1e-4, Average: 0.99},
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
	t.Optimizer = optim.SGD{Rate: r.LearningRate}
	if r.EpochDecay != 0 {
		t.Schedule = optim.Exponential(r.LearningRate, r.EpochDecay, float64(examples)/float64(r.Batch))
	}
	if r.L2 != 0 {
		t.Decay = []train.WeightDecay{{Pattern: "*.weight", L2: r.L2}}
	}
	t.Average = r.Average
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
