package main

import (
	"cmp"
	"maps"
	"math"
	"os"
	"slices"
	"strings"

	"github.com/pkg/errors"
	"gorgonia.org/tensor"

	"github.com/gorgonia-zoo/zoo/data/mnist"
	"github.com/gorgonia-zoo/zoo/layers"
	"github.com/gorgonia-zoo/zoo/models"
	"github.com/gorgonia-zoo/zoo/models/pretrained"
	"github.com/gorgonia-zoo/zoo/train"
)

// builtIn are the weights that come with the program, by model.
var builtIn = map[string]func() (*layers.Params, error){"lenet5": pretrained.LeNet5, "mlp": pretrained.MLP}

// A reader reads digits.
type reader struct{ train.Trainer }

// A guess is a digit that an image may show.
type guess struct {
	Digit       int     `json:"digit"`
	Probability float64 `json:"probability"`
}

// checkModel is an error unless there is a model of this name, and weights for it.
func checkModel(model, weights string) error {
	if _, err := models.Find(model); err != nil {
		return errors.Errorf("--model: %v", err)
	}
	if builtIn[model] == nil && weights == "" {
		return errors.Errorf("no weights of %s come with the program, only of %s; name a file with --weights", model, strings.Join(slices.Sorted(maps.Keys(builtIn)), ", "))
	}
	return nil
}

// newReader returns a reader with the weights in a file, which says what model they
// are of unless model does, or with those that come with the program.
func newReader(model, weights string) (*reader, error) {
	if weights != "" {
		return readerOf(model, weights)
	}
	spec, err := models.Find(cmp.Or(model, "lenet5"))
	if err != nil {
		return nil, err
	}
	p, err := builtIn[spec.Name]()
	return &reader{train.Trainer{Model: spec.New(), Params: p}}, err
}

// readerOf makes a reader from a file of weights.
func readerOf(model, weights string) (*reader, error) {
	metadata, err := layers.Metadata(weights)
	if err != nil {
		return nil, errors.Errorf("%v; name a run's model.safetensors with --weights", err)
	}
	said := metadata["model"]
	switch {
	case said == "" && model == "":
		return nil, errors.Errorf("%s does not say which model it is of; name it with --model", weights)
	case said != "" && model != "" && said != model:
		return nil, errors.Errorf("%s says that it is of %s, not of %s; leave --model out", weights, said, model)
	case metadata["dataset"] == "fashion":
		return nil, errors.Errorf("%s was trained on clothes, and images are prepared as digits are; name weights that were trained on digits", weights)
	}
	spec, err := models.Find(cmp.Or(model, said))
	if err != nil {
		return nil, errors.Errorf("%s: %v, which read digits", weights, err)
	}
	r := &reader{train.Trainer{Model: spec.New(), Params: layers.NewParams(0)}}
	// Declared before they are loaded, all parameters that do not fit are told of.
	s := layers.NewScope(r.Params, layers.Eval)
	if _, err := r.Model.Forward(s, s.Input("x", tensor.Float32, append([]int{1}, spec.Input...)...)); err != nil {
		return nil, err
	}
	if err := r.Params.Load(weights); err != nil {
		what, _, _ := strings.Cut(err.Error(), "; ")
		return nil, errors.Errorf("%s; these are not weights of %s, so name their model with --model, or others with --weights", what, spec.Name)
	}
	for p := range r.Params.All() {
		if !finite(p.Value.Float32s()) {
			return nil, errors.Errorf("%s: %s is not finite; restore the file, or train again", weights, p.Name)
		}
	}
	return r, nil
}

func finite(values []float32) bool {
	var check float32 // 0 times anything finite
	for _, v := range values {
		check += 0 * v
	}
	return check == 0
}

// read returns the three digits likeliest to be in the image file, the likeliest
// first.
func (r *reader) read(file string) (best []guess, err error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, errors.Errorf("%v; name a file that is there and can be read", errors.Unwrap(err))
	}
	defer f.Close()
	if info, err := f.Stat(); err == nil && info.IsDir() {
		return nil, errors.New("is a folder; name the images in it")
	}
	img, err := mnist.Decode(f)
	if err != nil {
		return nil, err
	}
	x, err := mnist.FromImage(img)
	if err != nil {
		return nil, err
	}
	logits, err := r.Predict(x)
	if err != nil {
		return nil, err
	}
	return likeliest(logits.Float32s(), 3), nil
}

// likeliest returns the n digits with the largest logits, with their probabilities:
//
//	pₖ = exp(zₖ) / Σⱼ exp(zⱼ)
func likeliest(logits []float32, n int) []guess {
	guesses := make([]guess, len(logits))
	sum := 0.0
	for k, z := range logits {
		guesses[k] = guess{k, math.Exp(float64(z - slices.Max(logits)))} // the largest is 1: no overflow
		sum += guesses[k].Probability
	}
	for k := range guesses {
		guesses[k].Probability /= sum
	}
	slices.SortStableFunc(guesses, func(a, b guess) int { return cmp.Compare(b.Probability, a.Probability) })
	return guesses[:n]
}
