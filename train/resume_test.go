package train_test

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gorgonia.org/tensor"

	"github.com/gorgonia-zoo/zoo/data"
	"github.com/gorgonia-zoo/zoo/layers"
	"github.com/gorgonia-zoo/zoo/models/mlp"
	"github.com/gorgonia-zoo/zoo/train"
	"github.com/gorgonia-zoo/zoo/train/checkpoint"
	"github.com/gorgonia-zoo/zoo/train/optim"
)

// resumed are trainings with every kind of state, and where their examples come from.
func resumed() map[string]func() (*train.Trainer, data.Source) {
	dealt := func() data.Source { return examples(50).Shuffle(7, 3) } // 7 batches an epoch, one example left out
	net := func(middle ...layers.Layer) layers.Layer {
		return layers.Sequential{
			layers.Conv2D{Name: "conv", Filters: 5, Kernel: 2, Pad: 1}, layers.Sequential(middle), layers.ReLU,
			layers.Flatten{}, layers.Dense{Name: "fc", Units: 3},
		}
	}
	all := map[string]func() (*train.Trainer, data.Source){
		"everything on": func() (*train.Trainer, data.Source) { return small(), dealt() },
		"plain":         func() (*train.Trainer, data.Source) { return &train.Trainer{Model: mlp.Of(3, 16), Seed: 2}, dealt() },
		"adam": func() (*train.Trainer, data.Source) {
			return &train.Trainer{Model: mlp.Of(3, 16), Optimizer: optim.Adam{Rate: 0.01}, Average: 0.9, Seed: 2}, dealt()
		},
		"dropout": func() (*train.Trainer, data.Source) {
			return &train.Trainer{Model: net(layers.Dropout{Name: "drop", Rate: 0.5}), Average: 0.9, Seed: 3}, dealt()
		},
		"batch norm": func() (*train.Trainer, data.Source) {
			return &train.Trainer{Model: net(layers.BatchNorm{Name: "bn"}), Optimizer: optim.SGD{Rate: 0.1, Momentum: 0.9}, Seed: 4}, dealt()
		},
	}
	for name, model := range recurrentModels() {
		all[name] = func() (*train.Trainer, data.Source) {
			return &train.Trainer{Model: model, Optimizer: optim.SGD{Rate: 0.1, Momentum: 0.5}, ClipNorm: 1, Seed: 5}, stream{60, 3, 8}
		}
	}
	return all
}

// bytesAfter trains n steps more and returns the bytes of a checkpoint taken then, in
// which is all that is left of the past.
func bytesAfter(t *testing.T, tr *train.Trainer, src data.Source, n int) []byte {
	t.Helper()
	take(t, tr, src, n)
	dir := t.TempDir()
	if err := tr.Checkpoint(dir); err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(dir, "step-*.safetensors"))
	if err != nil || len(files) != 1 {
		t.Fatalf("%v, %v", files, err)
	}
	b, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// Training that is stopped and resumed, wherever, in the first epoch, at its end or in
// a later one, is training that was not: the same losses, parameters, averages,
// momentum, buffers and carried state, to the bit.
func TestResume(t *testing.T) {
	const steps = 23
	for name, begin := range resumed() {
		t.Run(name, func(t *testing.T) {
			whole, src := begin()
			losses := take(t, whole, src, steps)
			want := bytesAfter(t, whole, src, 0)
			for _, stop := range []int{1, 5, 7, 14, 16, 22} {
				first, src := begin()
				take(t, first, src, stop)
				dir := t.TempDir()
				if err := first.Checkpoint(dir); err != nil {
					t.Fatal(err)
				}
				take(t, first, src, 3) // which a crash has lost
				second, src := begin()
				step, err := second.Resume(dir)
				if err != nil || step != stop {
					t.Fatalf("resumed at step %d, %v; want %d", step, err, stop)
				}
				if got := take(t, second, src, steps-stop); !slices.Equal(got, losses[stop:]) {
					t.Errorf("after a stop at %d the losses are %v, want %v", stop, got, losses[stop:])
				}
				if !bytes.Equal(bytesAfter(t, second, src, 0), want) {
					t.Errorf("after a stop at %d the state is another", stop)
				}
			}
		})
	}
}

// A checkpoint can be resumed by a Trainer that has already trained, on Params that
// hold the model; and evaluation after it uses the averages, without training first.
func TestResumeInPlace(t *testing.T) {
	tr, src := small(), examples(50).Shuffle(7, 3)
	take(t, tr, src, 9)
	dir := t.TempDir()
	if err := tr.Checkpoint(dir); err != nil {
		t.Fatal(err)
	}
	valid := examples(40).Batches(40)
	result, err := tr.Evaluate(t.Context(), valid)
	if err != nil {
		t.Fatal(err)
	}
	want := bytesAfter(t, tr, src, 8)
	for range 2 {
		if step, err := tr.Resume(dir); step != 9 || err != nil {
			t.Fatal(step, err)
		}
		if !bytes.Equal(bytesAfter(t, tr, src, 8), want) {
			t.Error("the same Trainer goes on in another way")
		}
	}
	fresh := small()
	if _, err := fresh.Resume(dir); err != nil {
		t.Fatal(err)
	}
	if got, err := fresh.Evaluate(t.Context(), valid); err != nil || got != result {
		t.Errorf("evaluated as %v, %v; want %v", got, err, result)
	}
	// A checkpoint of a checkpoint that was not trained on is the same.
	again := t.TempDir()
	if err := fresh.Checkpoint(again); err != nil {
		t.Fatal(err)
	}
	other := small()
	if _, err := other.Resume(again); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(bytesAfter(t, other, src, 8), want) {
		t.Error("a checkpoint that was read and written again is another")
	}
}

