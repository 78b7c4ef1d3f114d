package train_test

import (
	"fmt"
	"testing"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/gorgonia-zoo/zoo/data"
	"github.com/gorgonia-zoo/zoo/internal/golden"
	"github.com/gorgonia-zoo/zoo/internal/vm"
	"github.com/gorgonia-zoo/zoo/layers"
	"github.com/gorgonia-zoo/zoo/models/lenet"
	"github.com/gorgonia-zoo/zoo/models/mlp"
	"github.com/gorgonia-zoo/zoo/train"
	"github.com/gorgonia-zoo/zoo/train/optim"
)

// Tolerances, relative to the largest element of a tensor: of one forward and
// backward pass by direct kernels, some thousand float32 roundings; of the same
// through Winograd's convolution; and of ten steps, over which they add up.
const (
	passTolerance     = 1e-5
	winogradTolerance = 1e-4
	stepsTolerance    = 1e-4
)

// A golden net is a case of package golden that trains for ten steps.
type goldenNet struct {
	name      string
	model     layers.Layer
	shape     []int // of an example
	batch     int
	divisors  []float32 // parameter k, from 1, begins at Noise(k) over the kth
	rate      float64
	decay     string
	tolerance float64 // of one pass
}

var goldenNets = []goldenNet{
	{"mlp", mlp.New(), []int{784}, 20, []float32{16, 16, 16, 16}, 0.8, "*.weight", passTolerance},
	{"mlp", mlp.New(), []int{28, 28, 1}, 20, []float32{16, 16, 16, 16}, 0.8, "*.weight", passTolerance},
	{"lenet", withoutDropout(lenet.New()), []int{28, 28, 1}, 10, []float32{2, 16, 16, 16, 32, 16, 8, 16}, 0.01, "fc?.weight", winogradTolerance},
	{"lenet_dropout", lenet.New(), []int{28, 28, 1}, 10, []float32{2, 16, 16, 16, 32, 16, 8, 16}, 0.01, "fc?.weight", winogradTolerance},
	{"lenet5", lenet.LeNet5(), []int{28, 28, 1}, 10, []float32{2, 16, 4, 16, 8, 16, 4, 16, 4, 16}, 0.1, "*.weight", passTolerance},
}

// withoutDropout returns net with the rates of its dropout layers set to 0.
func withoutDropout(net layers.Layer) layers.Layer {
	out := append(layers.Sequential(nil), net.(layers.Sequential)...)
	for i, l := range out {
		if d, ok := l.(layers.Dropout); ok {
			d.Rate = 0
			out[i] = d
		}
	}
	return out
}

// Len implements data.Source: batch s has x = max(0, Noise(200+s)) and the labels
// 7i mod 10, i counting from batch·s.
func (goldenNet) Len() int { return 10 }

func (n goldenNet) Read(_, i int, b *data.Batch) error {
	x := golden.Noise(uint32(200+i), n.batch*784)
	for k, v := range x {
		x[k] = max(0, v)
	}
	y := make([]int, n.batch)
	for k := range y {
		y[k] = (i*n.batch + k) * 7 % 10
	}
	b.X = tensor.New(tensor.WithShape(append([]int{n.batch}, n.shape...)...), tensor.WithBacking(x))
	b.Y = tensor.New(tensor.WithShape(n.batch), tensor.WithBacking(y))
	return nil
}

// params returns the net's parameters as the case has them at first.
func (n goldenNet) params(t *testing.T) *layers.Params {
	t.Helper()
	p := layers.NewParams(1)
	s := layers.NewScope(p, layers.Train)
	if _, err := n.model.Forward(s, s.Input("x", tensor.Float32, append([]int{n.batch}, n.shape...)...)); err != nil {
		t.Fatal(err)
	}
	k := 0
	for q := range p.All() {
		w := q.Value.Float32s()
		for i, v := range golden.Noise(uint32(k+1), len(w)) {
			w[i] = v / n.divisors[k]
		}
		k++
	}
	if k != len(n.divisors) {
		t.Fatalf("%d parameters, want %d", k, len(n.divisors))
	}
	return p
}

// eachGoldenNet runs f for each net.
func eachGoldenNet(t *testing.T, f func(t *testing.T, n goldenNet, c *golden.Case, first data.Batch)) {
	for _, n := range goldenNets {
		t.Run(fmt.Sprint(n.name, n.shape), func(t *testing.T) {
			var b data.Batch
			if err := n.Read(0, 0, &b); err != nil {
				t.Fatal(err)
			}
			f(t, n, golden.Load(t, n.name), b)
		})
	}
}

