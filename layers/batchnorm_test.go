package layers_test

import (
	"fmt"
	"math"
	"testing"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/gorgonia-zoo/zoo/internal/golden"
	"github.com/gorgonia-zoo/zoo/internal/gradcheck"
	"github.com/gorgonia-zoo/zoo/internal/op"
	"github.com/gorgonia-zoo/zoo/internal/vm"
	"github.com/gorgonia-zoo/zoo/layers"
)

var bn = layers.BatchNorm{Name: "bn1"}

func TestBatchNormGradients(t *testing.T) {
	for name, c := range map[string]struct {
		l     layers.Layer
		shape []int
	}{
		"2-d":               {bn, []int{6, 5}},
		"2-d, one channel":  {bn, []int{6, 1}},
		"2-d, three rows":   {bn, []int{3, 3}},
		"4-d":               {bn, []int{2, 3, 2, 5}},
		"4-d, one example":  {bn, []int{1, 3, 2, 5}},
		"4-d, one channel":  {bn, []int{2, 3, 2, 1}},
		"after dense, ReLU": {layers.Sequential{layers.Dense{Name: "fc", Units: 5, NoBias: true}, bn, layers.ReLU, layers.Dense{Name: "out", Units: 2}}, []int{6, 4}},
		"residual":          {layers.Sum{layers.Sequential{}, bn}, []int{6, 5}},
	} {
		t.Run(name, func(t *testing.T) { gradcheck.Layer(t, c.l, c.shape...) })
	}
}

// The gradients of evaluation and of frozen statistics.
func TestBatchNormFixedGradients(t *testing.T) {
	for _, shape := range []tensor.Shape{{6, 5}, {1, 5}, {2, 3, 2, 5}} {
		gradcheck.Func(t, func(in ...*G.Node) (*G.Node, error) {
			mean := G.NewConstant(tensor.New(tensor.WithBacking([]float64{0.3, -0.2, 0, 1, -1})), G.WithName("mean"))
			variance := G.NewConstant(tensor.New(tensor.WithBacking([]float64{0.5, 1, 2, 0.1, 0})), G.WithName("variance"))
			return op.BatchNorm(in[0], mean, variance, in[1], in[2], 0.2, false)
		}, shape, tensor.Shape{5}, tensor.Shape{5})
	}
}

func TestBatchNormMachines(t *testing.T) {
	sameOnTapeMachine(t, newFit(t, bn, tensor.Shape{7, 5}, false))
	sameOnTapeMachine(t, newFit(t, bn, tensor.Shape{2, 3, 4, 5}, true))
	net := layers.Sequential{layers.Dense{Name: "fc1", Units: 5}, bn, layers.ReLU, layers.Dense{Name: "fc2", Units: 3}}
	sameOnTapeMachine(t, newFit(t, net, tensor.Shape{7, 4}, false))
}

// Tolerances, relative to the largest element: in float32 that of a pass by direct kernels,
// in float64 the order of summation.
var batchNormTolerances = map[tensor.Dtype]float64{tensor.Float32: 1e-5, tensor.Float64: 1e-12}

// Each mode beside PyTorch: training, evaluation, and training with frozen
// statistics, which equals evaluation.
func TestBatchNormAgreesWithPyTorch(t *testing.T) {
	for _, name := range []string{"batchnorm_2d", "batchnorm_4d"} {
		for dtype, tol := range batchNormTolerances {
			for _, c := range []struct {
				mode   layers.Mode
				freeze string
				golden string
			}{{layers.Train, "", "train"}, {layers.Eval, "", "eval"}, {layers.Train, "bn1.running_*", "eval"}, {layers.Train, "bn1.running_var", "eval"}} {
				t.Run(fmt.Sprintf("%s, %v, mode %v, frozen %q", name, dtype, c.mode, c.freeze), func(t *testing.T) {
					checkBatchNorm(t, golden.Load(t, name), dtype, tol, c.mode, c.freeze, c.golden)
				})
			}
		}
	}
}

