package train_test

import (
	"context"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pkg/errors"
	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/gorgonia-zoo/zoo/data"
	"github.com/gorgonia-zoo/zoo/layers"
	"github.com/gorgonia-zoo/zoo/models/mlp"
	"github.com/gorgonia-zoo/zoo/train"
	"github.com/gorgonia-zoo/zoo/train/optim"
)

// poisoned gives batches of good examples until the nth, counting from 0.
type poisoned struct {
	data.Source
	n int
}

func (p poisoned) Read(epoch, i int, b *data.Batch) error {
	if err := p.Source.Read(epoch, i, b); err != nil {
		return err
	}
	if epoch*p.Len()+i == p.n {
		b.X.Float32s()[5] = float32(math.NaN())
	}
	return nil
}

// A NaN in the data stops training before it reaches a parameter.
func TestNaNInData(t *testing.T) {
	src := examples(60).Shuffle(20, 1)
	tr := small()
	steps, err := fails(t, tr, poisoned{src, 7})
	const want = "step 8: the loss is NaN; X of its batch holds values that are not finite; clean the data"
	if err.Error() != want || steps != 7 {
		t.Errorf("after %d steps: %q, want %q after 7", steps, err, want)
	}
	good := small()
	take(t, good, src, 7)
	if digest(tr.Params) != digest(good.Params) {
		t.Error("the parameters are not those after step 7")
	}
	if err := tr.Save(filepath.Join(t.TempDir(), "model.safetensors")); err != nil {
		t.Errorf("saving the last good state gives %v", err)
	}
	if again, err := fails(t, tr, src); again != 0 || err == nil || err.Error() != want {
		t.Errorf("going on: %d steps, %v", again, err)
	}
}

// A learning rate that is too high stops training with a loss that is not
// finite, whatever the optimizer.
func TestHugeRate(t *testing.T) {
	for _, c := range []struct {
		name string
		o    optim.Optimizer
		clip float64
	}{
		{"SGD", optim.SGD{Rate: 1e20}, 0},
		{"SGD, largest", optim.SGD{Rate: 3e38}, 0},
		{"momentum", optim.SGD{Rate: 1e20, Momentum: 0.9}, 0},
		{"Adam", optim.Adam{Rate: 1e25}, 0},
		{"clipped", optim.SGD{Rate: 1e25}, 1},
	} {
		tr := &train.Trainer{Model: mlp.Of(3, 16, 16), Optimizer: c.o, ClipNorm: c.clip, Seed: 1}
		steps, err := fails(t, tr, examples(60).Shuffle(20, 1))
		if got := err.Error(); steps > 100 || !strings.HasPrefix(got, "step ") || !strings.Contains(got, "is probably too high") || !strings.Contains(got, "finite") && !strings.Contains(got, "the loss is") {
			t.Errorf("%s: after %d steps: %q, want a step and the rate", c.name, steps, got)
		}
		if err := tr.Save(filepath.Join(t.TempDir(), "model.safetensors")); err != nil {
			t.Errorf("%s: saving the last good state gives %v", c.name, err)
		}
		if !finite(tr.Params) {
			t.Errorf("%s: parameters that are not finite", c.name)
		}
	}
}

// A gradient that is not finite while the loss is: √0 has an infinite slope.
func TestGradientNotFinite(t *testing.T) {
	root := layers.Sequential{layers.Flatten{}, layers.Dense{Name: "fc", Units: 3, Init: layers.Zeros}, layers.Func(G.Sqrt)}
	for _, clip := range []float64{0, 1} {
		tr := &train.Trainer{Model: root, ClipNorm: clip}
		steps, err := fails(t, tr, examples(60).Shuffle(20, 1))
		if got := err.Error(); steps != 0 || !strings.HasPrefix(got, "step 1: a gradient is not finite; ") {
			t.Errorf("clip %v: after %d steps: %q", clip, steps, got)
		}
	}
}

var errStop = errors.New("enough")

func TestCancel(t *testing.T) {
	set := examples(60)
	src := set.Shuffle(20, 1)
	ctx, cancel := context.WithCancelCause(context.Background())
	defer cancel(nil)
	tr := small()
	var n int
	var last error
	for s, err := range tr.Steps(ctx, src) {
		if last = err; err != nil {
			break
		}
		if n = s.N; n == 5 {
			cancel(errStop)
		}
	}
	if n != 5 || !errors.Is(last, errStop) {
		t.Errorf("after %d steps: %v, want %v after 5", n, last, errStop)
	}
	if _, err := tr.Evaluate(ctx, set.Batches(60)); !errors.Is(err, errStop) {
		t.Errorf("Evaluate: %v, want %v", err, errStop)
	}
	for _, err := range tr.Epochs(ctx, src, nil, 3) {
		if !errors.Is(err, errStop) {
			t.Errorf("Epochs: %v, want %v", err, errStop)
		}
	}
	take(t, tr, src, 4) // a new context goes on
	whole := small()
	take(t, whole, src, 9)
	if digest(tr.Params) != digest(whole.Params) {
		t.Error("the parameters are not those of an uninterrupted run")
	}
}

// broken cannot be read at all.
type broken struct{ data.Source }

func (broken) Read(int, int, *data.Batch) error { return errors.New("the disk is on fire") }

