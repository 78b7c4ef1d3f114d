package op_test

import (
	"fmt"
	"math"
	"testing"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/gorgonia-zoo/zoo/internal/op"
	"github.com/gorgonia-zoo/zoo/internal/vm"
)

// pooledConv builds two convolutions with ReLU and pooling, and the gradients of
// all inputs. Apart, zeros are added before pooling, which keeps it from becoming
// part of the convolution.
func pooledConv(t *testing.T, x, w1, w2 tensor.Shape, a op.Activation, apart bool) G.Nodes {
	t.Helper()
	g := G.NewGraph()
	in := G.Nodes{input(g, "x", noise(1, x)), input(g, "w1", noise(2, w1)), input(g, "b1", noise(3, s(w1[0]))), input(g, "w2", noise(4, w2)), input(g, "b2", noise(5, s(w2[0])))}
	y := in[0]
	for i := 1; i < len(in); i += 2 {
		pad := in[i].Shape()[2] / 2
		var err error
		y, err = op.Conv2D(y, in[i], in[i+1], op.Geometry{Stride: 1, Dilation: 1, Groups: 1, Top: pad, Left: pad, Bottom: pad, Right: pad})
		if err != nil {
			t.Fatal(err)
		}
		y = G.Must(op.Activate(a, y))
		if apart {
			y = G.Must(op.Add(y, input(g, fmt.Sprint("zeros", i), tensor.New(tensor.WithShape(y.Shape()...), tensor.Of(tensor.Float32)))))
		}
		y = G.Must(op.MaxPool(y, 2, 2, 0))
	}
	loss := G.Must(op.SquaredError(y, input(g, "target", noise(6, y.Shape()))))
	grads, err := G.Grad(loss, in...)
	if err != nil {
		t.Fatal(err)
	}
	return append(G.Nodes{y}, grads...)
}

func TestConvolutionsPoolAtOnce(t *testing.T) {
	for _, c := range []struct{ x, w1, w2 tensor.Shape }{
		{s(2, 8, 8, 1), s(6, 1, 5, 5), s(16, 6, 5, 5)},
		{s(3, 9, 11, 2), s(5, 2, 3, 3), s(7, 5, 3, 3)},
		{s(2, 12, 12, 1), s(16, 1, 5, 5), s(32, 16, 5, 5)}, // the second by Winograd's algorithm, where there is SIMD
		{s(2, 14, 10, 16), s(32, 16, 3, 3), s(16, 32, 3, 3)},
	} {
		for _, a := range []op.Activation{op.Identity, op.ReLU, op.Tanh} {
			fused, apart := run(t, pooledConv(t, c.x, c.w1, c.w2, a, false)...), run(t, pooledConv(t, c.x, c.w1, c.w2, a, true)...)
			for i := range fused {
				var size, worst float64
				for j, v := range apart[i] {
					size, worst = max(size, math.Abs(float64(v))), max(worst, math.Abs(float64(v-fused[i][j])))
				}
				const tolerance = 1e-5 // sums in another order
				if len(fused[i]) != len(apart[i]) || worst > tolerance*size {
					t.Errorf("%v, %v: output %d is off by %v of %v", c.x, a, i, worst, size)
				}
			}
		}
	}
}

// A training step of two convolutions runs few operations: each with its ReLU and
// pooling, and no more for the gradients than they need.
func TestPooledConvolutionOperations(t *testing.T) {
	outs := pooledConv(t, s(2, 8, 8, 1), s(6, 1, 5, 5), s(16, 6, 5, 5), op.ReLU, false)
	m, err := vm.New(outs[0].Graph(), outs[2:]...) // without the gradient of x
	if err != nil {
		t.Fatal(err)
	}
	ran := map[string]int{}
	for _, timing := range m.Timings() {
		ran[timing.Op]++
	}
	for name, want := range map[string]int{
		"conv2d+ReLU+maxPool": 2, "conv2dDataGrad": 1, "conv2dWeightGrad": 2, "maxPoolGrad": 1, "conv2d+ReLU": 0, "maxPool": 0, "placed": 0,
	} {
		if ran[name] != want {
			t.Errorf("runs %s %d times, want %d; all: %v", name, ran[name], want, ran)
		}
	}
}
