package train_test

import (
	"context"
	"math"
	"strings"
	"testing"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/gorgonia-zoo/zoo/data"
	"github.com/gorgonia-zoo/zoo/internal/golden"
	"github.com/gorgonia-zoo/zoo/layers"
	"github.com/gorgonia-zoo/zoo/models/mlp"
	"github.com/gorgonia-zoo/zoo/train"
	"github.com/gorgonia-zoo/zoo/train/optim"
)

// idle has a parameter that nothing uses.
type idle struct{ layers.Layer }

func (l idle) Forward(s *layers.Scope, x *G.Node) (*G.Node, error) {
	if _, err := s.Sub("idle").Param("weight", layers.Zeros, 3); err != nil {
		return nil, err
	}
	return l.Layer.Forward(s, x)
}

// blocked is an operation of Gorgonia's that has no gradient.
func blocked(x *G.Node) (*G.Node, error) { return G.Sign(x) }

// What cannot be trained is refused in the user's words, each time it is tried.
func TestRefusals(t *testing.T) {
	set := examples(60)
	net := mlp.Of(3, 16)
	nan := math.NaN()
	regression := data.Set{X: tensor.New(tensor.WithShape(20, 2), tensor.WithBacking(golden.Noise(1, 40))), Y: tensor.New(tensor.WithShape(20), tensor.WithBacking(golden.Noise(2, 20)))}
	double := data.Set{X: tensor.New(tensor.WithShape(60, 12), tensor.WithBacking(make([]float64, 720))), Y: set.Y}
	for _, c := range []struct {
		name, want string
		tr         *train.Trainer
		set        data.Set
	}{
		{"no model", "trainer: Model is nil; set it to a layers.Layer", &train.Trainer{}, set},
		{"no rate", "trainer: the optimizer's learning rate is 0; it must be above 0", &train.Trainer{Model: net, Optimizer: optim.SGD{}}, set},
		{"negative rate", "trainer: the optimizer's learning rate is -0.1; it must be above 0", &train.Trainer{Model: net, Optimizer: optim.Adam{Rate: -0.1}}, set},
		{"rate is NaN", "trainer: the optimizer's learning rate is NaN; it must be above 0", &train.Trainer{Model: net, Optimizer: optim.SGD{Rate: nan}}, set},
		{"average of 1", "trainer: Average is 1; it must be in [0, 1)", &train.Trainer{Model: net, Average: 1}, set},
		{"average is NaN", "trainer: Average is NaN; it must be in [0, 1)", &train.Trainer{Model: net, Average: nan}, set},
		{"negative norm", "trainer: ClipNorm is -1; it must not be negative", &train.Trainer{Model: net, ClipNorm: -1}, set},
		{
			"decay of nothing", `weight decay: pattern "conv*" matches no parameter; the model has fc1.weight, fc1.bias, fc2.weight, fc2.bias`,
			&train.Trainer{Model: net, Decay: []train.WeightDecay{{Pattern: "*.weight", L2: 1}, {Pattern: "conv*", L2: 1}}}, set,
		},
		{"decay of a bad pattern", `weight decay: pattern "[": syntax error in pattern`, &train.Trainer{Model: net, Decay: []train.WeightDecay{{Pattern: "[", L2: 1}}}, set},
		{"negative decay", `weight decay "*": L2 -1 and L1 0 must be finite and not negative`, &train.Trainer{Model: net, Decay: []train.WeightDecay{{Pattern: "*", L2: -1}}}, set},
		{"decay is NaN", `weight decay "*": L2 0 and L1 NaN must be finite and not negative`, &train.Trainer{Model: net, Decay: []train.WeightDecay{{Pattern: "*", L1: nan}}}, set},
		{"unused parameter", "idle.weight gets no gradient: the loss does not depend on it; freeze it or use it", &train.Trainer{Model: idle{net}}, set},
		{"nothing to train", "nothing to train: every parameter is frozen, or the model has none", &train.Trainer{Model: layers.Flatten{}}, set},
		{
			"logits for regression", "loss: cross-entropy takes logits (N, classes) and int labels (N), not (10, 3) and (10) of float32; set another Loss",
			&train.Trainer{Model: net}, regression,
		},
		{
			"images without a channel", "loss: cross-entropy of logits (10, 4, 3) and 10 labels; each of 40 rows needs one, and images a Flatten before the first Dense",
			&train.Trainer{Model: layers.Dense{Name: "fc", Units: 3}},
			data.Set{X: tensor.New(tensor.WithShape(20, 4, 5), tensor.Of(tensor.Float32)), Y: tensor.New(tensor.WithShape(20), tensor.Of(tensor.Int))},
		},
		{
			"column for a vector", "loss: squared error of output (10, 1) float32 and targets (10) float32, which must be alike",
			&train.Trainer{Model: mlp.Of(1), Loss: train.SquaredError}, regression,
		},
		{"float64", "fc1: the input holds float64, the parameters float32; convert the data", &train.Trainer{Model: net}, double},
		{
			"no loss", "loss: the function returned neither a node nor an error",
			&train.Trainer{Model: net, Loss: func(_, _ *G.Node) (*G.Node, error) { return nil, nil }}, set,
		},
		{
			"loss of many", "loss is a float32 of shape (10, 3); it must be a single float32",
			&train.Trainer{Model: net, Loss: func(out, _ *G.Node) (*G.Node, error) { return out, nil }}, set,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			for range 2 {
				if steps, err := fails(t, c.tr, c.set.Batches(10)); steps != 0 || err.Error() != c.want {
					t.Errorf("after %d steps: %q, want %q", steps, err, c.want)
				}
			}
		})
	}
}

