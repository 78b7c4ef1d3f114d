package train_test

import (
	"context"
	"slices"
	"testing"

	"gorgonia.org/tensor"

	"github.com/gorgonia-zoo/zoo/data"
	"github.com/gorgonia-zoo/zoo/layers"
	"github.com/gorgonia-zoo/zoo/train"
)

// dropping returns a Trainer whose model drops elements, of the input too.
func dropping(seed uint64) *train.Trainer {
	return &train.Trainer{Seed: seed, Model: layers.Sequential{
		layers.Flatten{},
		layers.Dropout{Name: "drop1", Rate: 0.2},
		layers.Dense{Name: "fc1", Units: 16},
		layers.ReLU,
		layers.Dropout{Name: "drop2", Rate: 0.5},
		layers.Dense{Name: "fc2", Units: 3},
	}}
}

// same is a source of one batch, over and over.
type same struct{ data.Set }

func (same) Len() int { return 1 }

func (s same) Read(_, _ int, b *data.Batch) error {
	b.X, b.Y = s.X, s.Y
	return nil
}

// With a rate too small to move anything, the loss of a batch changes with the
// masks alone: each step has its own, and equal seeds have the same.
func TestDropoutSteps(t *testing.T) {
	src := same{examples(60)}
	losses := func(seed uint64) []float64 {
		tr := dropping(seed)
		tr.Schedule = func(int) float64 { return 1e-30 }
		var err error
		if tr.Params, err = initial(tr.Model); err != nil {
			t.Fatal(err)
		}
		return take(t, tr, src, 20)
	}
	a := losses(1)
	for i, v := range a {
		if slices.Contains(a[:i], v) {
			t.Errorf("step %d has the loss of an earlier one, %v", i+1, v)
		}
	}
	if b := losses(1); !slices.Equal(a, b) {
		t.Errorf("losses %v and %v from the same seed", a, b)
	}
}

// initial returns the model's parameters for seed 1.
func initial(m layers.Layer) (*layers.Params, error) {
	p := layers.NewParams(1)
	s := layers.NewScope(p, layers.Eval)
	_, err := m.Forward(s, s.Input("x", tensor.Float32, 1, 2, 3, 2))
	return p, err
}

// Evaluation drops nothing, breaks and evaluations change nothing, and the seed
// counts.
func TestDropoutTraining(t *testing.T) {
	set := examples(90)
	src := set.Shuffle(20, 1)
	whole := dropping(1)
	want := take(t, whole, src, 40)
	parts := dropping(1)
	var got []float64
	for _, n := range []int{1, 6, 13, 20} {
		got = append(got, take(t, parts, src, n)...)
		first := evaluate(t, parts, set.Batches(30))
		if second := evaluate(t, parts, set.Batches(30)); first != second {
			t.Errorf("evaluations give %+v and %+v", first, second)
		}
		if err := parts.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if !slices.Equal(got, want) || digest(parts.Params) != digest(whole.Params) {
		t.Error("breaks and evaluations change the run")
	}
	if other := take(t, dropping(2), src, 1); other[0] == want[0] {
		t.Error("seeds 1 and 2 give the same loss")
	}
	for _, err := range whole.Epochs(context.Background(), src, set.Batches(30), 60) {
		if err != nil {
			t.Fatal(err)
		}
	}
	if r := evaluate(t, whole, set.Batches(30)); r.Accuracy < 0.8 {
		t.Errorf("%+v after 60 epochs: nothing was learned", r)
	}
}
