package models_test

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gorgonia.org/tensor"

	"github.com/gorgonia-zoo/zoo/data"
	"github.com/gorgonia-zoo/zoo/layers"
	"github.com/gorgonia-zoo/zoo/models"
	"github.com/gorgonia-zoo/zoo/models/mlp"
	"github.com/gorgonia-zoo/zoo/train"
	"github.com/gorgonia-zoo/zoo/train/optim"
)

// noise returns n images of random pixels in the shape that spec wants, and
// labels 0 to 9 in turn.
func noise(spec models.Spec, n int) data.Set {
	r := rand.New(rand.NewPCG(1, 1))
	shape := append(tensor.Shape{n}, spec.Input...)
	x, y := make([]float32, shape.TotalSize()), make([]int, n)
	for i := range x {
		x[i] = r.Float32()
	}
	for i := range y {
		y[i] = i % 10
	}
	return data.Set{
		X: tensor.New(tensor.WithShape(shape...), tensor.WithBacking(x)),
		Y: tensor.New(tensor.WithShape(n), tensor.WithBacking(y)),
	}
}

// predict returns a copy of the outputs for x.
func predict(t *testing.T, tr *train.Trainer, x *tensor.Dense) *tensor.Dense {
	t.Helper()
	y, err := tr.Predict(x)
	if err != nil {
		t.Fatal(err)
	}
	return y.Clone().(*tensor.Dense)
}

// What holds for every model of the zoo.
func TestAll(t *testing.T) {
	names := map[string]bool{}
	for _, spec := range models.All {
		if names[spec.Name] {
			t.Errorf("two models are called %s", spec.Name)
		}
		names[spec.Name] = true
		t.Run(spec.Name, func(t *testing.T) {
			t.Run("Spec", func(t *testing.T) {
				if spec.Source == "" {
					t.Error("no source")
				}
				found, err := models.Find(spec.Name)
				if err != nil || found.Name != spec.Name {
					t.Errorf("Find returns %q, %v", found.Name, err)
				}
				p := layers.NewParams(1)
				s := layers.NewScope(p, layers.Eval)
				y, err := spec.New().Forward(s, s.Input("x", tensor.Float32, append([]int{7}, spec.Input...)...))
				if err != nil {
					t.Fatal(err)
				}
				if want := (tensor.Shape{7, 10}); !y.Shape().Eq(want) {
					t.Errorf("the output for 7 examples has shape %v, want %v", y.Shape(), want)
				}
				if p.Count() != spec.Params {
					t.Errorf("%d parameters, want the %d that its description says", p.Count(), spec.Params)
				}
			})
			t.Run("Learns", func(t *testing.T) { learns(t, spec) })
			t.Run("BatchSize", func(t *testing.T) { batchSize(t, spec) })
		})
	}
}

// learns: a model that cannot learn 20 random images by heart is broken, and so is
// one that predicts otherwise once it was saved and loaded.
func learns(t *testing.T, spec models.Spec) {
	set := noise(spec, 20)
	tr := train.Trainer{Model: spec.New(), Optimizer: optim.Adam{Rate: 1e-3}, Seed: 1}
	const limit = 200
	for e, err := range tr.Epochs(context.Background(), set.Shuffle(10, 1), set.Batches(20), limit) {
		if err != nil {
			t.Fatal(err)
		}
		if e.Valid.Accuracy == 1 {
			break
		}
		if e.N == limit {
			t.Errorf("accuracy %v after %d passes over 20 examples, want 1", e.Valid.Accuracy, limit)
		}
	}
	want := predict(t, &tr, set.X).Float32s()
	for i, v := range want {
		if f := float64(v); math.IsNaN(f) || math.IsInf(f, 0) {
			t.Fatalf("logit %d is %v", i, v)
		}
	}
	file := filepath.Join(t.TempDir(), "model.safetensors")
	if err := tr.Save(file); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(file)
	if err != nil {
		t.Fatal(err)
	}
	if size := int64(4 * spec.Params); info.Size() < size || info.Size() > size+4096 {
		t.Errorf("model.safetensors has %d bytes, want %d and a header", info.Size(), size)
	}
	for _, built := range []bool{false, true} {
		loaded := train.Trainer{Model: spec.New(), Params: layers.NewParams(2)}
		if built { // with values of its own
			predict(t, &loaded, set.X)
		}
		if err := loaded.Params.Load(file); err != nil {
			t.Fatal(err)
		}
		if got := predict(t, &loaded, set.X).Float32s(); !slices.Equal(got, want) {
			t.Errorf("built before: %v. After saving and loading the logits are %v…, were %v…", built, got[:10], want[:10])
		}
	}
}

// batchSize: what a model says of an image does not depend on the images beside it.
func batchSize(t *testing.T, spec models.Spec) {
	const tolerance = 1e-6 // of the largest logit: the order of sums may differ
	set := noise(spec, 100)
	tr := train.Trainer{Model: spec.New(), Seed: 1}
	all := predict(t, &tr, set.X).Float32s()
	var largest float32
	for _, v := range all {
		largest = max(largest, v, -v)
	}
	for i := range 100 {
		one := predict(t, &tr, set.Slice(i, i+1).X).Float32s()
		for j, v := range one {
			if want := all[i*len(one)+j]; !(max(v-want, want-v) <= tolerance*largest) {
				t.Fatalf("image %d, logit %d: %v alone, %v in a batch of 100", i, j, v, want)
			}
		}
	}
}

func TestFindListsTheModels(t *testing.T) {
	_, err := models.Find("alexnet")
	if err == nil {
		t.Fatal("found a model called alexnet")
	}
	for _, spec := range models.All {
		if !strings.Contains(err.Error(), spec.Name) {
			t.Errorf("%q does not name %s", err, spec.Name)
		}
	}
}

func TestSummaryPassesErrorsOn(t *testing.T) {
	const want = "fc1: dense with 0 units; at least 1 is needed"
	if _, err := models.Summary(mlp.Of(10, 0), 1, 28, 28, 1); err == nil || err.Error() != want {
		t.Errorf("error %v, want %s", err, want)
	}
}

func ExampleSummary() {
	table, err := models.Summary(mlp.New(), 100, 28, 28, 1)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Print(strings.ReplaceAll(table, "  \n", "\n")) // no blanks at ends of lines, as below
	// Output:
	// layer      output            parameters
	// input      (100, 28, 28, 1)
	// Flatten    (100, 784)        0
	// Dense fc1  (100, 500)        392,500
	// ReLU       (100, 500)        0
	// Dense fc2  (100, 10)         5,010
	// total                        397,510
}
