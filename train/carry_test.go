package train_test

import (
	"context"
	"fmt"
	"math"
	"runtime"
	"slices"
	"testing"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/gorgonia-zoo/zoo/data"
	"github.com/gorgonia-zoo/zoo/internal/golden"
	"github.com/gorgonia-zoo/zoo/internal/op"
	"github.com/gorgonia-zoo/zoo/layers"
	"github.com/gorgonia-zoo/zoo/train"
	"github.com/gorgonia-zoo/zoo/train/optim"
)

// A stream is sequences of steps numbers each, n side by side, in windows; the last
// may be shorter. A step's class says whether the number before it was positive.
type stream struct{ steps, n, window int }

func (s stream) Len() int { return (s.steps + s.window - 1) / s.window }

func (s stream) Read(_, i int, b *data.Batch) error {
	lo, hi := i*s.window, min((i+1)*s.window, s.steps)
	if b.X == nil || b.X.Shape()[0] != hi-lo {
		b.X = tensor.New(tensor.WithShape(hi-lo, s.n, 1), tensor.WithBacking(make([]float32, (hi-lo)*s.n)))
		b.Y = tensor.New(tensor.WithShape((hi-lo)*s.n), tensor.WithBacking(make([]int, (hi-lo)*s.n)))
	}
	s.fill(b.X.Float32s(), b.Y.Ints(), lo)
	return nil
}

var numbers = golden.Noise(1, 4000)

// fill sets the numbers and classes from step lo on.
func (s stream) fill(x []float32, y []int, lo int) {
	for i := range x {
		at := lo*s.n + i
		x[i] = numbers[at]
		y[i] = 0
		if at >= s.n && numbers[at-s.n] > 0 {
			y[i] = 1
		}
	}
}

func (s stream) x(lo, hi int) *tensor.Dense {
	n := (hi - lo) * s.n
	x := make([]float32, n)
	s.fill(x, make([]int, n), lo)
	return tensor.New(tensor.WithShape(hi-lo, s.n, 1), tensor.WithBacking(x))
}

// overSteps puts a dense layer behind each step of a recurrent layer.
func overSteps(l layers.Layer, units int) layers.Layer {
	merge := func(y *G.Node) (*G.Node, error) {
		return op.Reshape(y, y.Shape()[0]*y.Shape()[1], units)
	}
	return layers.Sequential{l, layers.Func(merge), layers.Tanh, layers.Dense{Name: "fc", Units: 2}}
}

// recurrentModels are two, for streams.
func recurrentModels() map[string]layers.Layer {
	return map[string]layers.Layer{
		"LSTM": overSteps(layers.LSTM{Name: "r", Units: 9, Layers: 2, ForgetBias: 1}, 9),
		"RNN":  overSteps(layers.RNN{Name: "r", Units: 9, Layers: 2}, 9),
	}
}

// near is for the same sums in another order.
const near = 1e-6

// Evaluation by windows of any length, the last one short, is evaluation in one piece,
// and each begins with zeros.
func TestEvaluateCarriesOn(t *testing.T) {
	for name, m := range recurrentModels() {
		tr := &train.Trainer{Model: m, Seed: 1}
		whole := evaluate(t, tr, stream{23, 3, 23})
		if whole.Examples != 69 {
			t.Errorf("%s: %d examples, want 23·3", name, whole.Examples)
		}
		for _, window := range []int{1, 2, 5, 22, 23} {
			for range 2 {
				r := evaluate(t, tr, stream{23, 3, window})
				if math.Abs(r.Loss-whole.Loss) > near || r.Accuracy != whole.Accuracy || r.Examples != whole.Examples {
					t.Errorf("%s, windows of %d: %+v, in one piece %+v", name, window, r, whole)
				}
			}
		}
		tr.Model = nil // was read by the first call
	}
}

// Predict begins with zeros, Continue goes on; evaluation and training in between
// change nothing but the parameters.
func TestContinue(t *testing.T) {
	for name, m := range recurrentModels() {
		tr := &train.Trainer{Model: m, Schedule: optim.Constant(1e-30), Seed: 1}
		s := stream{9, 3, 3}
		predict := func(call func(*tensor.Dense) (*tensor.Dense, error), lo, hi int) []float32 {
			t.Helper()
			y, err := call(s.x(lo, hi))
			if err != nil {
				t.Fatal(err)
			}
			return slices.Clone(y.Float32s())
		}
		want := predict(tr.Predict, 0, 9)
		for range 2 {
			got := predict(tr.Predict, 0, 4)
			for lo, hi := 4, 5; hi <= 9; lo, hi = hi, hi+2 {
				evaluate(t, tr, s)
				take(t, tr, s, 2)
				got = append(got, predict(tr.Continue, lo, min(hi, 9))...)
			}
			golden.Agree(t, name+": outputs of one piece and of several", got, want, near)
		}
	}
}

