package cuda_test

import (
	"math"
	"path/filepath"
	"strings"
	"testing"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/gorgonia-zoo/zoo/cuda/cudatest"
	"github.com/gorgonia-zoo/zoo/internal/device"
	"github.com/gorgonia-zoo/zoo/layers"
	"github.com/gorgonia-zoo/zoo/models/lstmlm"
	"github.com/gorgonia-zoo/zoo/models/mlp"
	"github.com/gorgonia-zoo/zoo/train"
	"github.com/gorgonia-zoo/zoo/train/checkpoint"
	"github.com/gorgonia-zoo/zoo/train/optim"
)

// small is a net with batch normalization and dropout.
func small() layers.Layer {
	return layers.Sequential{
		layers.Conv2D{Name: "conv", Filters: 4, Kernel: 3, Stride: 2, NoBias: true}, layers.BatchNorm{Name: "norm"}, layers.ReLU,
		layers.MaxPool2D{Size: 2}, layers.Flatten{}, layers.Dropout{Name: "drop", Rate: 0.3}, layers.Dense{Name: "fc", Units: 10},
	}
}

// A run that goes from the processor to the device and back by checkpoints ends as one
// that stays on the processor.
func TestCheckpointsMove(t *testing.T) {
	const tolerance = 1e-4
	d := cudatest.Open(t, device.Options{})
	trainer := func(d train.Device) *train.Trainer {
		return &train.Trainer{Model: small(), Optimizer: optim.Adam{Rate: 1e-2}, Average: 0.9, Seed: 1, Device: d}
	}
	src := digits(64).Shuffle(8, 1)
	want := trainer(nil)
	fit(t, want, src, 15, nil)

	dir := t.TempDir()
	var last *train.Trainer
	for i, d := range []train.Device{nil, d, nil} {
		tr := trainer(d)
		if i > 0 {
			if n, err := tr.Resume(dir); err != nil || n != 5*i {
				t.Fatalf("resumed at step %d: %v", n, err)
			}
		}
		fit(t, tr, src, 5*(i+1), nil)
		if err := tr.Checkpoint(dir); err != nil {
			t.Fatal(err)
		}
		if err := tr.Close(); err != nil {
			t.Fatal(err)
		}
		last = tr
	}
	agree(t, last.Params, want.Params, tolerance)
}

// The same training gives the same bits again.
func TestRepeats(t *testing.T) {
	var want []float32
	for range 2 {
		d := cudatest.Open(t, device.Options{})
		tr := &train.Trainer{Model: small(), Seed: 1, Device: d}
		fit(t, tr, digits(64).Shuffle(8, 1), 6, nil)
		got := append([]float32(nil), tr.Params.Get("conv.weight").Value.Float32s()...)
		if want != nil {
			for i := range got {
				if got[i] != want[i] {
					t.Fatalf("weight %d is %v, then %v", i, want[i], got[i])
				}
			}
		}
		want = got
		tr.Close()
	}
}

// The losses of the last steps come all at once, also of epochs.
func TestLosses(t *testing.T) {
	const tolerance = 1e-5
	d := cudatest.Open(t, device.Options{})
	on, off := &train.Trainer{Model: mlp.New(), Seed: 1, Device: d}, &train.Trainer{Model: mlp.New(), Seed: 1}
	defer on.Close()
	src := digits(40).Shuffle(4, 1)
	for _, tr := range []*train.Trainer{on, off} {
		fit(t, tr, src, 7, nil)
	}
	got, err := on.Losses(5)
	if err != nil {
		t.Fatal(err)
	}
	want, err := off.Losses(5)
	if err != nil {
		t.Fatal(err)
	}
	for i, w := range want {
		if math.Abs(got[i]-w) > tolerance*w {
			t.Errorf("losses %v, on the processor %v", got, want)
		}
	}
	for e, err := range on.Epochs(t.Context(), src, nil, 2) {
		if err != nil {
			t.Fatal(err)
		}
		for f, err := range off.Epochs(t.Context(), src, nil, e.N) {
			if err != nil {
				t.Fatal(err)
			}
			if math.Abs(e.Loss-f.Loss) > tolerance*f.Loss {
				t.Errorf("epoch %d: loss %v, on the processor %v", e.N, e.Loss, f.Loss)
			}
		}
	}
}

