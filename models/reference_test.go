package models_test

import (
	"testing"

	"gorgonia.org/tensor"

	"github.com/gorgonia-zoo/zoo/layers"
	"github.com/gorgonia-zoo/zoo/models"
)

// The parameters that the tutorial series, or arithmetic, gives for its networks.
func TestReferenceParameters(t *testing.T) {
	for name, want := range map[string]int{
		"mlp": 397_510, // 392,500 in the first layer
	} {
		spec, err := models.Find(name)
		if err != nil {
			t.Fatal(err)
		}
		p := layers.NewParams(1)
		s := layers.NewScope(p, layers.Eval)
		if _, err := spec.New().Forward(s, s.Input("x", tensor.Float32, append([]int{1}, spec.Input...)...)); err != nil {
			t.Fatal(err)
		}
		if got := p.Count(); got != want {
			t.Errorf("%s has %d parameters, want %d", name, got, want)
		}
	}
}
