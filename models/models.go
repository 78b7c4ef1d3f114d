// Package models lists the models of the zoo.
package models

import (
	"strings"

	"github.com/pkg/errors"

	"github.com/gorgonia-zoo/zoo/layers"
	"github.com/gorgonia-zoo/zoo/models/lenet"
	"github.com/gorgonia-zoo/zoo/models/mlp"
)

// A Spec describes a model of the zoo.
type Spec struct {
	Name   string
	New    func() layers.Layer
	Input  []int // shape of one example
	Params int   // number of scalars
	Source string
}

// All lists the models.
var All = []Spec{
	{"mlp", mlp.New, []int{28, 28, 1}, 784*500 + 500 + 500*10 + 10, "TensorFlow 1.0 MNIST tutorial, 2017"},
	{"lenet5", lenet.LeNet5, []int{28, 28, 1}, 156 + 2416 + 48_120 + 10_164 + 850, "LeCun et al. 1998"},
	{"lenet", lenet.New, []int{28, 28, 1}, 832 + 51_264 + 1_606_144 + 5_130, "TensorFlow 1.0 MNIST tutorial, 2017"},
}

// Find returns the description of the model called name.
func Find(name string) (Spec, error) {
	var names []string
	for _, s := range All {
		if s.Name == name {
			return s, nil
		}
		names = append(names, s.Name)
	}
	return Spec{}, errors.Errorf("no model called %q; the zoo has %s", name, strings.Join(names, ", "))
}
