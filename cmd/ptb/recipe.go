package main

import (
	"cmp"
	"math"
	"strings"

	"github.com/alecthomas/kong"
	"github.com/pkg/errors"

	"github.com/gorgonia-zoo/zoo/models/lstmlm"
	"github.com/gorgonia-zoo/zoo/train"
	"github.com/gorgonia-zoo/zoo/train/optim"
)

// A recipe is a model and the settings that train it. All that it holds goes into
// config.json.
type recipe struct {
	Units      int     `json:"units"`
	Layers     int     `json:"layers"`
	Dropout    float64 `json:"dropout"`
	Init       float64 `json:"init"`
	ForgetBias float64 `json:"forget_bias"`
	OneBias    bool    `json:"one_bias"`

	Epochs       int     `json:"epochs"`
	Steps        int     `json:"updates"` // in all; 0: those of the epochs
	Horizon      int     `json:"horizon"` // updates that the learning rate is planned for: those that the run began with; 0: all
	Batch        int     `json:"batch"`
	Unroll       int     `json:"steps"` // words that gradients flow back through
	LearningRate float64 `json:"learning_rate"`
	Hold         int     `json:"hold"`    // epochs before the rate falls
	Decay        float64 `json:"decay"`   // its factor an epoch from then on
	WarmUp       int     `json:"warm_up"` // updates over which the rate rises, to fall along a cosine then; 0: neither
	ClipNorm     float64 `json:"clip_norm"`
}

// plain is the recipe that c describes.
func plain(c lstmlm.Config) recipe {
	return recipe{
		Units: c.Units, Layers: c.Layers, Dropout: c.Dropout, Init: c.Init, ForgetBias: c.ForgetBias, OneBias: c.OneBias,
		Epochs: c.Epochs, Batch: c.Batch, Unroll: c.Steps,
		LearningRate: c.LearningRate, Hold: c.Hold, Decay: c.Decay, ClipNorm: c.ClipNorm,
	}
}

// best are recipes of our own, chosen on the validation text, by configuration: the
// same net and as many epochs.
var best = map[string]func(r *recipe){
	"tutorial": func(r *recipe) {
		r.Dropout, r.Init, r.ForgetBias, r.OneBias, r.Unroll, r.WarmUp = 0, 0.1, 0, false, 20, 1
	},
}

// findRecipe returns the recipe of a configuration that is called name.
func findRecipe(config, name string) (recipe, error) {
	c, err := lstmlm.Find(config)
	if err != nil {
		return recipe{}, err
	}
	r := plain(c)
	if name == "best" {
		change, ok := best[config]
		if !ok {
			return r, errors.Errorf("no recipe called best for %s; there is plain", config)
		}
		change(&r)
	}
	return r, nil
}

// config returns the model's part of r.
func (r recipe) config() lstmlm.Config {
	return lstmlm.Config{
		Units: r.Units, Layers: r.Layers, Dropout: r.Dropout, Init: r.Init, ForgetBias: r.ForgetBias, OneBias: r.OneBias,
		LearningRate: r.LearningRate, Hold: r.Hold, Decay: r.Decay,
	}
}

// configure sets t up as r says, for epochs of so many updates.
func (r recipe) configure(t *train.Trainer, perEpoch int) {
	horizon := cmp.Or(r.Horizon, r.updates(perEpoch))
	t.Optimizer = optim.SGD{Rate: r.LearningRate}
	switch c := r.config(); {
	case r.WarmUp > 0:
		t.Schedule = optim.Cosine(r.LearningRate, r.WarmUp, horizon)
	default:
		t.Schedule = func(step int) float64 { return c.Rate(step / perEpoch) }
	}
	t.Schedule = optim.Hold(t.Schedule, horizon)
	// The sum over the steps of the mean over the batch, as the sources have it.
	t.Loss = train.Scaled(train.CrossEntropy, float64(r.Unroll))
	t.ClipNorm = r.ClipNorm
}

// updates is the number of updates in all.
func (r recipe) updates(perEpoch int) int {
	if r.Steps > 0 {
		return r.Steps
	}
	return min(r.Epochs, math.MaxInt/perEpoch) * perEpoch
}

// vars are the choices that help texts and enums name.
func vars() kong.Vars {
	var names []string
	for _, c := range lstmlm.Configs {
		names = append(names, c.Name)
	}
	return kong.Vars{"configs": strings.Join(names, ", ")}
}