// Frozen parameters stay frozen.
func TestResumeFrozen(t *testing.T) {
	tr, src := small(), examples(50).Shuffle(7, 3)
	take(t, tr, src, 3)
	if err := tr.Freeze("fc1.*"); err != nil {
		t.Fatal(err)
	}
	take(t, tr, src, 3)
	dir := t.TempDir()
	if err := tr.Checkpoint(dir); err != nil {
		t.Fatal(err)
	}
	next := small()
	if _, err := next.Resume(dir); err != nil {
		t.Fatal(err)
	}
	if !next.Params.Get("fc1.weight").Frozen || next.Params.Get("fc2.weight").Frozen {
		t.Error("others are frozen")
	}
	if !bytes.Equal(bytesAfter(t, next, src, 5), bytesAfter(t, tr, src, 5)) {
		t.Error("frozen training goes on in another way")
	}
}

func TestResumeErrors(t *testing.T) {
	src := examples(50).Shuffle(7, 3)
	saved := func(tr *train.Trainer) string {
		take(t, tr, src, 4)
		dir := t.TempDir()
		if err := tr.Checkpoint(dir); err != nil {
			t.Fatal(err)
		}
		return dir
	}
	dir, plain := saved(small()), saved(&train.Trainer{Model: mlp.Of(3, 16), Seed: 1})
	if _, err := small().Resume(t.TempDir()); !errors.Is(err, checkpoint.ErrNone) {
		t.Errorf("an empty folder: %v", err)
	}
	for name, c := range map[string]struct {
		dir    string
		change func(*train.Trainer)
		want   string
	}{
		"seed":       {dir, func(tr *train.Trainer) { tr.Seed = 2 }, "checkpoint of step 4: it is of seed 1, and this training of seed 2; use the same"},
		"optimizer":  {dir, func(tr *train.Trainer) { tr.Optimizer = optim.Adam{Rate: 1} }, "its optimizer keeps momentum, and this one [m v]; use the optimizer"},
		"momentum":   {plain, func(tr *train.Trainer) { tr.Average = 0 }, "its optimizer keeps nothing, and this one [momentum]; use the optimizer"},
		"average":    {dir, func(tr *train.Trainer) { tr.Average = 0 }, "it has moving averages, and this training has none; set Average as it was"},
		"no average": {plain, func(tr *train.Trainer) { tr.Optimizer = optim.SGD{Rate: 0.1} }, "the checkpoint has no average of fc1.weight; set Average as it was, to 0"},
		"model":      {dir, func(tr *train.Trainer) { tr.Model = mlp.Of(3, 17) }, "fc1.weight has shape (16, 12) where the model has (17, 12), fc1.bias has shape (16) where the model has (17), fc2.weight has shape (3, 16) where the model has (3, 17); build the model"},
		"more":       {dir, func(tr *train.Trainer) { tr.Model = layers.Sequential{tr.Model, layers.Dense{Name: "fc3", Units: 3}} }, "fc3.weight is missing, fc3.bias is missing; build the model"},
		"less": {dir, func(tr *train.Trainer) {
			tr.Model = layers.Sequential{layers.Flatten{}, layers.Dense{Name: "fc1", Units: 16}}
		}, "fc2.bias is unexpected, fc2.weight is unexpected; build the model"},
	} {
		t.Run(name, func(t *testing.T) {
			tr := small()
			c.change(tr)
			_, err := tr.Resume(c.dir)
			if err == nil {
				for _, e := range tr.Steps(t.Context(), src) {
					err = e
					break
				}
			}
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v, want %q", err, c.want)
			}
		})
	}
	if err := small().Checkpoint(t.TempDir()); err == nil || !strings.Contains(err.Error(), "no parameters yet; train") {
		t.Errorf("before the model is built: %v", err)
	}
}

// Of training that failed, and of values that are not finite, there is no checkpoint.
func TestNoBadCheckpoint(t *testing.T) {
	src := examples(50).Shuffle(7, 3)
	tr := small()
	take(t, tr, src, 3)
	w := tr.Params.Get("fc1.weight").Value.Float32s()
	w[7] = float32(math.Inf(1))
	dir := filepath.Join(t.TempDir(), "checkpoints")
	if err := tr.Checkpoint(dir); err == nil || !strings.Contains(err.Error(), "value/fc1.weight is not finite") {
		t.Errorf("infinite: %v", err)
	}
	for _, err := range tr.Steps(t.Context(), src) {
		if err != nil {
			break
		}
	}
	if err := tr.Checkpoint(dir); err == nil || !strings.Contains(err.Error(), "training failed: step 4") {
		t.Errorf("failed: %v", err)
	}
	if _, err := os.Stat(dir); !errors.Is(err, os.ErrNotExist) {
		t.Error("something was saved")
	}
}