// An operation without a gradient between a parameter and the loss is an error.
func TestNoGradient(t *testing.T) {
	tr := &train.Trainer{Model: layers.Sequential{layers.Flatten{}, layers.Dense{Name: "fc", Units: 3}, layers.Func(blocked)}}
	if _, err := fails(t, tr, examples(60).Batches(10)); !strings.Contains(err.Error(), "gradient") {
		t.Errorf("%v", err)
	}
}

func TestRefusalsOfPredictions(t *testing.T) {
	tr := &train.Trainer{Model: mlp.Of(3, 16)}
	for _, x := range []*tensor.Dense{nil, tensor.New(tensor.FromScalar(float32(1)))} {
		const want = "predict: x must be a batch of at least one example, (N, ...)"
		if _, err := tr.Predict(x); err == nil || err.Error() != want {
			t.Errorf("%v, want %q", err, want)
		}
	}
	if err := tr.Save(t.TempDir() + "/m"); err == nil || err.Error() != "not saved: the model has no parameters yet; train, evaluate or predict first" {
		t.Errorf("saving gives %v", err)
	}
	if _, err := tr.Predict(examples(5).X); err != nil {
		t.Fatal(err)
	}
	if _, err := tr.Predict(tensor.New(tensor.WithShape(5, 7), tensor.Of(tensor.Float32))); err == nil || err.Error() != "fc1: the input has 7 features, the weight (16, 12) takes 12" {
		t.Errorf("other features: %v", err)
	}
	columns, err := tensor.New(tensor.WithShape(5, 20), tensor.Of(tensor.Float32)).Slice(nil, G.S(4, 16))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tr.Predict(columns.(*tensor.Dense)); err == nil || err.Error() != "predict: x is a view whose rows do not lie one after the other; pass x.Materialize()" {
		t.Errorf("a slice of columns: %v", err)
	}
	if _, err := (&train.Trainer{Model: mlp.Of(3)}).Evaluate(context.Background(), unlabeled{examples(5).Batches(5)}); err == nil || err.Error() != "evaluation data: the source gives no Y; for answers use Predict" {
		t.Errorf("no Y: %v", err)
	}
}

// A model that puts out a single number trains, and cannot predict rows.
func TestPredictOfOneNumber(t *testing.T) {
	tr := &train.Trainer{Model: flat{}, Loss: itself}
	const want = "predict: the model puts out a single number, not a row an example"
	if _, err := tr.Predict(examples(5).X); err == nil || err.Error() != want {
		t.Errorf("%v, want %q", err, want)
	}
}

// unlabeled gives no Y.
type unlabeled struct{ data.Source }

func (u unlabeled) Read(epoch, i int, b *data.Batch) error {
	err := u.Source.Read(epoch, i, b)
	b.Y = nil
	return err
}

// Params that hold what the model does not declare are another model's.
func TestOtherModelsParams(t *testing.T) {
	p := layers.NewParams(1)
	if _, err := (&train.Trainer{Model: mlp.Of(3, 16, 8), Params: p}).Predict(examples(5).X); err != nil {
		t.Fatal(err)
	}
	const want = "the model has no parameters called fc3.weight, fc3.bias, which Params hold; build the model that they are of"
	_, err := (&train.Trainer{Model: mlp.Of(8, 16), Params: p}).Predict(examples(5).X)
	if err == nil || err.Error() != want {
		t.Errorf("%v, want %q", err, want)
	}
}