func checkBatchNorm(t *testing.T, c *golden.Case, dtype tensor.Dtype, tol float64, mode layers.Mode, freeze, want string) {
	l := layers.BatchNorm{Name: "bn1", Momentum: 0.2, Epsilon: 1e-3}
	p := layers.NewParams(1)
	shape := c.Float32("x").Shape()
	s := layers.NewScope(p, layers.Train)
	if _, err := l.Forward(s, s.Input("x", tensor.Float32, shape...)); err != nil {
		t.Fatal(err)
	}
	for q := range p.All() {
		copy(q.Value.Float32s(), c.Float32(q.Name[len("bn1."):]).Float32s())
	}
	if freeze != "" {
		if err := p.Freeze(freeze); err != nil {
			t.Fatal(err)
		}
	}
	value := c.Float32
	if dtype == tensor.Float64 {
		p, value = p.Float64(), c.Float64
	}
	s = layers.NewScope(p, mode)
	x, dy := s.Input("x", dtype, shape...), s.Input("dy", dtype, shape...)
	y, err := l.Forward(s, x)
	if err != nil {
		t.Fatal(err)
	}
	if len(s.Trained()) != 2 {
		t.Errorf("%d trained parameters, want weight and bias", len(s.Trained()))
	}
	wrt := G.Nodes{x, s.Trained()[0].Node, s.Trained()[1].Node}
	grads, err := G.Grad(G.Must(G.Sum(G.Must(G.HadamardProd(y, dy)))), wrt...)
	if err != nil {
		t.Fatal(err)
	}
	outs := append(G.Nodes{y}, grads...)
	for _, u := range s.Updates() {
		outs = append(outs, u.Node)
	}
	if updates := len(s.Updates()); (updates == 2) != (want == "train") {
		t.Errorf("%d updates", updates)
	}
	let(t, x, value("x"))
	let(t, dy, value("dy"))
	m, err := vm.New(s.Graph(), outs...)
	if err != nil {
		t.Fatal(err)
	}
	for range 2 { // operations are pure: a second run gives the same
		if err := m.RunAll(); err != nil {
			t.Fatal(err)
		}
	}
	for i, key := range []string{"y", "dx", "dweight", "dbias", "new_mean", "new_var"}[:len(outs)] {
		if i < 4 {
			key = want + "." + key
		}
		c.Agree(key, outs[i].Value(), tol)
	}
}

func TestBatchNormDeclares(t *testing.T) {
	for _, mode := range []layers.Mode{layers.Train, layers.Eval} {
		p := layers.NewParams(1)
		s := layers.NewScope(p, mode)
		rows, err := layers.Describe(s, layers.Sequential{bn}, s.Input("x", tensor.Float32, 2, 3, 4, 5))
		if err != nil {
			t.Fatal(err)
		}
		if len(rows) != 1 || rows[0].Params != 10 || p.Count() != 10 {
			t.Errorf("%+v, %d parameters, want 10", rows, p.Count())
		}
		var got string
		for q := range p.Float64().All() {
			got += fmt.Sprintf("%s %v %v buffer %v; ", q.Name, q.Value.Shape(), q.Value.Float64s()[4], q.Buffer)
		}
		const want = "bn1.weight (5) 1 buffer false; bn1.bias (5) 0 buffer false; bn1.running_mean (5) 0 buffer true; bn1.running_var (5) 1 buffer true; "
		if got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}

func TestBatchNormErrors(t *testing.T) {
	for _, c := range []struct {
		l     layers.Layer
		dtype tensor.Dtype
		shape []int
		want  string
	}{
		{bn, tensor.Float32, []int{1, 5}, "bn1: batch normalization trains on more than 1 value a channel, its input is (1, 5); take a larger batch, or freeze bn1.running_*"},
		{bn, tensor.Float32, []int{1, 1, 1, 5}, "bn1: batch normalization trains on more than 1 value a channel, its input is (1, 1, 1, 5); take a larger batch, or freeze bn1.running_*"},
		{bn, tensor.Float32, []int{5}, "bn1: batch normalization takes (N, D) or (N, H, W, C), its input is (5)"},
		{bn, tensor.Float32, []int{2, 3, 5}, "bn1: batch normalization takes (N, D) or (N, H, W, C), its input is (2, 3, 5)"},
		{bn, tensor.Float64, []int{2, 5}, "bn1: the input holds float64, the parameters float32; convert the data"},
		{layers.BatchNorm{}, tensor.Float32, []int{2, 5}, "weight: the layer that declares it has no Name"},
		{layers.Sequential{bn, bn}, tensor.Float32, []int{2, 5}, "bn1.weight is declared twice; give each layer its own Name"},
		{layers.BatchNorm{Name: "bn1", Momentum: 1.1}, tensor.Float32, []int{2, 5}, "bn1: batch normalization with momentum 1.1; it is the weight of the newest batch, from 0 to 1"},
		{layers.BatchNorm{Name: "bn1", Momentum: -1}, tensor.Float32, []int{2, 5}, "bn1: batch normalization with momentum -1; it is the weight of the newest batch, from 0 to 1"},
		{layers.BatchNorm{Name: "bn1", Epsilon: -1}, tensor.Float32, []int{2, 5}, "bn1: batch normalization with epsilon -1; it must be above 0"},
		{layers.BatchNorm{Name: "bn1", Epsilon: math.NaN()}, tensor.Float32, []int{2, 5}, "bn1: batch normalization with epsilon NaN; it must be above 0"},
	} {
		s := layers.NewScope(layers.NewParams(1), layers.Train)
		if _, err := c.l.Forward(s, s.Input("x", c.dtype, c.shape...)); errorText(err) != c.want {
			t.Errorf("%+v: %v, want %q", c.l, err, c.want)
		}
	}
	p := layers.NewParams(1)
	for i, want := range []string{"", "bn1: the input has 7 channels, the weight (5)"} {
		s := layers.NewScope(p, layers.Eval)
		if _, err := bn.Forward(s, s.Input("x", tensor.Float32, 1, 5+2*i)); errorText(err) != want {
			t.Errorf("%v, want %q", err, want)
		}
	}
}