func TestContinueErrors(t *testing.T) {
	tr := &train.Trainer{Model: recurrentModels()["LSTM"], Seed: 1}
	fails := func(x *tensor.Dense, want string) {
		t.Helper()
		if y, err := tr.Continue(x); err == nil || err.Error() != want || y != nil {
			t.Errorf("%v, want %s", err, want)
		}
	}
	three, two := stream{9, 3, 9}, stream{9, 2, 9}
	evaluate(t, tr, three) // is no Predict
	fails(three.x(0, 2), "continue: there is no r.h_l0 (3, 9) to go on from; begin with Predict, on as many sequences")
	if _, err := tr.Predict(three.x(0, 2)); err != nil {
		t.Fatal(err)
	}
	fails(two.x(0, 2), "continue: there is no r.h_l0 (2, 9) to go on from; begin with Predict, on as many sequences")
	fails(nil, "continue: x must be a batch of at least one example, (N, ...)")
	if _, err := tr.Continue(three.x(2, 3)); err != nil { // the failures cost nothing
		t.Error(err)
	}
	plain := small()
	for range 2 { // where nothing is carried, Continue is Predict
		if _, err := plain.Continue(examples(3).X); err != nil {
			t.Error(err)
		}
	}
}

// With a rate that moves nothing the losses of training's windows add up to the
// evaluation of the whole, in each epoch again; evaluations between change nothing.
func TestTrainingCarriesOn(t *testing.T) {
	for name, m := range recurrentModels() {
		s := stream{12, 3, 4}
		tr := &train.Trainer{Model: m, Schedule: optim.Constant(1e-30), Seed: 1}
		want := evaluate(t, tr, s).Loss
		first := take(t, tr, s, s.Len())
		if mean := (first[0] + first[1] + first[2]) / 3; math.Abs(mean-want) > near {
			t.Errorf("%s: the mean loss of an epoch is %v, evaluation's %v", name, mean, want)
		}
		var second []float64
		for i := range s.Len() {
			second = append(second, take(t, tr, s, 1)...)
			evaluate(t, tr, stream{12, 3, 2 + i})
			if _, err := tr.Predict(s.x(0, 3)); err != nil {
				t.Fatal(err)
			}
			if err := tr.Close(); err != nil { // gives up graphs, not the state
				t.Fatal(err)
			}
		}
		if !slices.Equal(first, second) {
			t.Errorf("%s: losses %v in an epoch, %v in the next", name, first, second)
		}
		alone := take(t, &train.Trainer{Model: m, Schedule: optim.Constant(1e-30), Seed: 1}, onlyLast{s}, 1)[0]
		if alone == first[2] {
			t.Errorf("%s: the last window has the same loss, %v, without those before it", name, alone)
		}
	}
}

// onlyLast has the last window of a stream and no other.
type onlyLast struct{ stream }

func (onlyLast) Len() int { return 1 }

func (s onlyLast) Read(epoch, _ int, b *data.Batch) error {
	return s.stream.Read(epoch, s.stream.Len()-1, b)
}

