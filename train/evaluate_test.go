package train_test

import (
	"context"
	"math"
	"slices"
	"testing"

	"gorgonia.org/tensor"

	"github.com/gorgonia-zoo/zoo/data"
	"github.com/gorgonia-zoo/zoo/internal/golden"
	"github.com/gorgonia-zoo/zoo/layers"
	"github.com/gorgonia-zoo/zoo/models/mlp"
	"github.com/gorgonia-zoo/zoo/train"
)

func evaluate(t *testing.T, tr *train.Trainer, src data.Source) train.Result {
	t.Helper()
	r, err := tr.Evaluate(context.Background(), src)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// The mean over the examples does not depend on how they are dealt: whole, one
// by one, or with a short batch at the end.
func TestEvaluateWeighsShortBatches(t *testing.T) {
	const rounding = 1e-6 // of float32 losses
	set := examples(50)
	tr := small()
	take(t, tr, set.Shuffle(10, 1), 6)
	want := evaluate(t, tr, set.Batches(50))
	if want.Examples != 50 || want.Accuracy < 0.5 || want.Accuracy == 1 { // both kinds, so that a wrong mean shows
		t.Fatalf("%+v of 50 examples, learned well but not all", want)
	}
	for _, size := range []int{1, 7, 16, 49, 1000} {
		got := evaluate(t, tr, set.Batches(size))
		if got.Examples != 50 || got.Accuracy != want.Accuracy || math.Abs(got.Loss-want.Loss) > rounding*want.Loss {
			t.Errorf("batches of %d: %+v, want %+v", size, got, want)
		}
	}
	if got, want := want.Perplexity(), math.Exp(want.Loss); got != want {
		t.Errorf("perplexity %v, want %v", got, want)
	}
}

// Evaluation and prediction use the averages, also in graphs that were compiled
// before there were any, and training does not.
func TestEvaluateUsesAverages(t *testing.T) {
	set := examples(60)
	for _, early := range []bool{false, true} {
		tr := small()
		if early {
			evaluate(t, tr, set.Batches(60))
			if _, err := tr.Predict(set.X); err != nil {
				t.Fatal(err)
			}
		}
		take(t, tr, set.Shuffle(20, 1), 8)
		plain := &train.Trainer{Model: tr.Model, Params: layers.NewParams(0)}
		if _, err := plain.Predict(set.X); err != nil { // which declares the parameters
			t.Fatal(err)
		}
		for q := range tr.Params.All() {
			if slices.Equal(q.Average.Float32s(), q.Value.Float32s()) {
				t.Fatalf("%s: the average is the value; the test tells nothing", q.Name)
			}
			copy(plain.Params.Get(q.Name).Value.Float32s(), q.Average.Float32s())
		}
		if got, want := evaluate(t, tr, set.Batches(60)), evaluate(t, plain, set.Batches(60)); got != want {
			t.Errorf("evaluated before training %v: %+v, with the averages as values %+v", early, got, want)
		}
		got, err := tr.Predict(set.X)
		if err != nil {
			t.Fatal(err)
		}
		want, err := plain.Predict(set.X)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(got.Float32s(), want.Float32s()) {
			t.Errorf("evaluated before training %v: predictions are not the averages'", early)
		}
	}
}

// Predictions are row by row: any size of batch gives the same.
func TestPredictOfAnySize(t *testing.T) {
	const tolerance = 1e-6 // another size may be summed in another order
	set := examples(50)
	tr := small()
	take(t, tr, set.Shuffle(10, 1), 10)
	whole, err := tr.Predict(set.X)
	if err != nil {
		t.Fatal(err)
	}
	want := slices.Clone(whole.Float32s())
	for _, n := range []int{1, 2, 3, 5, 8, 13, 21, 1} { // more than are kept compiled
		for lo := 0; lo+n <= 50; lo += n {
			y, err := tr.Predict(set.Slice(lo, lo+n).X)
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(y.Shape(), tensor.Shape{n, 3}) {
				t.Fatalf("%d examples give %v", n, y.Shape())
			}
			golden.Agree(t, "prediction", y.Float32s(), want[3*lo:3*(lo+n)], tolerance)
		}
	}
}

// A vector of five is no row of five and no column.
func TestPredictTellsShapesApart(t *testing.T) {
	tr := &train.Trainer{Model: layers.Flatten{}}
	x := golden.Noise(1, 5)
	for _, c := range []struct{ x, y []int }{{[]int{5}, []int{5, 1}}, {[]int{1, 5}, []int{1, 5}}, {[]int{5, 1}, []int{5, 1}}, {[]int{5}, []int{5, 1}}} {
		y, err := tr.Predict(tensor.New(tensor.WithShape(c.x...), tensor.WithBacking(x)))
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(y.Shape(), tensor.Shape(c.y)) || !slices.Equal(y.Float32s(), x) {
			t.Errorf("%v gives %v %v, want %v", c.x, y.Shape(), y, c.y)
		}
	}
}

// Outputs that are no classes have a loss and no accuracy.
func TestEvaluateRegression(t *testing.T) {
	x := golden.Noise(1, 40)
	y := make([]float32, 20)
	for i := range y {
		y[i] = 2*x[2*i] - x[2*i+1] + 0.5
	}
	set := data.Set{X: tensor.New(tensor.WithShape(20, 2), tensor.WithBacking(x)), Y: tensor.New(tensor.WithShape(20, 1), tensor.WithBacking(y))}
	tr := &train.Trainer{Model: mlp.Of(1), Loss: train.SquaredError}
	take(t, tr, set.Shuffle(10, 1), 500)
	r := evaluate(t, tr, set.Batches(7))
	if !math.IsNaN(r.Accuracy) || r.Loss > 1e-6 || r.Examples != 20 {
		t.Errorf("%+v, want no accuracy and a loss of about 0: the targets are linear", r)
	}
	fc := tr.Params.Get("fc1.weight").Value.Float32s()
	golden.Agree(t, "weight", fc, []float32{2, -1}, 1e-2) // what made the targets
}
