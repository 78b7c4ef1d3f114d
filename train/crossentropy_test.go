package train_test

import (
	"context"
	"math"
	"runtime"
	"strconv"
	"testing"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/gorgonia-zoo/zoo/internal/golden"
	"github.com/gorgonia-zoo/zoo/layers"
	"github.com/gorgonia-zoo/zoo/models/mlp"
	"github.com/gorgonia-zoo/zoo/train"
	"github.com/gorgonia-zoo/zoo/train/optim"
)

// apart is CrossEntropy of logits to which zeros are added, so that they are in
// memory as a whole.
func apart(out, y *G.Node) (*G.Node, error) {
	z, err := G.Add(out, G.NewConstant(tensor.New(tensor.Of(tensor.Float32), tensor.WithShape(out.Shape()...))))
	if err != nil {
		return nil, err
	}
	return train.CrossEntropy(z, y)
}

func manyClasses() *train.Trainer {
	return &train.Trainer{Model: mlp.Of(1100, 8), Optimizer: optim.SGD{Rate: 0.5}, ClipNorm: 0.5, Seed: 1}
}

// With so many classes that logits are taken a block at a time, training and
// evaluation agree with the plain way, in which accuracies, too, are to be had.
func TestManyClassesTrainAsFew(t *testing.T) {
	set := examples(400)
	blocks, plain := manyClasses(), manyClasses()
	plain.Loss = apart
	got, want := take(t, blocks, set.Shuffle(200, 1), 12), take(t, plain, set.Shuffle(200, 1), 12)
	golden.Agree(t, "losses", got, want, stepsTolerance)
	if want[11] > want[0]-2 {
		t.Errorf("the loss went from %v to %v: nothing was learned", want[0], want[11])
	}
	for q := range blocks.Params.All() {
		golden.Agree(t, q.Name, q.Value.Float32s(), plain.Params.Get(q.Name).Value.Float32s(), stepsTolerance)
	}
	a, b := evaluate(t, blocks, set.Batches(150)), evaluate(t, plain, set.Batches(150))
	golden.Agree(t, "evaluation", []float64{a.Loss}, []float64{b.Loss}, stepsTolerance)
	if a.Examples != 400 || !math.IsNaN(a.Accuracy) {
		t.Errorf("%+v, want 400 examples and no accuracy", a)
	}
	if few := evaluate(t, &train.Trainer{Model: mlp.Of(1023, 8)}, set.Batches(150)); math.IsNaN(few.Accuracy) {
		t.Error("1023 classes have no accuracy")
	}
	if y, err := blocks.Predict(set.X); err != nil || y.Shape()[1] != 1100 {
		t.Errorf("prediction of %v, error %v", y.Shape(), err)
	}
}

// Training on factor·loss moves the parameters as a rate factor times as high does
// and clips the larger norm, but reports the loss itself.
func TestScaled(t *testing.T) {
	const factor = 35
	set := examples(200)
	for _, classes := range []int{3, 1100} {
		for _, clip := range []float64{0, 0.02} {
			scaled := &train.Trainer{Model: mlp.Of(classes, 8), Loss: train.Scaled(nil, factor), Optimizer: optim.SGD{Rate: 0.01}, ClipNorm: clip * factor, Seed: 1}
			faster := &train.Trainer{Model: mlp.Of(classes, 8), Optimizer: optim.SGD{Rate: 0.01 * factor}, ClipNorm: clip, Seed: 1}
			golden.Agree(t, "losses", take(t, scaled, set.Shuffle(100, 1), 10), take(t, faster, set.Shuffle(100, 1), 10), stepsTolerance)
			for q := range scaled.Params.All() {
				golden.Agree(t, q.Name, q.Value.Float32s(), faster.Params.Get(q.Name).Value.Float32s(), stepsTolerance)
			}
			a, b := evaluate(t, scaled, set.Batches(100)), evaluate(t, faster, set.Batches(100))
			golden.Agree(t, "evaluation", []float64{a.Loss}, []float64{b.Loss}, stepsTolerance)
		}
	}
}

