package train_test

import (
	"slices"
	"testing"

	"github.com/gorgonia-zoo/zoo/train"
	"github.com/gorgonia-zoo/zoo/train/optim"
)

// values copies what all parameters hold.
func values(tr *train.Trainer) map[string][]float32 {
	v := map[string][]float32{}
	for q := range tr.Params.All() {
		v[q.Name] = slices.Clone(q.Value.Float32s())
	}
	return v
}

// A frozen parameter stays, whether it is frozen before training or in the midst
// of it; the others go on.
func TestFreeze(t *testing.T) {
	set := examples(60)
	for _, before := range []int{0, 3} {
		tr := small()
		if _, err := tr.Predict(set.X); err != nil {
			t.Fatal(err)
		}
		take(t, tr, set.Shuffle(20, 1), before)
		if err := tr.Freeze("fc1.*"); err != nil {
			t.Fatal(err)
		}
		was := values(tr)
		take(t, tr, set.Shuffle(20, 1), 3)
		for name, v := range values(tr) {
			if stays, frozen := slices.Equal(v, was[name]), name == "fc1.weight" || name == "fc1.bias"; stays != frozen {
				t.Errorf("frozen after %d steps: %s stayed %v, want %v", before, name, stays, frozen)
			}
		}
	}
}

// Freezing one parameter leaves the momentum of the others: the step after it is
// theirs as without. The rate is so small that the gradients are the same.
func TestFreezeKeepsMomentum(t *testing.T) {
	set := examples(60)
	var moved [2][]float32
	for i, freeze := range []bool{false, true} {
		tr := &train.Trainer{Model: small().Model, Optimizer: optim.SGD{Rate: 0.1, Momentum: 0.9}, Seed: 1}
		src := set.Batches(60)
		take(t, tr, src, 5)
		if freeze {
			if err := tr.Freeze("fc2.bias"); err != nil {
				t.Fatal(err)
			}
		}
		take(t, tr, src, 1)
		moved[i] = values(tr)["fc1.weight"]
	}
	if !slices.Equal(moved[0], moved[1]) {
		t.Error("freezing fc2.bias changed the next step of fc1.weight")
	}
}

func TestFreezeErrors(t *testing.T) {
	set := examples(60)
	tr := small()
	for _, c := range []struct{ pattern, want string }{
		{"fc1.*", `freeze: pattern "fc1.*" matches no parameter; the model has none yet`},
		{"conv1.*", `freeze: pattern "conv1.*" matches no parameter; the model has fc1.weight, fc1.bias, fc2.weight, fc2.bias`},
		{"[", `freeze: pattern "[": syntax error in pattern`},
	} {
		if err := tr.Freeze(c.pattern); err == nil || err.Error() != c.want {
			t.Errorf("%v, want %q", err, c.want)
		}
		if _, err := tr.Predict(set.X); err != nil {
			t.Fatal(err)
		}
	}
	if err := tr.Freeze("*"); err != nil {
		t.Fatal(err)
	}
	const want = "nothing to train: every parameter is frozen, or the model has none"
	if _, err := fails(t, tr, set.Batches(20)); err.Error() != want {
		t.Errorf("%v, want %q", err, want)
	}
	if r := evaluate(t, tr, set.Batches(20)); r.Examples != 60 {
		t.Errorf("%+v", r)
	}
}