// A saver writes beside training, and hands on the errors of what it wrote before.
func TestSaver(t *testing.T) {
	tr, src := small(), examples(50).Shuffle(7, 3)
	s := checkpoint.Saver{Dir: filepath.Join(t.TempDir(), "checkpoints")}
	for range 3 {
		take(t, tr, src, 2)
		if err := s.Save(tr.Snapshot); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Wait(); err != nil {
		t.Fatal(err)
	}
	if steps, err := checkpoint.Steps(s.Dir); err != nil || fmt.Sprint(steps) != "[2 4 6]" {
		t.Errorf("steps %v, %v", steps, err)
	}
	next := small()
	if _, err := next.Resume(s.Dir); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(bytesAfter(t, next, src, 5), bytesAfter(t, tr, src, 5)) {
		t.Error("what was saved beside training is not the state after the step")
	}

	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	s = checkpoint.Saver{Dir: file}
	if err := s.Save(tr.Snapshot); err != nil {
		t.Fatal(err)
	}
	if err := s.Save(tr.Snapshot); err == nil || !strings.Contains(err.Error(), file) {
		t.Errorf("a file for a folder: %v", err)
	}
	if err := s.Wait(); err != nil {
		t.Errorf("told twice: %v", err)
	}
}

// What a step pays for a checkpoint that is written beside training: a copy. Of a
// LeNet that is 20 MB.
func BenchmarkSnapshot(b *testing.B) {
	x := tensor.New(tensor.WithShape(8, 1000), tensor.Of(tensor.Float32))
	y := tensor.New(tensor.WithShape(8), tensor.Of(tensor.Int))
	tr := &train.Trainer{
		Model:     layers.Sequential{layers.Dense{Name: "fc1", Units: 1600}, layers.ReLU, layers.Dense{Name: "fc2", Units: 40}},
		Optimizer: optim.SGD{Rate: 0.1, Momentum: 0.9}, Average: 0.9,
	}
	take(b, tr, data.Set{X: x, Y: y}.Batches(8), 1)
	var c checkpoint.Checkpoint
	b.SetBytes(3 * 4 * int64(tr.Params.Count()))
	b.ResetTimer()
	for range b.N {
		if err := tr.Snapshot(&c); err != nil {
			b.Fatal(err)
		}
	}
}

// A checkpoint is copied: trainers that go on from one do not disturb each other, nor
// it, and what is copied into it again is of that moment.
func TestRestoreCopies(t *testing.T) {
	src := examples(50).Shuffle(7, 3)
	tr := small()
	take(t, tr, src, 6)
	var c checkpoint.Checkpoint
	if err := tr.Snapshot(&c); err != nil {
		t.Fatal(err)
	}
	want := bytesAfter(t, tr, src, 5)
	for range 3 {
		next := small()
		if err := next.Restore(&c); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(bytesAfter(t, next, src, 5), want) {
			t.Error("a trainer goes on in another way")
		}
	}
	next := small()
	if err := next.Restore(&c); err != nil {
		t.Fatal(err)
	}
	if err := next.Snapshot(&c); err != nil {
		t.Fatal(err)
	}
	take(t, next, src, 5)
	dir := t.TempDir()
	if _, err := c.Write(dir); err != nil {
		t.Fatal(err)
	}
	last := small()
	if step, err := last.Resume(dir); step != 6 || err != nil {
		t.Fatal(step, err)
	}
	if !bytes.Equal(bytesAfter(t, last, src, 5), want) {
		t.Error("a snapshot has changed with training")
	}
}

// What only the Trainer has frozen is an error; and after resuming the likely cause of a
// failure is the rate that training really had.
func TestResumeTells(t *testing.T) {
	src := examples(50).Shuffle(7, 3)
	tr := small()
	take(t, tr, src, 6)
	dir := t.TempDir()
	if err := tr.Checkpoint(dir); err != nil {
		t.Fatal(err)
	}
	if err := tr.Freeze("fc1.*"); err != nil {
		t.Fatal(err)
	}
	if step, err := tr.Resume(dir); step != 0 || err == nil || !strings.Contains(err.Error(), "is frozen here, and was trained there; freeze the same") {
		t.Errorf("step %d, %v", step, err)
	}
	wild := func() *train.Trainer {
		return &train.Trainer{Model: mlp.Of(3, 16), Optimizer: optim.SGD{Rate: 1e25}, Seed: 1}
	}
	first := wild()
	take(t, first, src, 1)
	dir = t.TempDir()
	if err := first.Checkpoint(dir); err != nil {
		t.Fatal(err)
	}
	second := wild()
	if _, err := second.Resume(dir); err != nil {
		t.Fatal(err)
	}
	const want = "step 2: the loss is NaN; the learning rate, 1e+25, is probably too high; the parameters are again those after step 1"
	if _, got := fails(t, second, src); got == nil || got.Error() != want {
		t.Errorf("%v, want %s", got, want)
	}
}