// Ten steps with decay and averages beside PyTorch's.
func TestTrainingAgreesWithPyTorch(t *testing.T) {
	eachGoldenNet(t, func(t *testing.T, n goldenNet, c *golden.Case, first data.Batch) {
		tr := &train.Trainer{
			Model: n.model, Params: n.params(t), Schedule: optim.Exponential(n.rate, 0.99, 550), Average: 0.99,
			Decay: []train.WeightDecay{{Pattern: n.decay, L2: 1e-4}},
		}
		if n.name != "lenet_dropout" { // whose logits are those of training
			logits, err := tr.Predict(first.X)
			if err != nil {
				t.Fatal(err)
			}
			c.Agree("logits", logits, n.tolerance)
		}
		losses := take(t, tr, n, 10)
		c.Agree("losses", tensor.New(tensor.WithBacking(losses)), stepsTolerance)
		c.Agree("losses_float32", tensor.New(tensor.WithBacking(losses)), stepsTolerance)
		for q := range tr.Params.All() {
			c.Agree("param."+q.Name, q.Value, stepsTolerance)
			c.Agree("average."+q.Name, q.Average, stepsTolerance)
		}
	})
}

// The logits of training and the gradients of every parameter beside PyTorch's.
func TestGradientsAgreeWithPyTorch(t *testing.T) {
	eachGoldenNet(t, func(t *testing.T, n goldenNet, c *golden.Case, first data.Batch) {
		s := layers.NewScope(n.params(t), layers.Train)
		x, y := s.Input("x", tensor.Float32, first.X.Shape()...), s.Input("y", tensor.Int, first.Y.Shape()...)
		out, err := n.model.Forward(s, x)
		if err != nil {
			t.Fatal(err)
		}
		loss, err := train.CrossEntropy(out, y)
		if err != nil {
			t.Fatal(err)
		}
		var wrt G.Nodes
		for _, q := range s.Trained() {
			wrt = append(wrt, q.Node)
		}
		grads, err := G.Grad(loss, wrt...)
		if err != nil {
			t.Fatal(err)
		}
		m, err := vm.New(s.Graph(), append(G.Nodes{out}, grads...)...)
		if err != nil {
			t.Fatal(err)
		}
		for node, v := range map[*G.Node]*tensor.Dense{x: first.X, y: first.Y} {
			if err := G.Let(node, v); err != nil {
				t.Fatal(err)
			}
		}
		if err := m.RunAll(); err != nil {
			t.Fatal(err)
		}
		c.Agree("logits", out.Value(), n.tolerance)
		for i, q := range s.Trained() {
			c.Agree("grad."+q.Name, grads[i].Value(), n.tolerance)
		}
		if len(grads) != len(n.divisors) {
			t.Errorf("%d gradients, want %d", len(grads), len(n.divisors))
		}
	})
}

// The masks of case lenet_dropout, which PyTorch multiplied in: golden.py draws
// them by itself.
func TestMasksAgreeWithPyTorch(t *testing.T) {
	const steps, n = 10, 10 * 512
	s := layers.NewScope(layers.NewParams(1), layers.Train)
	x := s.Input("x", tensor.Float32, 10, 512)
	y, err := layers.Dropout{Name: "drop", Rate: 0.5}.Forward(s, x)
	if err != nil {
		t.Fatal(err)
	}
	m, err := vm.New(s.Graph(), y)
	if err != nil {
		t.Fatal(err)
	}
	halves := make([]float32, n) // doubled, they are 1
	for i := range halves {
		halves[i] = 0.5
	}
	if err := G.Let(x, tensor.New(tensor.WithShape(10, 512), tensor.WithBacking(halves))); err != nil {
		t.Fatal(err)
	}
	var masks []float32
	for step := range steps {
		s.SetStep(step)
		if err := m.RunAll(); err != nil {
			t.Fatal(err)
		}
		masks = append(masks, y.Value().(*tensor.Dense).Float32s()...)
	}
	golden.Load(t, "lenet_dropout").Agree("masks", tensor.New(tensor.WithShape(steps, 10, 512), tensor.WithBacking(masks)), 0)
}
