package train_test

import (
	"testing"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/gorgonia-zoo/zoo/data"
	"github.com/gorgonia-zoo/zoo/internal/golden"
	"github.com/gorgonia-zoo/zoo/internal/vm"
	"github.com/gorgonia-zoo/zoo/layers"
	"github.com/gorgonia-zoo/zoo/models/mlp"
	"github.com/gorgonia-zoo/zoo/train"
	"github.com/gorgonia-zoo/zoo/train/optim"
)

// Tolerances, relative to the largest element of a tensor: of one forward and
// backward pass, some thousand float32 roundings, and of ten steps, over which they
// add up.
const (
	passTolerance  = 1e-5
	stepsTolerance = 1e-4
)

// trajectory is the data of case mlp: batch s has x = max(0, Noise(200+s)) and
// the labels 7i mod 10, i counting from 20s.
type trajectory struct{ shape []int }

func (trajectory) Len() int { return 10 }

func (tr trajectory) Read(_, i int, b *data.Batch) error {
	const n = 20
	x := golden.Noise(uint32(200+i), n*784)
	for k, v := range x {
		x[k] = max(0, v)
	}
	y := make([]int, n)
	for k := range y {
		y[k] = (i*n + k) * 7 % 10
	}
	b.X = tensor.New(tensor.WithShape(append([]int{n}, tr.shape...)...), tensor.WithBacking(x))
	b.Y = tensor.New(tensor.WithShape(n), tensor.WithBacking(y))
	return nil
}

// mlpParams returns the case's parameters, which are Noise(1) to Noise(4) over 16.
func mlpParams(t *testing.T) *layers.Params {
	t.Helper()
	p := layers.NewParams(1)
	s := layers.NewScope(p, layers.Train)
	if _, err := mlp.New().Forward(s, s.Input("x", tensor.Float32, 20, 784)); err != nil {
		t.Fatal(err)
	}
	key := uint32(0)
	for q := range p.All() {
		key++
		w := q.Value.Float32s()
		for i, v := range golden.Noise(key, len(w)) {
			w[i] = v / 16
		}
	}
	return p
}

// Ten steps of the MLP with decay and averages beside PyTorch's, as vectors and
// as images.
func TestMLPAgreesWithPyTorch(t *testing.T) {
	for _, shape := range [][]int{{784}, {28, 28, 1}} {
		c := golden.Load(t, "mlp")
		src := trajectory{shape}
		tr := &train.Trainer{
			Model: mlp.New(), Params: mlpParams(t), Schedule: optim.Exponential(0.8, 0.99, 550), Average: 0.99,
			Decay: []train.WeightDecay{{Pattern: "*.weight", L2: 1e-4}},
		}
		var b data.Batch
		if err := src.Read(0, 0, &b); err != nil {
			t.Fatal(err)
		}
		logits, err := tr.Predict(b.X)
		if err != nil {
			t.Fatal(err)
		}
		c.Agree("logits", logits, passTolerance)
		losses := take(t, tr, src, 10)
		c.Agree("losses", tensor.New(tensor.WithBacking(losses)), stepsTolerance)
		c.Agree("losses_float32", tensor.New(tensor.WithBacking(losses)), stepsTolerance)
		for q := range tr.Params.All() {
			c.Agree("param."+q.Name, q.Value, stepsTolerance)
			c.Agree("average."+q.Name, q.Average, stepsTolerance)
		}
	}
}

func TestMLPGradientsAgreeWithPyTorch(t *testing.T) {
	c := golden.Load(t, "mlp")
	var b data.Batch
	if err := (trajectory{[]int{28, 28, 1}}).Read(0, 0, &b); err != nil {
		t.Fatal(err)
	}
	s := layers.NewScope(mlpParams(t), layers.Train)
	x, y := s.Input("x", tensor.Float32, b.X.Shape()...), s.Input("y", tensor.Int, b.Y.Shape()...)
	out, err := mlp.New().Forward(s, x)
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
	m, err := vm.New(s.Graph(), grads...)
	if err != nil {
		t.Fatal(err)
	}
	for n, v := range map[*G.Node]*tensor.Dense{x: b.X, y: b.Y} {
		if err := G.Let(n, v); err != nil {
			t.Fatal(err)
		}
	}
	if err := m.RunAll(); err != nil {
		t.Fatal(err)
	}
	for i, q := range s.Trained() {
		c.Agree("grad."+q.Name, grads[i].Value(), passTolerance)
	}
	if len(grads) != 4 {
		t.Errorf("%d gradients, want 4", len(grads))
	}
}
