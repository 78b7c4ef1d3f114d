package op_test

import (
	"slices"
	"strings"
	"testing"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/gorgonia-zoo/zoo/internal/golden"
	"github.com/gorgonia-zoo/zoo/internal/op"
	"github.com/gorgonia-zoo/zoo/internal/vm"
)

// tolerances are for outputs and gradients by direct kernels. In float64 only
// the order of summation differs from PyTorch's.
var tolerances = map[tensor.Dtype]float64{tensor.Float32: 1e-5, tensor.Float64: 1e-12}

// tensorOf returns a case's value in the given type.
func tensorOf(c *golden.Case, key string, d tensor.Dtype) *tensor.Dense {
	if d == tensor.Float64 {
		return c.Float64(key)
	}
	return c.Float32(key)
}

func execute(t *testing.T, outs ...*G.Node) {
	t.Helper()
	m, err := vm.New(outs[0].Graph(), outs...)
	if err != nil {
		t.Fatal(err)
	}
	if err := m.RunAll(); err != nil {
		t.Fatal(err)
	}
}

func TestDenseAgreesWithPyTorch(t *testing.T) {
	cases := 0
	for _, name := range golden.Names() {
		if !strings.HasPrefix(name, "dense_") {
			continue
		}
		cases++
		for d, tol := range tolerances {
			t.Run(name+"/"+d.String(), func(t *testing.T) { checkDense(t, name, d, tol) })
		}
	}
	if cases != 8 { // as golden.py has
		t.Errorf("%d cases, want 8", cases)
	}
}

func checkDense(t *testing.T, name string, d tensor.Dtype, tol float64) {
	c := golden.Load(t, name)
	a := op.Identity
	for word, is := range map[string]op.Activation{"torch.nn.Linear and ReLU": op.ReLU, "(bias=False) and ReLU": op.ReLU, "and Sigmoid": op.Sigmoid, "and Tanh": op.Tanh} {
		if strings.Contains(c.Why, word) {
			a = is
		}
	}
	g := G.NewGraph()
	keys := []string{"x", "weight"}
	if slices.Contains(c.Keys(), "bias") {
		keys = append(keys, "bias")
	}
	var in G.Nodes
	for _, k := range keys {
		in = append(in, input(g, k, tensorOf(c, k, d)))
	}
	y, err := linear(a)(in...)
	if err != nil {
		t.Fatal(err)
	}
	loss := G.Must(G.Sum(G.Must(G.HadamardProd(y, input(g, "dy", tensorOf(c, "dy", d))))))
	grads, err := G.Grad(loss, in...)
	if err != nil {
		t.Fatal(err)
	}
	execute(t, append(G.Nodes{y}, grads...)...)
	c.Agree("y", y.Value(), tol)
	for i, k := range keys {
		c.Agree("d"+k, grads[i].Value(), tol)
	}
}

func TestCrossEntropyAgreesWithPyTorch(t *testing.T) {
	for _, name := range []string{"softmax_ce", "softmax_ce_huge", "softmax_ce_negative"} {
		for d, tol := range tolerances {
			t.Run(name+"/"+d.String(), func(t *testing.T) {
				c := golden.Load(t, name)
				g := G.NewGraph()
				x, y := input(g, "x", tensorOf(c, "logits", d)), labels(g, c.Ints("labels")...)
				loss := G.Must(op.CrossEntropy(x, y))
				p := G.Must(op.Softmax(x))
				grads, err := G.Grad(loss, x)
				if err != nil {
					t.Fatal(err)
				}
				execute(t, loss, p, grads[0])
				c.Agree("loss", loss.Value(), tol)
				c.Agree("dlogits", grads[0].Value(), tol)
				c.Agree("probabilities", p.Value(), tol)
			})
		}
	}
}

// Each example's own loss, from batches of one.
func TestCrossEntropyOfOne(t *testing.T) {
	c := golden.Load(t, "softmax_ce_negative")
	x, y := c.Float32("logits"), c.Ints("labels")
	classes := x.Shape()[1]
	var losses []float32
	for i, label := range y {
		g := G.NewGraph()
		row := tensor.New(tensor.WithShape(1, classes), tensor.WithBacking(x.Float32s()[i*classes:(i+1)*classes]))
		losses = append(losses, run(t, G.Must(op.CrossEntropy(input(g, "x", row), labels(g, label))))[0]...)
	}
	c.Agree("losses", tensor.New(tensor.WithBacking(losses)), tolerances[tensor.Float32])
}

func TestSquaredErrorAgreesWithPyTorch(t *testing.T) {
	for d, tol := range tolerances {
		t.Run(d.String(), func(t *testing.T) {
			c := golden.Load(t, "mse")
			g := G.NewGraph()
			y := input(g, "y", tensorOf(c, "y", d))
			loss := G.Must(op.SquaredError(y, input(g, "target", tensorOf(c, "target", d))))
			grads, err := G.Grad(loss, y)
			if err != nil {
				t.Fatal(err)
			}
			execute(t, loss, grads[0])
			c.Agree("loss", loss.Value(), tol)
			c.Agree("dy", grads[0].Value(), tol)
		})
	}
}

func TestLinearCrossEntropyAgreesWithPyTorch(t *testing.T) {
	for d, tol := range tolerances {
		t.Run(d.String(), func(t *testing.T) {
			k := golden.Load(t, "linear_ce")
			c := newClassifier(t, d, 20, 7, 1030, true, false)
			grads := c.gradients(t, c.loss)
			execute(t, append(G.Nodes{c.loss}, grads...)...)
			k.Agree("loss", c.loss.Value(), tol)
			for i, name := range []string{"dx", "dweight", "dbias"} {
				k.Agree(name, grads[i].Value(), tol)
			}
		})
	}
}
