package train_test

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gorgonia.org/tensor"

	"github.com/gorgonia-zoo/zoo/data"
	"github.com/gorgonia-zoo/zoo/internal/golden"
	"github.com/gorgonia-zoo/zoo/internal/safetensors"
	"github.com/gorgonia-zoo/zoo/layers"
	"github.com/gorgonia-zoo/zoo/train"
	"github.com/gorgonia-zoo/zoo/train/optim"
)

// fitted is the data of case batchnorm_fit.
type fitted struct{}

func (fitted) Len() int { return 10 }

func (fitted) Read(_, i int, b *data.Batch) error {
	b.X = tensor.New(tensor.WithShape(8, 4), tensor.WithBacking(golden.Noise(uint32(200+i), 32)))
	b.Y = tensor.New(tensor.WithShape(8), tensor.WithBacking([]int{0, 1, 2, 0, 1, 2, 0, 1}))
	return nil
}

var normalized = layers.Sequential{
	layers.Flatten{}, layers.Dense{Name: "fc1", Units: 5}, layers.BatchNorm{Name: "bn1"}, layers.ReLU, layers.Dense{Name: "fc2", Units: 3},
}

// Ten steps beside PyTorch's: running statistics too, and evaluation on them.
func TestBatchNormAgreesWithPyTorch(t *testing.T) {
	c := golden.Load(t, "batchnorm_fit")
	tr := &train.Trainer{Model: normalized, Params: layers.NewParams(1)}
	s := layers.NewScope(tr.Params, layers.Eval)
	if _, err := tr.Model.Forward(s, s.Input("x", tensor.Float32, 8, 4)); err != nil {
		t.Fatal(err)
	}
	key := uint32(0)
	for q := range tr.Params.All() {
		if !q.Buffer {
			key++
			copy(q.Value.Float32s(), golden.Noise(key, q.Value.Shape().TotalSize()))
		}
	}
	c.Agree("losses", tensor.New(tensor.WithBacking(take(t, tr, fitted{}, 10))), stepsTolerance)
	tensors := 0
	for q := range tr.Params.All() {
		tensors++
		if q.Name != "fc1.bias" { // what bn1 takes away: its gradient is 0 but for rounding
			c.Agree(q.Name, q.Value, stepsTolerance)
		}
	}
	logits, err := tr.Predict(tensor.New(tensor.WithShape(6, 4), tensor.WithBacking(golden.Noise(300, 24))))
	if err != nil {
		t.Fatal(err)
	}
	c.Agree("logits", logits, stepsTolerance)
	if tensors != 8 {
		t.Errorf("%d tensors, want 8", tensors)
	}
}

// The running statistics move once a step, have no average, and stay in
// evaluation; a file holds them.
func TestBatchNormBuffers(t *testing.T) {
	set := examples(90)
	tr := &train.Trainer{Model: normalized, Average: 0.9, Optimizer: optim.Adam{Rate: 1e-2}, ClipNorm: 1, Seed: 1}
	mean := func() []float32 { return slices.Clone(tr.Params.Get("bn1.running_mean").Value.Float32s()) }
	var was []float32
	for range 3 {
		take(t, tr, set.Shuffle(30, 1), 1)
		if now := mean(); slices.Equal(now, was) {
			t.Error("the running mean stayed in training")
		} else {
			was = now
		}
		evaluate(t, tr, set.Batches(40))
		if !slices.Equal(mean(), was) {
			t.Error("the running mean moved in evaluation")
		}
	}
	for q := range tr.Params.All() {
		if q.Buffer != strings.HasPrefix(q.Name, "bn1.running") || q.Buffer && q.Average != nil {
			t.Errorf("%s: buffer %v, average %v", q.Name, q.Buffer, q.Average)
		}
	}
	file := filepath.Join(t.TempDir(), "model.safetensors")
	if err := tr.Save(file); err != nil {
		t.Fatal(err)
	}
	saved, _, err := safetensors.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]*tensor.Dense{"bn1.running_mean": tr.Params.Get("bn1.running_mean").Value, "bn1.running_var": tr.Params.Get("bn1.running_var").Value} {
		if got := saved[name]; got == nil || !slices.Equal(got.Float32s(), want.Float32s()) {
			t.Errorf("the file has %s %v, want %v", name, got, want)
		}
	}
}

