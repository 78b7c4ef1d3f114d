package models_test

import (
	"testing"

	"gorgonia.org/tensor"

	"github.com/gorgonia-zoo/zoo/layers"
	"github.com/gorgonia-zoo/zoo/models"
)

// The parameters of each layer that the tutorial series, or arithmetic, gives for
// its networks. LeNet-5's are its C1, C3, F5, F6 and F7.
func TestReferenceParameters(t *testing.T) {
	for _, c := range []struct {
		model  string
		layers []string
		params []int
		total  int
	}{
		{"mlp", []string{"fc1", "fc2"}, []int{392_500, 5010}, 397_510},
		{"lenet5", []string{"conv1", "conv2", "fc1", "fc2", "fc3"}, []int{156, 2416, 48_120, 10_164, 850}, 61_706},
		// (5·5·1 + 1)·32, (5·5·32 + 1)·64, (7·7·64 + 1)·512, (512 + 1)·10
		{"lenet", []string{"conv1", "conv2", "fc1", "fc2"}, []int{832, 51_264, 1_606_144, 5130}, 1_663_370},
	} {
		t.Run(c.model, func(t *testing.T) {
			spec, err := models.Find(c.model)
			if err != nil {
				t.Fatal(err)
			}
			p := layers.NewParams(1)
			s := layers.NewScope(p, layers.Eval)
			if _, err := spec.New().Forward(s, s.Input("x", tensor.Float32, append([]int{1}, spec.Input...)...)); err != nil {
				t.Fatal(err)
			}
			if got := p.Count(); got != c.total || spec.Params != c.total {
				t.Errorf("%d parameters, %d by the list of models; want %d", got, spec.Params, c.total)
			}
			for i, name := range c.layers {
				matched, err := p.Match(name + ".*")
				if err != nil {
					t.Fatal(err)
				}
				got := 0
				for _, q := range matched {
					got += q.Value.Shape().TotalSize()
				}
				if got != c.params[i] {
					t.Errorf("%s has %d parameters, want %d", name, got, c.params[i])
				}
			}
		})
	}
}
