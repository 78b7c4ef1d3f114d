package lstmlm_test

import (
	"context"
	"fmt"
	"math"
	"testing"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/gorgonia-zoo/zoo/data"
	"github.com/gorgonia-zoo/zoo/data/text"
	"github.com/gorgonia-zoo/zoo/internal/golden"
	"github.com/gorgonia-zoo/zoo/internal/vm"
	"github.com/gorgonia-zoo/zoo/layers"
	"github.com/gorgonia-zoo/zoo/models/lstmlm"
	"github.com/gorgonia-zoo/zoo/train"
	"github.com/gorgonia-zoo/zoo/train/optim"
)

// Tolerances, relative to the largest element of a tensor: of one forward and
// backward pass, some thousand float32 roundings, or float64 ones in another order;
// and of ten float32 steps, over which they add up.
var passTolerance = map[tensor.Dtype]float64{tensor.Float32: 1e-5, tensor.Float64: 1e-12}

const stepsTolerance = 1e-4

// A reading is a case of package golden that trains for ten steps.
type reading struct {
	name       string
	config     lstmlm.Config
	vocabulary int
	over       float32 // parameter k, from 1, begins at Noise(k) over this
}

// From 1024 words on, logits are computed some rows at a time, and 9·21 rows are more
// than are taken at once.
var readings = []reading{
	{"lstmlm", lstmlm.Config{Units: 21, Layers: 2, Init: 1, Steps: 6, Batch: 5, ClipNorm: 2}, 50, 2},
	{"lstmlm_dropout", lstmlm.Config{Units: 21, Layers: 2, Init: 1, Steps: 6, Batch: 5, ClipNorm: 2, Dropout: 0.5}, 50, 2},
	{"lstmlm_wide", lstmlm.Config{Units: 37, Layers: 2, Init: 1, Steps: 9, Batch: 21, ClipNorm: 3}, 1030, 1},
}

func (r reading) model() layers.Layer { return lstmlm.New(r.config, r.vocabulary) }

func (r reading) loss(out, y *G.Node) (*G.Node, error) {
	return train.Scaled(train.CrossEntropy, float64(r.config.Steps))(out, y)
}

// source reads the case's text: 7 batches an epoch, and 3 words of each row left over.
func (r reading) source() data.Source {
	c := r.config
	words := make([]int, c.Batch*(7*c.Steps+3))
	for i, v := range golden.Noise(100, len(words)) {
		part := (float64(v) + 1) / 2
		words[i] = int(part * part * float64(r.vocabulary))
	}
	return text.Stream(words, c.Batch, c.Steps)
}

// first returns the first batch.
func (r reading) first(t *testing.T) (b data.Batch) {
	t.Helper()
	if err := r.source().Read(0, 0, &b); err != nil {
		t.Fatal(err)
	}
	return b
}

// params returns the model's parameters as the case has them at first.
func (r reading) params(t *testing.T) *layers.Params {
	t.Helper()
	p := layers.NewParams(1)
	s := layers.NewScope(p, layers.Train)
	if _, err := r.model().Forward(s, s.Input("x", tensor.Int, r.config.Steps, r.config.Batch)); err != nil {
		t.Fatal(err)
	}
	k := uint32(0)
	for q := range p.All() {
		k++
		w := q.Value.Float32s()
		for i, v := range golden.Noise(k, len(w)) {
			w[i] = v / r.over
		}
	}
	if k != 11 {
		t.Fatalf("%d parameters, want 11", k)
	}
	return p
}

// Logits, last states and the gradients of every parameter beside PyTorch's, in both
// types.
func TestGradientsAgreeWithPyTorch(t *testing.T) {
	for _, r := range readings {
		for dtype, tol := range passTolerance {
			t.Run(fmt.Sprint(r.name, "/", dtype), func(t *testing.T) { r.pass(t, dtype, tol) })
		}
	}
}

func (r reading) pass(t *testing.T, dtype tensor.Dtype, tol float64) {
	p := r.params(t)
	if dtype == tensor.Float64 {
		p = p.Float64()
	}
	b := r.first(t)
	s := layers.NewScope(p, layers.Train)
	x, y := s.Input("x", tensor.Int, b.X.Shape()...), s.Input("y", tensor.Int, b.Y.Shape()...)
	out, err := r.model().Forward(s, x)
	if err != nil {
		t.Fatal(err)
	}
	loss, err := r.loss(out, y)
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
	outs := append(G.Nodes{out, loss}, grads...)
	for _, c := range s.Carries() {
		outs = append(outs, c.Next)
	}
	m, err := vm.New(s.Graph(), outs...)
	if err != nil {
		t.Fatal(err)
	}
	for node, v := range map[*G.Node]*tensor.Dense{x: b.X, y: b.Y} {
		if err := G.Let(node, v); err != nil {
			t.Fatal(err)
		}
	}
	if err := m.RunAll(); err != nil {
		t.Fatal(err)
	}
	c := golden.Load(t, r.name)
	c.Agree("logits", out.Value(), tol)
	for i, kind := range []string{"h", "c"} { // of all layers in one array there, in turn here
		var both []float64
		for k := range r.config.Layers {
			both = append(both, wide(s.Carries()[2*k+i].Next.Value())...)
		}
		c.Agree(kind, tensor.New(tensor.WithShape(r.config.Layers, r.config.Batch, r.config.Units), tensor.WithBacking(both)), tol)
	}
	var squares float64
	for i, q := range s.Trained() {
		c.Agree("grad."+q.Name, grads[i].Value(), tol)
		for _, g := range wide(grads[i].Value()) {
			squares += g * g
		}
	}
	golden.Agree(t, "loss", wide(loss.Value()), c.Float64("losses").Float64s()[:1], tol)
	golden.Agree(t, "norm", []float64{math.Sqrt(squares)}, c.Float64("norms").Float64s()[:1], tol)
}

// wide returns v's elements.
func wide(v G.Value) []float64 {
	switch d := v.Data().(type) {
	case []float64:
		return d
	case float64:
		return []float64{d}
	case float32:
		return []float64{float64(d)}
	}
	var w []float64
	for _, f := range v.Data().([]float32) {
		w = append(w, float64(f))
	}
	return w
}

// Ten steps of truncated back-propagation beside PyTorch's, into a second epoch.
func TestTrainingAgreesWithPyTorch(t *testing.T) {
	for _, r := range readings {
		t.Run(r.name, func(t *testing.T) {
			c := golden.Load(t, r.name)
			tr := &train.Trainer{Model: r.model(), Params: r.params(t), Loss: r.loss, Optimizer: optim.SGD{Rate: 1}, ClipNorm: r.config.ClipNorm}
			if r.config.Dropout == 0 { // else the case has logits of training
				logits, err := tr.Predict(r.first(t).X)
				if err != nil {
					t.Fatal(err)
				}
				c.Agree("logits", logits, passTolerance[tensor.Float32])
			}
			losses := take(t, tr, r.source(), 10)
			c.Agree("losses", tensor.New(tensor.WithBacking(losses)), stepsTolerance)
			c.Agree("losses_float32", tensor.New(tensor.WithBacking(losses)), stepsTolerance)
			for q := range tr.Params.All() {
				c.Agree("param."+q.Name, q.Value, stepsTolerance)
			}
		})
	}
}

// take trains for n steps and returns their losses.
func take(t *testing.T, tr *train.Trainer, src data.Source, n int) (losses []float64) {
	t.Helper()
	for s, err := range tr.Steps(context.Background(), src) {
		if err != nil {
			t.Fatal(err)
		}
		if losses = append(losses, s.Loss()); len(losses) == n {
			break
		}
	}
	return losses
}
