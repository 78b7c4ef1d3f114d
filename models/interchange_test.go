package models_test

import (
	"context"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"gorgonia.org/tensor"

	"github.com/gorgonia-zoo/zoo/data"
	"github.com/gorgonia-zoo/zoo/data/mnist"
	"github.com/gorgonia-zoo/zoo/data/text"
	"github.com/gorgonia-zoo/zoo/internal/golden"
	"github.com/gorgonia-zoo/zoo/internal/safetensors"
	"github.com/gorgonia-zoo/zoo/layers"
	"github.com/gorgonia-zoo/zoo/models"
	"github.com/gorgonia-zoo/zoo/models/lstmlm"
	"github.com/gorgonia-zoo/zoo/train"
)

// What two programs may differ by in a probability: some thousand float32 roundings
// lie behind it.
const probabilityTolerance = 1e-5

// An exchange is a model that interchange.py has, too, what trains it a little, so
// that no bias and no statistic is where it began, and 1,000 inputs.
type exchange struct {
	name  string
	model layers.Layer
	src   data.Source
	x     *tensor.Dense
}

func exchanges(t *testing.T) []exchange {
	t.Helper()
	digits, err := mnist.Load(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	images, x := digits.Train.Slice(0, 1000).Shuffle(50, 1), digits.Test.Slice(0, 1000).X
	batchnorm := layers.Sequential{
		layers.Conv2D{Name: "conv1", Filters: 8, Kernel: 3, NoBias: true}, layers.BatchNorm{Name: "bn1"}, layers.ReLU,
		layers.MaxPool2D{Size: 2}, // (N, 13, 13, 8)
		layers.Flatten{},
		layers.Dense{Name: "fc1", Units: 20}, layers.BatchNorm{Name: "bn2"}, layers.ReLU,
		layers.Dense{Name: "fc2", Units: 10},
	}
	config, err := lstmlm.Find("tutorial")
	if err != nil {
		t.Fatal(err)
	}
	config.Init = 0.2 // so that states matter
	const vocabulary = 100
	ids := make([]int, 5000)
	for i, v := range golden.Noise(1, len(ids)) {
		ids[i] = int((float64(v) + 1) / 2 * vocabulary)
	}
	all := []exchange{
		{"batchnorm", batchnorm, images, x},
		{"lstmlm", lstmlm.New(config, vocabulary), text.Stream(ids, 20, 10), tensor.New(tensor.WithShape(20, 50), tensor.WithBacking(ids[:1000]))},
	}
	for _, spec := range models.All {
		all = append(all, exchange{spec.Name, spec.New(), images, x})
	}
	return all
}

// Weights saved here load into PyTorch's modules, and PyTorch's here, unchanged, and
// both predict the same.
func TestInterchangeWithPython(t *testing.T) {
	python := os.Getenv("ZOO_PYTHON") // one that has PyTorch and safetensors
	if python == "" {
		python = "python3"
	}
	if err := exec.Command(python, "-c", "import torch, safetensors.torch").Run(); err != nil {
		const why = "no Python with PyTorch and safetensors; name one with ZOO_PYTHON"
		if os.Getenv("ZOO_CI") == "1" {
			t.Fatal(why)
		}
		t.Skip(why)
	}
	dir := t.TempDir()
	all := exchanges(t)
	ours := make([][]float32, len(all))
	for i, e := range all {
		ours[i] = e.write(t, filepath.Join(dir, e.name))
	}
	if out, err := exec.Command(python, "interchange.py", dir).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for i, e := range all {
		t.Run(e.name, func(t *testing.T) {
			folder := filepath.Join(dir, e.name)
			theirs, _, err := safetensors.ReadFile(filepath.Join(folder, "y.safetensors"))
			if err != nil {
				t.Fatal(err)
			}
			agree(t, "by the zoo's weights", ours[i], theirs["zoo"])
			loaded := train.Trainer{Model: e.model, Params: layers.NewParams(2)}
			if err := loaded.Params.Load(filepath.Join(folder, "torch.safetensors")); err != nil {
				t.Fatal(err)
			}
			agree(t, "by PyTorch's weights", softmax(predict(t, &loaded, e.x)), theirs["torch"])
		})
	}
}

// write trains the model a little, writes its weights and inputs to folder, and
// returns its probabilities.
func (e exchange) write(t *testing.T, folder string) []float32 {
	t.Helper()
	if err := os.Mkdir(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	tr := train.Trainer{Model: e.model, Seed: 1}
	for s, err := range tr.Steps(context.Background(), e.src) {
		if err != nil {
			t.Fatal(err)
		}
		if s.N == 5 {
			break
		}
	}
	if err := tr.Save(filepath.Join(folder, "zoo.safetensors")); err != nil {
		t.Fatal(err)
	}
	x := e.x
	if x.Dtype() == tensor.Int { // files hold float32 only
		w := make([]float32, 0, x.Shape().TotalSize())
		for _, id := range x.Ints() {
			w = append(w, float32(id))
		}
		x = tensor.New(tensor.WithShape(x.Shape()...), tensor.WithBacking(w))
	}
	if err := safetensors.WriteFile(filepath.Join(folder, "x.safetensors"), map[string]*tensor.Dense{"x": x}, nil); err != nil {
		t.Fatal(err)
	}
	return softmax(predict(t, &tr, e.x))
}

// softmax returns the probabilities for logits (..., classes).
func softmax(logits *tensor.Dense) []float32 {
	classes := logits.Shape()[logits.Dims()-1]
	p := make([]float32, 0, logits.Shape().TotalSize())
	for row := range slices.Chunk(logits.Float32s(), classes) {
		var sum float64
		top := slices.Max(row)
		for _, v := range row {
			sum += math.Exp(float64(v - top))
		}
		for _, v := range row {
			p = append(p, float32(math.Exp(float64(v-top))/sum))
		}
	}
	return p
}

func agree(t *testing.T, what string, ours []float32, theirs *tensor.Dense) {
	t.Helper()
	if n := theirs.Shape().TotalSize(); n != len(ours) {
		t.Fatalf("%s: PyTorch has %d probabilities, the zoo %d", what, n, len(ours))
	}
	var most float64
	for i, p := range theirs.Float32s() {
		most = math.Max(most, math.Abs(float64(ours[i]-p)))
	}
	first := make([]float32, 0, 1000) // probabilities of the first class
	for row := range slices.Chunk(ours, theirs.Shape()[theirs.Dims()-1]) {
		first = append(first, row[0])
	}
	if lo, hi := slices.Min(first), slices.Max(first); len(first) != 1000 || hi-lo < 10*probabilityTolerance {
		t.Errorf("%s: %d inputs have their first class at %v to %v, which compares nothing; want 1000 that differ", what, len(first), lo, hi)
	}
	if !(most <= probabilityTolerance) {
		t.Errorf("%s: probabilities differ by %v, want at most %v", what, most, probabilityTolerance)
	}
	t.Logf("%s: probabilities differ by at most %.1e", what, most)
}