// Frozen as a whole the layer stays, and training and evaluation are one; with
// only weight and bias frozen the statistics go on.
func TestBatchNormFrozen(t *testing.T) {
	set := examples(90)
	for pattern, stays := range map[string]string{
		"bn1.*":         "bn1.weight bn1.bias bn1.running_mean bn1.running_var",
		"bn1.running_*": "bn1.running_mean bn1.running_var",
		"bn1.[wb]*":     "bn1.weight bn1.bias",
	} {
		tr := &train.Trainer{Model: normalized, Seed: 1}
		take(t, tr, set.Shuffle(30, 1), 5)
		if err := tr.Freeze(pattern); err != nil {
			t.Fatal(err)
		}
		was := values(tr)
		e := evaluate(t, tr, set.Batches(90))
		loss := take(t, tr, set.Batches(90), 1)[0]
		fixed := strings.Contains(stays, "running")
		if d := e.Loss - loss; (d < 1e-6 && d > -1e-6) != fixed {
			t.Errorf("%s frozen: evaluation has the loss %v, training %v", pattern, e.Loss, loss)
		}
		for name, v := range values(tr) {
			if slices.Equal(v, was[name]) != slices.Contains(strings.Fields(stays), name) {
				t.Errorf("%s frozen: %s stayed %v", pattern, name, slices.Equal(v, was[name]))
			}
		}
	}
}

// A step that fails leaves the running statistics as they were kept, with the
// parameters; a batch that is bad does not reach them.
func TestBatchNormAfterFailure(t *testing.T) {
	schedule := func(step int) float64 {
		if step == 142 {
			return 1e38
		}
		return 0.1
	}
	tr := &train.Trainer{Model: normalized, Schedule: schedule, Seed: 1}
	if _, err := fails(t, tr, examples(60).Shuffle(20, 1)); !strings.HasSuffix(err.Error(), "again those after step 100") {
		t.Error(err)
	}
	good := &train.Trainer{Model: normalized, Seed: 1}
	take(t, good, examples(60).Shuffle(20, 1), 100)
	if digest(tr.Params) != digest(good.Params) {
		t.Error("parameters and statistics are not those after step 100")
	}

	bad := examples(60)
	bad.X.Float32s()[500] = 1e38
	bad.X.Float32s()[501] *= 1e38
	tr = &train.Trainer{Model: layers.Sequential{layers.Flatten{}, layers.BatchNorm{Name: "bn1"}, layers.Dense{Name: "fc", Units: 3}}, Seed: 1}
	if _, err := fails(t, tr, bad.Batches(60)); err == nil || !finite(tr.Params) {
		t.Errorf("%v; the parameters are finite: %v", err, finite(tr.Params))
	}
}

// A step with dropout and batch normalization allocates nothing.
func TestNoAllocationsWithState(t *testing.T) {
	net := layers.Sequential{
		layers.BatchNorm{Name: "bn0"},
		layers.Flatten{},
		layers.Dropout{Name: "drop0", Rate: 0.2},
		layers.Dense{Name: "fc1", Units: 300},
		layers.BatchNorm{Name: "bn1"},
		layers.ReLU,
		layers.Dropout{Name: "drop1", Rate: 0.5},
		layers.Dense{Name: "fc2", Units: 10},
	}
	const n = 200
	tr := &train.Trainer{Model: net, Average: 0.99, Seed: 1}
	if got := mallocs(t, tr, images(200).Shuffle(100, 1), n) / n; got != 0 {
		t.Errorf("%d allocations a step, want 0", got)
	}
}