// What is predicted is what the processor predicts, also after weights were loaded, and
// texts go on where they ended.
func TestPredictions(t *testing.T) {
	const tolerance = 1e-5
	d := cudatest.Open(t, device.Options{})
	same := func(what string, got, want *tensor.Dense) {
		t.Helper()
		for i, w := range want.Float32s() {
			if g := got.Float32s()[i]; !(math.Abs(float64(g-w)) <= tolerance*(1+math.Abs(float64(w)))) {
				t.Fatalf("%s: %v, on the processor %v", what, g, w)
			}
		}
	}
	on, off := &train.Trainer{Model: mlp.New(), Seed: 1, Device: d}, &train.Trainer{Model: mlp.New(), Seed: 1}
	defer on.Close()
	other := &train.Trainer{Model: mlp.New(), Seed: 2}
	predict := func(tr *train.Trainer, n int) *tensor.Dense {
		t.Helper()
		y, err := tr.Predict(digits(n).X)
		if err != nil {
			t.Fatal(err)
		}
		return y
	}
	for _, n := range []int{1, 7, 1} {
		same("logits", predict(on, n), predict(off, n))
	}
	file := filepath.Join(t.TempDir(), "w.safetensors")
	predict(other, 1)
	if err := other.Save(file); err != nil {
		t.Fatal(err)
	}
	if err := on.Params.Load(file); err != nil {
		t.Fatal(err)
	}
	same("logits of what was loaded", predict(on, 3), predict(other, 3))

	c, _ := lstmlm.Find("tutorial")
	c.Units = 16
	text := func(d train.Device) *train.Trainer {
		return &train.Trainer{Model: lstmlm.New(c, 30), Seed: 3, Device: d}
	}
	writes, reads := text(d), text(nil)
	defer writes.Close()
	next := func(n int) *tensor.Dense {
		return tensor.New(tensor.WithShape(n, 1), tensor.WithBacking(words(n, 30)))
	}
	for _, n := range []int{4, 1, 1} {
		call := func(tr *train.Trainer) *tensor.Dense {
			f := tr.Continue
			if n == 4 {
				f = tr.Predict
			}
			y, err := f(next(n))
			if err != nil {
				t.Fatal(err)
			}
			return y
		}
		same("text", call(writes), call(reads))
	}
}

// Training that is no longer finite ends, and leaves what was good.
func TestNotFinite(t *testing.T) {
	d := cudatest.Open(t, device.Options{})
	tr := &train.Trainer{Model: mlp.New(), Seed: 1, Device: d, Schedule: func(n int) float64 {
		if n == 130 {
			return 1e30
		}
		return 0.1
	}}
	defer tr.Close()
	var failed error
	for s, err := range tr.Steps(t.Context(), digits(40).Shuffle(4, 1)) {
		if failed = err; s.N > 300 {
			break
		}
	}
	if failed == nil || !strings.Contains(failed.Error(), "not finite") || !strings.Contains(failed.Error(), "those after step 100") {
		t.Fatalf("%v", failed)
	}
	if err := tr.Save(filepath.Join(t.TempDir(), "w.safetensors")); err != nil {
		t.Errorf("what was good is not saved: %v", err)
	}
	if err := tr.Snapshot(new(checkpoint.Checkpoint)); err == nil {
		t.Error("there is a checkpoint of training that failed")
	}
}

// An operation without a kernel is an error that names it, or runs on the processor.
func TestSoftPlacement(t *testing.T) {
	d := cudatest.Open(t, device.Options{})
	model := layers.Sequential{
		layers.Flatten{}, layers.Dense{Name: "fc", Units: 10},
		layers.Func(func(x *G.Node) (*G.Node, error) { return hosted(x) }),
	}
	hard := &train.Trainer{Model: model, Seed: 1, Device: d}
	defer hard.Close()
	if _, err := hard.Predict(digits(2).X); err == nil || !strings.Contains(err.Error(), "twice") || !strings.Contains(err.Error(), "soft-placement") {
		t.Errorf("without soft placement: %v", err)
	}
	where := map[string]string{}
	soft := &train.Trainer{Model: model, Seed: 1, Device: d, SoftPlacement: true, Placed: func(p train.Placed) {
		name, _, _ := strings.Cut(p.Operation, " ")
		where[name] = p.Device
	}}
	defer soft.Close()
	plain := &train.Trainer{Model: model, Seed: 1}
	for range 3 {
		got, err := soft.Predict(digits(2).X)
		if err != nil {
			t.Fatal(err)
		}
		want, err := plain.Predict(digits(2).X)
		if err != nil {
			t.Fatal(err)
		}
		for i, w := range want.Float32s() {
			if math.Abs(float64(got.Float32s()[i]-w)) > 1e-5 {
				t.Fatalf("%v, on the processor %v", got.Float32s()[i], w)
			}
		}
	}
	if where["linear"] != d.Name() || where["twice"] != "cpu" {
		t.Errorf("placed: %v", where)
	}
}

// Ids that there are not are found before the device reads beyond its memory.
func TestBadInput(t *testing.T) {
	d := cudatest.Open(t, device.Options{})
	c, _ := lstmlm.Find("tutorial")
	c.Units = 16
	tr := &train.Trainer{Model: lstmlm.New(c, 30), Seed: 1, Device: d}
	defer tr.Close()
	x := tensor.New(tensor.WithShape(2, 1), tensor.WithBacking([]int{3, 30}))
	if _, err := tr.Predict(x); err == nil || !strings.Contains(err.Error(), "id 30") {
		t.Errorf("%v", err)
	}
}

// An optimizer of the user's own has no kernel.
func TestOwnOptimizer(t *testing.T) {
	d := cudatest.Open(t, device.Options{})
	tr := &train.Trainer{Model: mlp.New(), Optimizer: own{optim.SGD{Rate: 1}}, Device: d}
	if _, err := tr.Predict(digits(1).X); err == nil || !strings.Contains(err.Error(), "optimizer") {
		t.Errorf("%v", err)
	}
}

type own struct{ optim.SGD }
