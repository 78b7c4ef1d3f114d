package layers_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/gorgonia-zoo/zoo/internal/gradcheck"
	"github.com/gorgonia-zoo/zoo/layers"
)

var residual = layers.Sum{layers.Sequential{}, layers.Sequential{layers.Dense{Name: "a", Units: 6}, layers.Tanh, layers.Dense{Name: "b", Units: 6}}}

// harness lists the layers that every test in the harness ranges over: what
// they are fed, what they put out and what they declare.
var harness = []struct {
	name   string
	layer  layers.Layer
	x, y   tensor.Shape
	params string
}{
	{"dense", layers.Dense{Name: "fc", Units: 5}, tensor.Shape{3, 4}, tensor.Shape{3, 5}, "fc.weight (5, 4) fc.bias (5)"},
	{"dense without bias", layers.Dense{Name: "fc", Units: 5, NoBias: true}, tensor.Shape{3, 4}, tensor.Shape{3, 5}, "fc.weight (5, 4)"},
	{"one unit", layers.Dense{Name: "fc", Units: 1}, tensor.Shape{3, 4}, tensor.Shape{3, 1}, "fc.weight (1, 4) fc.bias (1)"},
	{"one of everything", layers.Dense{Name: "fc", Units: 1}, tensor.Shape{1, 1}, tensor.Shape{1, 1}, "fc.weight (1, 1) fc.bias (1)"},
	{"dense and ReLU", layers.Sequential{layers.Dense{Name: "fc", Units: 5}, layers.ReLU}, tensor.Shape{3, 4}, tensor.Shape{3, 5}, "fc.weight (5, 4) fc.bias (5)"},
	{"dense and sigmoid", layers.Sequential{layers.Dense{Name: "fc", Units: 5}, layers.Sigmoid}, tensor.Shape{3, 4}, tensor.Shape{3, 5}, "fc.weight (5, 4) fc.bias (5)"},
	{"dense and tanh", layers.Sequential{layers.Dense{Name: "fc", Units: 5}, layers.Tanh}, tensor.Shape{3, 4}, tensor.Shape{3, 5}, "fc.weight (5, 4) fc.bias (5)"},
	{"dense without bias and ReLU", layers.Sequential{layers.Dense{Name: "fc", Units: 5, NoBias: true}, layers.ReLU}, tensor.Shape{3, 4}, tensor.Shape{3, 5}, "fc.weight (5, 4)"},
	{"two activations", layers.Sequential{layers.Dense{Name: "fc", Units: 5}, layers.Tanh, layers.ReLU}, tensor.Shape{3, 4}, tensor.Shape{3, 5}, "fc.weight (5, 4) fc.bias (5)"},
	{
		"two ReLUs", // the gradient of the second is a product with a gate, which takes no other
		layers.Sequential{layers.Dense{Name: "a", Units: 5}, layers.ReLU, layers.ReLU, layers.Dense{Name: "b", Units: 2}},
		tensor.Shape{3, 4},
		tensor.Shape{3, 2},
		"a.weight (5, 4) a.bias (5) b.weight (2, 5) b.bias (2)",
	},
	{"ReLU alone", layers.ReLU, tensor.Shape{3, 4}, tensor.Shape{3, 4}, ""},
	{"sigmoid alone", layers.Sigmoid, tensor.Shape{2, 3, 4}, tensor.Shape{2, 3, 4}, ""},
	{"tanh alone", layers.Tanh, tensor.Shape{2, 3, 4, 2}, tensor.Shape{2, 3, 4, 2}, ""},
	{"softmax", layers.Softmax, tensor.Shape{3, 4}, tensor.Shape{3, 4}, ""},
	{
		"softmax between",
		layers.Sequential{layers.Dense{Name: "a", Units: 5}, layers.Softmax, layers.Dense{Name: "b", Units: 2}},
		tensor.Shape{3, 4},
		tensor.Shape{3, 2},
		"a.weight (5, 4) a.bias (5) b.weight (2, 5) b.bias (2)",
	},
	{"nothing", layers.Sequential{}, tensor.Shape{3, 4}, tensor.Shape{3, 4}, ""},
	{
		"deep",
		layers.Sequential{
			layers.Dense{Name: "fc1", Units: 7},
			layers.ReLU,
			layers.Sequential{layers.Dense{Name: "fc2", Units: 6}, layers.ReLU},
			layers.Dense{Name: "fc3", Units: 5},
		},
		tensor.Shape{3, 4},
		tensor.Shape{3, 5},
		"fc1.weight (7, 4) fc1.bias (7) fc2.weight (6, 7) fc2.bias (6) fc3.weight (5, 6) fc3.bias (5)",
	},
	{"residual", residual, tensor.Shape{3, 6}, tensor.Shape{3, 6}, "a.weight (6, 6) a.bias (6) b.weight (6, 6) b.bias (6)"},
	{"twice the input", layers.Sum{layers.Sequential{}, layers.Sequential{}}, tensor.Shape{3, 6}, tensor.Shape{3, 6}, ""},
	{"one term", layers.Sum{layers.Dense{Name: "fc", Units: 5}}, tensor.Shape{3, 4}, tensor.Shape{3, 5}, "fc.weight (5, 4) fc.bias (5)"},
	{
		"wide and deep",
		layers.Sum{
			layers.Dense{Name: "wide", Units: 5},
			layers.Sequential{layers.Dense{Name: "deep", Units: 7}, layers.ReLU, layers.Dense{Name: "out", Units: 5}},
			layers.Dense{Name: "third", Units: 5, NoBias: true},
		},
		tensor.Shape{3, 4},
		tensor.Shape{3, 5},
		"wide.weight (5, 4) wide.bias (5) deep.weight (7, 4) deep.bias (7) out.weight (5, 7) out.bias (5) third.weight (5, 4)",
	},
	{"ReLU after a sum", layers.Sequential{residual, layers.ReLU}, tensor.Shape{3, 6}, tensor.Shape{3, 6}, "a.weight (6, 6) a.bias (6) b.weight (6, 6) b.bias (6)"},
	{"sigmoid after a sum", layers.Sequential{residual, layers.Sigmoid}, tensor.Shape{3, 6}, tensor.Shape{3, 6}, "a.weight (6, 6) a.bias (6) b.weight (6, 6) b.bias (6)"},
	{"tanh after a sum", layers.Sequential{residual, layers.Tanh}, tensor.Shape{3, 6}, tensor.Shape{3, 6}, "a.weight (6, 6) a.bias (6) b.weight (6, 6) b.bias (6)"},
	{
		"dense before and after ReLU", // both the plain output and the fused one are used
		layers.Sequential{layers.Dense{Name: "fc", Units: 5}, layers.Sum{layers.Sequential{}, layers.ReLU, layers.Tanh}},
		tensor.Shape{3, 4},
		tensor.Shape{3, 5},
		"fc.weight (5, 4) fc.bias (5)",
	},
	{
		"ReLU of a value used twice", // the gradient of the ReLU is a sum, not a product
		layers.Sequential{layers.Dense{Name: "a", Units: 5}, layers.ReLU, layers.Sum{layers.Dense{Name: "b", Units: 5}, layers.Dense{Name: "c", Units: 5}}},
		tensor.Shape{3, 4},
		tensor.Shape{3, 5},
		"a.weight (5, 4) a.bias (5) b.weight (5, 5) b.bias (5) c.weight (5, 5) c.bias (5)",
	},
	{"block", layers.Block{Name: "tower", Layer: layers.Dense{Name: "fc", Units: 5}}, tensor.Shape{3, 4}, tensor.Shape{3, 5}, "tower.fc.weight (5, 4) tower.fc.bias (5)"},
	{
		"blocks in blocks", layers.Block{Name: "a", Layer: layers.Sequential{
			layers.Block{Name: "b", Layer: layers.Dense{Units: 5}}, layers.Block{Name: "c", Layer: layers.Dense{Units: 2}},
		}}, tensor.Shape{3, 4}, tensor.Shape{3, 2}, "a.b.weight (5, 4) a.b.bias (5) a.c.weight (2, 5) a.c.bias (2)",
	},
	{"conv", layers.Conv2D{Name: "conv", Filters: 3, Kernel: 3}, tensor.Shape{2, 5, 6, 2}, tensor.Shape{2, 3, 4, 3}, "conv.weight (3, 2, 3, 3) conv.bias (3)"},
	{"conv without bias", layers.Conv2D{Name: "conv", Filters: 3, Kernel: 2, NoBias: true}, tensor.Shape{2, 5, 6, 2}, tensor.Shape{2, 4, 5, 3}, "conv.weight (3, 2, 2, 2)"},
	{"conv with pad", layers.Conv2D{Name: "conv", Filters: 3, Kernel: 3, Pad: 2}, tensor.Shape{2, 5, 6, 2}, tensor.Shape{2, 7, 8, 3}, "conv.weight (3, 2, 3, 3) conv.bias (3)"},
	{"same", layers.Conv2D{Name: "conv", Filters: 3, Kernel: 5, Same: true}, tensor.Shape{2, 5, 6, 2}, tensor.Shape{2, 5, 6, 3}, "conv.weight (3, 2, 5, 5) conv.bias (3)"},
	{"same with stride", layers.Conv2D{Name: "conv", Filters: 3, Kernel: 3, Stride: 2, Same: true}, tensor.Shape{2, 6, 7, 2}, tensor.Shape{2, 3, 4, 3}, "conv.weight (3, 2, 3, 3) conv.bias (3)"},
	{"conv with stride", layers.Conv2D{Name: "conv", Filters: 3, Kernel: 2, Stride: 2, Pad: 1}, tensor.Shape{2, 5, 6, 2}, tensor.Shape{2, 3, 4, 3}, "conv.weight (3, 2, 2, 2) conv.bias (3)"},
	{"conv with dilation", layers.Conv2D{Name: "conv", Filters: 3, Kernel: 3, Dilation: 2, Pad: 1}, tensor.Shape{2, 5, 6, 2}, tensor.Shape{2, 3, 4, 3}, "conv.weight (3, 2, 3, 3) conv.bias (3)"},
	{"conv in groups", layers.Conv2D{Name: "conv", Filters: 6, Kernel: 3, Groups: 2}, tensor.Shape{2, 5, 6, 4}, tensor.Shape{2, 3, 4, 6}, "conv.weight (6, 2, 3, 3) conv.bias (6)"},
	{
		"conv, activations and dense",
		layers.Sequential{
			layers.Conv2D{Name: "conv1", Filters: 3, Kernel: 3, Pad: 1},
			layers.ReLU,
			layers.Conv2D{Name: "conv2", Filters: 2, Kernel: 3},
			layers.Tanh,
			layers.Flatten{},
			layers.Dense{Name: "fc", Units: 4},
		},
		tensor.Shape{2, 4, 4, 2},
		tensor.Shape{2, 4},
		"conv1.weight (3, 2, 3, 3) conv1.bias (3) conv2.weight (2, 3, 3, 3) conv2.bias (2) fc.weight (4, 8) fc.bias (4)",
	},
	{
		"conv, ReLU and max-pooling",
		layers.Sequential{layers.Conv2D{Name: "conv", Filters: 3, Kernel: 3}, layers.ReLU, layers.MaxPool2D{Size: 2}, layers.Conv2D{Name: "next", Filters: 2, Kernel: 1}},
		tensor.Shape{2, 6, 6, 2},
		tensor.Shape{2, 2, 2, 2},
		"conv.weight (3, 2, 3, 3) conv.bias (3) next.weight (2, 3, 1, 1) next.bias (2)",
	},
	{
		"overlapping windows after ReLU",
		layers.Sequential{layers.Conv2D{Name: "conv", Filters: 3, Kernel: 2}, layers.ReLU, layers.MaxPool2D{Size: 3, Stride: 1, Pad: 1}},
		tensor.Shape{2, 5, 5, 2},
		tensor.Shape{2, 4, 4, 3},
		"conv.weight (3, 2, 2, 2) conv.bias (3)",
	},
	{"flatten a matrix", layers.Flatten{}, tensor.Shape{3, 4}, tensor.Shape{3, 4}, ""},
	{"flatten a vector", layers.Flatten{}, tensor.Shape{3}, tensor.Shape{3, 1}, ""},
	{"flatten three axes", layers.Flatten{}, tensor.Shape{2, 3, 4}, tensor.Shape{2, 12}, ""},
	{"flatten an image", layers.Flatten{}, tensor.Shape{2, 3, 4, 1}, tensor.Shape{2, 12}, ""},
	{"flatten channels", layers.Flatten{}, tensor.Shape{2, 3, 4, 5}, tensor.Shape{2, 60}, ""},
	{"flatten one pixel", layers.Flatten{}, tensor.Shape{2, 1, 1, 5}, tensor.Shape{2, 5}, ""},
	{
		"flatten and dense",
		layers.Sequential{layers.Flatten{}, layers.Dense{Name: "fc", Units: 5}, layers.ReLU},
		tensor.Shape{2, 3, 4, 2},
		tensor.Shape{2, 5},
		"fc.weight (5, 24) fc.bias (5)",
	},
	{"lstm", layers.LSTM{Name: "lstm", Units: 5, ForgetBias: 1}, tensor.Shape{3, 2, 4}, tensor.Shape{3, 2, 5}, "lstm.weight_ih_l0 (20, 4) lstm.weight_hh_l0 (20, 5) lstm.bias_ih_l0 (20) lstm.bias_hh_l0 (20)"},
	{"lstm of one unit", layers.LSTM{Name: "lstm", Units: 1}, tensor.Shape{2, 1, 1}, tensor.Shape{2, 1, 1}, "lstm.weight_ih_l0 (4, 1) lstm.weight_hh_l0 (4, 1) lstm.bias_ih_l0 (4) lstm.bias_hh_l0 (4)"},
	{
		"lstm of two layers, with dropout between",
		layers.LSTM{Name: "lstm", Units: 5, Layers: 2, Dropout: 0.4},
		tensor.Shape{3, 2, 4},
		tensor.Shape{3, 2, 5},
		"lstm.weight_ih_l0 (20, 4) lstm.weight_hh_l0 (20, 5) lstm.bias_ih_l0 (20) lstm.bias_hh_l0 (20) lstm.weight_ih_l1 (20, 5) lstm.weight_hh_l1 (20, 5) lstm.bias_ih_l1 (20) lstm.bias_hh_l1 (20)",
	},
	{
		"lstm of wide vectors, between",
		layers.Sequential{layers.Tanh, layers.LSTM{Name: "lstm", Units: 17, Stateless: true}, layers.Tanh},
		tensor.Shape{2, 2, 3},
		tensor.Shape{2, 2, 17},
		"lstm.weight_ih_l0 (68, 3) lstm.weight_hh_l0 (68, 17) lstm.bias_ih_l0 (68) lstm.bias_hh_l0 (68)",
	},
	{"rnn", layers.RNN{Name: "rnn", Units: 5}, tensor.Shape{3, 2, 4}, tensor.Shape{3, 2, 5}, "rnn.weight_ih_l0 (5, 4) rnn.weight_hh_l0 (5, 5) rnn.bias_ih_l0 (5) rnn.bias_hh_l0 (5)"},
	{
		"rnn of two layers, with dropout between",
		layers.RNN{Name: "rnn", Units: 5, Layers: 2, Dropout: 0.4},
		tensor.Shape{3, 2, 4},
		tensor.Shape{3, 2, 5},
		"rnn.weight_ih_l0 (5, 4) rnn.weight_hh_l0 (5, 5) rnn.bias_ih_l0 (5) rnn.bias_hh_l0 (5) rnn.weight_ih_l1 (5, 5) rnn.weight_hh_l1 (5, 5) rnn.bias_ih_l1 (5) rnn.bias_hh_l1 (5)",
	},
	{
		"recurrent layers side by side", // gradients of the input meet, and each has one from h and c of its own
		layers.Sum{layers.LSTM{Name: "lstm", Units: 4}, layers.RNN{Name: "rnn", Units: 4}, layers.Sequential{}},
		tensor.Shape{3, 2, 4},
		tensor.Shape{3, 2, 4},
		"lstm.weight_ih_l0 (16, 4) lstm.weight_hh_l0 (16, 4) lstm.bias_ih_l0 (16) lstm.bias_hh_l0 (16) rnn.weight_ih_l0 (4, 4) rnn.weight_hh_l0 (4, 4) rnn.bias_ih_l0 (4) rnn.bias_hh_l0 (4)",
	},
	{"Gorgonia's square", layers.Func(G.Square), tensor.Shape{3, 4}, tensor.Shape{3, 4}, ""},
	{
		"Gorgonia's tanh between",
		layers.Sequential{layers.Dense{Name: "a", Units: 5}, layers.Func(G.Tanh), layers.Dense{Name: "b", Units: 2}},
		tensor.Shape{3, 4},
		tensor.Shape{3, 2},
		"a.weight (5, 4) a.bias (5) b.weight (2, 5) b.bias (2)",
	},
}

func TestHarnessGradients(t *testing.T) {
	for _, c := range harness {
		t.Run(c.name, func(t *testing.T) { gradcheck.Layer(t, c.layer, c.x...) })
		t.Run(c.name+", batch of 1", func(t *testing.T) {
			one := c.x.Clone()
			one[0] = 1
			gradcheck.Layer(t, c.layer, one...)
		})
	}
}

func TestHarnessShapes(t *testing.T) {
	for _, c := range harness {
		p := layers.NewParams(1)
		s := layers.NewScope(p, layers.Eval)
		y, err := c.layer.Forward(s, s.Input("x", tensor.Float32, c.x...))
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if !slices.Equal(y.Shape(), c.y) { // Shape.Eq takes (3) for (3, 1)
			t.Errorf("%s: %v becomes %v, want %v", c.name, c.x, y.Shape(), c.y)
		}
		var params []string
		for q := range p.All() {
			params = append(params, fmt.Sprintf("%s %v", q.Name, q.Value.Shape()))
		}
		if got := strings.Join(params, " "); got != c.params {
			t.Errorf("%s: declares %q, want %q", c.name, got, c.params)
		}
	}
}