func TestScaledErrors(t *testing.T) {
	set := examples(20)
	for _, c := range []struct {
		loss train.Loss
		want string
	}{
		{train.Scaled(train.CrossEntropy, 0), "loss: scaled by 0; the factor must be finite and not 0"},
		{train.Scaled(train.CrossEntropy, math.NaN()), "loss: scaled by NaN; the factor must be finite and not 0"},
		{train.Scaled(train.CrossEntropy, math.Inf(1)), "loss: scaled by +Inf; the factor must be finite and not 0"},
		{train.Scaled(train.SquaredError, 2), "loss: squared error of output (20, 3) float32 and targets (20) int, which must be alike"},
		{train.Scaled(func(out, _ *G.Node) (*G.Node, error) { return out, nil }, 2), "loss is a float32 of shape (20, 3); it must be a single float32"},
		{train.Scaled(func(_, _ *G.Node) (*G.Node, error) { return nil, nil }, 2), "loss: the function returned neither a node nor an error"},
	} {
		if _, err := fails(t, &train.Trainer{Model: mlp.Of(3), Loss: c.loss}, set.Batches(20)); err.Error() != c.want {
			t.Errorf("%v, want %q", err, c.want)
		}
	}
}

// A loss that a user scales with Gorgonia's own operations is reported scaled.
func TestScaledByGorgonia(t *testing.T) {
	times := func(out, y *G.Node) (*G.Node, error) {
		l, err := train.CrossEntropy(out, y)
		if err != nil {
			return nil, err
		}
		return G.Mul(l, G.NewConstant(float32(35)))
	}
	set := examples(200)
	for _, classes := range []int{3, 1100} {
		theirs := &train.Trainer{Model: mlp.Of(classes, 8), Loss: times, Optimizer: optim.SGD{Rate: 0.01}, Seed: 1}
		ours := &train.Trainer{Model: mlp.Of(classes, 8), Loss: train.Scaled(nil, 35), Optimizer: optim.SGD{Rate: 0.01}, Seed: 1}
		want := take(t, ours, set.Shuffle(100, 1), 10)
		for i := range want {
			want[i] *= 35
		}
		golden.Agree(t, "losses", take(t, theirs, set.Shuffle(100, 1), 10), want, stepsTolerance)
	}
}

// A step of a language model allocates nothing: sparse gradients, logits in
// blocks, a scaled loss, clipping.
func TestNoAllocationsOfWords(t *testing.T) {
	for _, threads := range []int{1, 2} {
		func() {
			defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(threads))
			for name, change := range map[string]func(tr *train.Trainer){
				"SGD":     func(*train.Trainer) {},
				"Adam":    func(tr *train.Trainer) { tr.Optimizer = optim.Adam{Rate: 1e-3} },
				"average": func(tr *train.Trainer) { tr.Average = 0.9 },
			} {
				tr := &train.Trainer{
					Model: bigram(layers.Embedding{Name: "embed", Size: words, Units: units}, 1100),
					Loss:  train.Scaled(train.CrossEntropy, 35), ClipNorm: 5,
				}
				change(tr)
				if got := mallocs(t, tr, pairs(900).Shuffle(200, 1), 40) / 40; got != 0 {
					t.Errorf("%s on %d threads: %d allocations a step, want 0", name, threads, got)
				}
			}
		}()
	}
}

// A label out of range is the same error whatever the number of classes.
func TestManyClassesLabels(t *testing.T) {
	for classes, op := range map[int]string{1023: "crossEntropy", 1024: "linear+crossEntropyGrad"} {
		set := examples(20)
		set.Y.Ints()[3] = classes
		want := "step 1: " + op + ": label " + strconv.Itoa(classes) + " of example 3 is none of the model's classes, 0 to " + strconv.Itoa(classes-1)
		if _, err := fails(t, &train.Trainer{Model: mlp.Of(classes)}, set.Batches(20)); err.Error() != want {
			t.Errorf("%v, want %q", err, want)
		}
		if _, err := (&train.Trainer{Model: mlp.Of(classes)}).Evaluate(context.Background(), set.Batches(20)); err == nil {
			t.Errorf("%d classes: evaluation takes a label out of range", classes)
		}
	}
}