// Errors of the data say where they come from, and that is all they do.
func TestErrorsOfData(t *testing.T) {
	set := examples(60)
	tr := small()
	for _, c := range []struct {
		src  data.Source
		want string
	}{
		{set.Shuffle(70, 1), "training data: batch 70 is larger than the set of 60 examples; use a smaller batch"},
		{set.Shuffle(0, 1), "training data: batch size is 0; use 1 or more"},
		{set.Slice(0, 0).Shuffle(1, 1), "training data: the set holds no examples; give it at least one"},
		{broken{set.Batches(20)}, "training data: the disk is on fire"},
	} {
		if n, err := fails(t, tr, c.src); n != 0 || err.Error() != c.want {
			t.Errorf("after %d steps: %v, want %q", n, err, c.want)
		}
		for e, err := range tr.Epochs(context.Background(), c.src, nil, 1) {
			if err == nil || err.Error() != c.want {
				t.Errorf("epoch %+v, %v, want %q", e, err, c.want)
			}
		}
	}
	if _, err := tr.Evaluate(context.Background(), broken{set.Batches(20)}); err == nil || err.Error() != "evaluation data: the disk is on fire" {
		t.Errorf("Evaluate: %v", err)
	}
	bad := data.Set{X: set.X, Y: tensor.New(tensor.WithShape(60), tensor.WithBacking(append(make([]int, 59), 3)))}
	if _, err := tr.Evaluate(context.Background(), bad.Batches(60)); err == nil || !strings.HasSuffix(err.Error(), "label 3 of example 59 is none of the model's classes, 0 to 2") {
		t.Errorf("Evaluate: %v", err)
	}
	if _, err := fails(t, tr, bad.Batches(60)); !strings.HasPrefix(err.Error(), "step 1: ") || !strings.HasSuffix(err.Error(), "label 3 of example 59 is none of the model's classes, 0 to 2") {
		t.Errorf("%v", err)
	}
	take(t, tr, set.Shuffle(20, 1), 3) // none of which keeps it from training
}

// Weights that have become infinite in the last step are not saved.
func TestBadStateIsNotSaved(t *testing.T) {
	tr := &train.Trainer{Model: mlp.Of(3), Seed: 1, Schedule: func(step int) float64 {
		if step == 2 {
			return math.MaxFloat32
		}
		return 0.1
	}}
	src := examples(60).Shuffle(20, 1)
	for s, err := range tr.Steps(t.Context(), src) {
		if err != nil {
			t.Fatal(err)
		}
		if s.N == 3 {
			break
		}
	}
	for p := range tr.Params.All() {
		p.Value.Float32s()[0] = float32(math.Inf(1))
	}
	file := filepath.Join(t.TempDir(), "model.safetensors")
	if err := tr.Save(file); err == nil || err.Error() != "not saved: fc1.weight is not finite; lower the learning rate" {
		t.Errorf("saving gives %v", err)
	}
	if _, err := os.Stat(file); err == nil {
		t.Error("saved all the same")
	}
}

// Before any update the rate cannot be to blame.
func TestBadInitialValues(t *testing.T) {
	nan := func(tensor.Shape, *rand.Rand) func() float64 { return math.NaN }
	tr := &train.Trainer{Model: layers.Sequential{layers.Flatten{}, layers.Dense{Name: "fc", Units: 3, Init: nan}}}
	_, err := fails(t, tr, examples(60).Shuffle(20, 1))
	if want := "step 1: the loss is NaN; no step has changed the parameters yet: look at their initial values and at the model's formula"; !strings.HasPrefix(err.Error(), want) {
		t.Errorf("%q, want %q", err, want)
	}
}

// Settings that make no sense are refused at once.
func TestBadSettings(t *testing.T) {
	for _, c := range []struct {
		o    optim.Optimizer
		want string
	}{
		{optim.SGD{Rate: 0.1, Momentum: -2}, "trainer: SGD: Momentum is -2; it must be in [0, 1)"},
		{optim.SGD{Rate: 0.1, Nesterov: true}, "trainer: SGD: Nesterov needs a Momentum"},
		{optim.Adam{Rate: 0.1, Beta1: 1}, "trainer: Adam: Beta1 is 1 and Beta2 0; both must be in [0, 1)"},
		{optim.Adam{Rate: 0.1, Epsilon: -1}, "trainer: Adam: Epsilon is -1; it must not be negative"},
		{optim.SGD{}, "trainer: the optimizer's learning rate is 0; it must be above 0"},
	} {
		if _, err := fails(t, &train.Trainer{Model: mlp.Of(3), Optimizer: c.o}, examples(60).Batches(20)); err.Error() != c.want {
			t.Errorf("%q, want %q", err, c.want)
		}
	}
}

// Sources and calls that make no sense are errors, not panics.
func TestBadSources(t *testing.T) {
	tr := &train.Trainer{Model: mlp.Of(3)}
	for name, src := range map[string]data.Source{"nil": nil, "no X": empty{}, "no Y": unlabeled{examples(20).Batches(10)}} {
		if steps, err := fails(t, tr, src); steps != 0 || !strings.HasPrefix(err.Error(), "training data: the source ") {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := tr.Evaluate(t.Context(), src); err == nil || !strings.HasPrefix(err.Error(), "evaluation data: the source ") {
			t.Errorf("%s: evaluation gives %v", name, err)
		}
		for e, err := range tr.Epochs(t.Context(), src, nil, 1) {
			if err == nil {
				t.Errorf("%s: epoch %v", name, e)
			}
		}
	}
	if _, err := tr.Predict(tensor.New(tensor.WithShape(0, 4), tensor.Of(tensor.Float32))); err == nil {
		t.Error("a prediction of nothing")
	}
	if loss := (train.Step{}).Loss(); !math.IsNaN(loss) {
		t.Errorf("the loss of no step is %v", loss)
	}
}

// empty is a source that says nothing and gives nothing.
type empty struct{}

func (empty) Len() int                           { return 0 }
func (empty) Read(_, _ int, _ *data.Batch) error { return nil }