// A layer without state gives every window the loss that it has alone.
func TestStateless(t *testing.T) {
	for name, l := range map[string]layers.Layer{
		"LSTM": layers.LSTM{Name: "r", Units: 9, Stateless: true}, "RNN": layers.RNN{Name: "r", Units: 9, Stateless: true},
	} {
		s := stream{12, 3, 4}
		tr := &train.Trainer{Model: overSteps(l, 9), Schedule: optim.Constant(1e-30), Seed: 1}
		losses := take(t, tr, s, 3)
		alone := take(t, &train.Trainer{Model: overSteps(l, 9), Schedule: optim.Constant(1e-30), Seed: 1}, onlyLast{s}, 1)[0]
		if alone != losses[2] {
			t.Errorf("%s: the last window has the loss %v, alone %v", name, losses[2], alone)
		}
		if _, err := tr.Continue(s.x(0, 2)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// resized is a stream whose second window has another number of sequences.
type resized struct{ stream }

func (s resized) Read(epoch, i int, b *data.Batch) error {
	if i == 1 {
		s.n++
		*b = data.Batch{}
	}
	return s.stream.Read(epoch, i, b)
}

// A batch of another number of sequences has nothing to go on from, and begins with
// zeros.
func TestCarryOfAnotherSize(t *testing.T) {
	tr := &train.Trainer{Model: recurrentModels()["LSTM"], Schedule: optim.Constant(1e-30), Seed: 1}
	s := resized{stream{8, 3, 4}}
	got := take(t, tr, s, 2)
	fresh := &train.Trainer{Model: recurrentModels()["LSTM"], Schedule: optim.Constant(1e-30), Seed: 1}
	if want := take(t, fresh, onlyLast{stream{8, 4, 4}}, 1)[0]; got[1] != want {
		t.Errorf("loss %v, want %v, that of a first batch", got[1], want)
	}
}

// flawed gives a label beyond the classes when its batch n is read for the first time.
type flawed struct {
	stream
	n    int
	done *bool
}

func (s flawed) Read(epoch, i int, b *data.Batch) error {
	if err := s.stream.Read(epoch, i, b); err != nil {
		return err
	}
	if i == s.n && !*s.done {
		*s.done = true
		b.Y.Ints()[3] = 2
	}
	return nil
}

// A step that fails hands nothing on: the next one goes on as if it had not been.
func TestCarryAfterFailure(t *testing.T) {
	for name, m := range recurrentModels() {
		s := stream{20, 3, 4}
		want := take(t, &train.Trainer{Model: m, Seed: 1}, s, 5)
		tr := &train.Trainer{Model: m, Seed: 1}
		src := flawed{s, 2, new(bool)}
		var got []float64
		failures := 0
		for len(got) < 5 && failures < 3 {
			for s, err := range tr.Steps(context.Background(), src) {
				if err != nil {
					failures++
					break
				}
				if got = append(got, s.Loss()); len(got) == 5 {
					break
				}
			}
		}
		if failures != 1 || !slices.Equal(got, want) {
			t.Errorf("%s: losses %v after %d failures, want %v after 1", name, got, failures, want)
		}
	}
}

// What only the state tells is learned, and evaluation knows it too.
func TestRecurrentModelsLearn(t *testing.T) {
	for name, m := range recurrentModels() {
		tr := &train.Trainer{Model: m, Optimizer: optim.Adam{Rate: 0.01}, ClipNorm: 5, Average: 0.9, Seed: 1}
		s := stream{100, 10, 5}
		for _, err := range tr.Epochs(context.Background(), s, nil, 15) {
			if err != nil {
				t.Fatal(err)
			}
		}
		// In windows of one step, the number before lies in the state alone.
		if r := evaluate(t, tr, stream{100, 10, 1}); r.Accuracy < 0.97 {
			t.Errorf("%s: %+v, nothing was learned", name, r)
		}
	}
}

// A step allocates nothing, in training as in evaluation, and the number of threads
// changes no bit.
func TestRecurrentSteps(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	for name, l := range map[string]layers.Layer{
		"LSTM": layers.LSTM{Name: "r", Units: 50, Layers: 2, Dropout: 0.5}, "RNN": layers.RNN{Name: "r", Units: 50, Layers: 2, Dropout: 0.5},
	} {
		var want string
		for _, threads := range []int{1, 2, 4} {
			runtime.GOMAXPROCS(threads)
			tr := &train.Trainer{Model: overSteps(l, 50), ClipNorm: 5, Seed: 1}
			take(t, tr, stream{60, 20, 10}, 20)
			if got := digest(tr.Params); want == "" {
				want = got
			} else if got != want {
				t.Errorf("%s: %d threads give\n%swant\n%s", name, threads, got, want)
			}
			const n = 100
			if got := mallocs(t, tr, stream{60, 20, 10}, n) / n; got != 0 {
				t.Errorf("%s, %d threads: %d allocations a step, want 0", name, threads, got)
			}
		}
	}
}

// What is carried is named where it is not finite or does not fit.
func TestCarryErrors(t *testing.T) {
	for _, c := range []struct {
		l    layers.Layer
		want string
	}{
		{carrying(func(_, x *G.Node) (*G.Node, error) { return G.Sum(x) }), "r.state is a (1) of float32, its next value a () of float32"},
		{
			carrying(func(c, _ *G.Node) (*G.Node, error) { return G.Mul(c, G.NewConstant(float32(1e5))) }),
			"step 2: r.state is not finite; the learning rate, 0.1, is probably too high; the parameters are again those after step 0",
		},
	} {
		tr := &train.Trainer{Model: layers.Sequential{layers.Flatten{}, c.l, layers.Dense{Name: "fc", Units: 3}}, Seed: 1}
		_, err := fails(t, tr, examples(60).Shuffle(20, 1))
		if err == nil || err.Error() != c.want {
			t.Errorf("%v, want %s", err, c.want)
		}
	}
}

// carrying passes its input on and carries a number, made of the last, plus 1e30, and
// the input.
type carrying func(c, x *G.Node) (*G.Node, error)

func (l carrying) Forward(s *layers.Scope, x *G.Node) (*G.Node, error) {
	c, err := s.Sub("r").Carry("state", 1)
	if err != nil {
		return nil, err
	}
	one, err := G.Add(c.Node, G.NewConstant(tensor.New(tensor.WithBacking([]float32{1e30}))))
	if err != nil {
		return nil, err
	}
	n, err := l(one, x)
	if err != nil {
		return nil, err
	}
	c.Update(n)
	return x, nil
}

func ExampleTrainer_Continue() {
	model := layers.Sequential{layers.LSTM{Name: "lstm", Units: 4}}
	t := train.Trainer{Model: model, Seed: 1}
	steps := func(n int) *tensor.Dense { // of one sequence, with 2 features
		return tensor.New(tensor.WithShape(n, 1, 2), tensor.WithBacking(make([]float32, 2*n)))
	}
	y, err := t.Predict(steps(10)) // how a text begins
	for range 3 {                  // and on, one step at a time
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(y.Shape())
		y, err = t.Continue(steps(1))
	}
	// Output:
	// (10, 1, 4)
	// (1, 1, 4)
	// (1, 1, 4)
}
