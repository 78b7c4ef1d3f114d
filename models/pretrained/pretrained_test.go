package pretrained_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"slices"
	"testing"

	"github.com/gorgonia-zoo/zoo/data/mnist"
	"github.com/gorgonia-zoo/zoo/internal/kernel"
	"github.com/gorgonia-zoo/zoo/layers"
	"github.com/gorgonia-zoo/zoo/models"
	"github.com/gorgonia-zoo/zoo/models/lenet"
	"github.com/gorgonia-zoo/zoo/models/pretrained"
	"github.com/gorgonia-zoo/zoo/train"
)

// weights are those of the package, by model.
var weights = map[string]func() (*layers.Params, error){"mlp": pretrained.MLP, "lenet5": pretrained.LeNet5}

// A record says how weights were made.
type record struct {
	Model              string
	Recipe             string
	Seed               uint64
	Steps              int
	Dataset            string
	ValidationAccuracy float64 `json:"validation_accuracy"`
	TestAccuracy       float64 `json:"test_accuracy"`
	ISA                string
}

func read(t *testing.T, model string) (r record) {
	t.Helper()
	b, err := os.ReadFile(model + ".json")
	if err == nil {
		err = json.Unmarshal(b, &r)
	}
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// The weights answer as many images of the test set right as the records say. Other
// kernel sets round differently, in the seventh digit, and so may decide otherwise
// where two classes are that close: of two images, at most.
func TestAccuracy(t *testing.T) {
	const closeCalls = 2
	digits, err := mnist.Load(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	isa, err := kernel.ISA()
	if err != nil {
		t.Fatal(err)
	}
	for model, load := range weights {
		spec, err := models.Find(model)
		if err != nil {
			t.Fatal(err)
		}
		p, err := load()
		if err != nil {
			t.Fatal(err)
		}
		tr := train.Trainer{Model: spec.New(), Params: p}
		res, err := tr.Evaluate(t.Context(), digits.Test.Batches(500))
		if err != nil {
			t.Fatal(err)
		}
		r, allowed := read(t, model), closeCalls
		if isa == r.ISA {
			allowed = 0
		}
		right := func(accuracy float64) int { return int(math.Round(accuracy * float64(res.Examples))) }
		if got, want := right(res.Accuracy), right(r.TestAccuracy); res.Examples != 10_000 || max(got-want, want-got) > allowed {
			t.Errorf("%s with %s kernels: %d of %d test images are right; %s.json says %d, with %s", model, isa, got, res.Examples, model, want, r.ISA)
		}
	}
}

// Records, weights and models belong together.
func TestRecords(t *testing.T) {
	for model, load := range weights {
		r := read(t, model)
		metadata, err := layers.Metadata(model + ".safetensors")
		if err != nil {
			t.Fatal(err)
		}
		if r.Model != model || metadata["model"] != model || metadata["dataset"] != r.Dataset || metadata["seed"] != fmt.Sprint(r.Seed) {
			t.Errorf("%s.json says %+v, the file %v", model, r, metadata)
		}
		if r.Recipe != "best" || r.Steps == 0 || r.ISA == "" {
			t.Errorf("%s.json says %+v", model, r)
		}
		p, err := load()
		if err != nil {
			t.Fatal(err)
		}
		spec, err := models.Find(model)
		if err != nil {
			t.Fatal(err)
		}
		if p.Count() != spec.Params {
			t.Errorf("%s has %d parameters, want %d", model, p.Count(), spec.Params)
		}
	}
}

// Every program that classifies digits carries LeNet-5's weights.
func TestSize(t *testing.T) {
	const most = 300_000
	info, err := os.Stat("lenet5.safetensors")
	if err != nil {
		t.Fatal(err)
	}
	if info.Size() > most {
		t.Errorf("lenet5.safetensors has %d bytes, want %d at most", info.Size(), most)
	}
}

// Who trains on with the weights leaves other users' alone.
func TestOwn(t *testing.T) {
	a, err := pretrained.LeNet5()
	if err != nil {
		t.Fatal(err)
	}
	b, err := pretrained.LeNet5()
	if err != nil {
		t.Fatal(err)
	}
	before := slices.Clone(b.Get("fc3.bias").Value.Float32s())
	a.Get("fc3.bias").Value.Float32s()[0]++
	if !slices.Equal(before, b.Get("fc3.bias").Value.Float32s()) {
		t.Error("two calls return the same tensors")
	}
}

func ExampleLeNet5() {
	digits, err := mnist.Load(context.Background(), "")
	if err != nil {
		fmt.Println(err)
		return
	}
	x := digits.Test.Slice(0, 1).X // the first test image, (1, 28, 28, 1)

	p, err := pretrained.LeNet5()
	if err != nil {
		fmt.Println(err)
		return
	}
	t := train.Trainer{Model: lenet.LeNet5(), Params: p}
	logits, err := t.Predict(x)
	if err != nil {
		fmt.Println(err)
		return
	}
	guess, err := logits.Argmax(1)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(guess.Ints())
	// Output: [7]
}
