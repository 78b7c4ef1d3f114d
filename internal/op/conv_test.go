package op_test

import (
	"slices"
	"strings"
	"testing"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/gorgonia-zoo/zoo/internal/golden"
	"github.com/gorgonia-zoo/zoo/internal/op"
)

// winogradTolerance is that of float32 convolutions through Winograd's algorithm.
const winogradTolerance = 1e-4

func TestConvAgreesWithPyTorch(t *testing.T) {
	cases := 0
	for _, name := range golden.Names() {
		if !strings.HasPrefix(name, "conv2d") || strings.Contains(name, "_wide") {
			continue
		}
		cases++
		for d, tol := range tolerances {
			t.Run(name+"/"+d.String(), func(t *testing.T) {
				c := golden.Load(t, name)
				given := map[string]*tensor.Dense{}
				for _, k := range []string{"x", "weight", "bias", "dy"} {
					if slices.Contains(c.Keys(), k) {
						given[k] = tensorOf(c, k, d)
					}
				}
				pad := c.Ints("pad")
				checkConv(t, c, given, op.Geometry{
					Stride: c.Ints("stride")[0], Dilation: c.Ints("dilation")[0], Groups: c.Ints("groups")[0],
					Top: pad[0], Bottom: pad[1], Left: pad[2], Right: pad[3],
				}, tol)
			})
		}
	}
	if cases != 12 { // as golden.py has
		t.Errorf("%d cases, want 12", cases)
	}
}

// Wide convolutions go through Winograd's algorithm where there is SIMD, and agree
// directly too. Their inputs are noise, as the cases say.
func TestWideConvAgreesWithPyTorch(t *testing.T) {
	for _, w := range []struct {
		name          string
		key           uint32
		x, weight, dy tensor.Shape
		pad           int
	}{
		{"conv2d_wide5", 420, tensor.Shape{3, 14, 14, 32}, tensor.Shape{64, 32, 5, 5}, tensor.Shape{3, 14, 14, 64}, 2},
		{"conv2d_wide3", 430, tensor.Shape{2, 9, 11, 24}, tensor.Shape{40, 24, 3, 3}, tensor.Shape{2, 9, 11, 40}, 1},
		{"conv2d_wide_valid", 440, tensor.Shape{3, 14, 14, 6}, tensor.Shape{16, 6, 5, 5}, tensor.Shape{3, 10, 10, 16}, 0},
	} {
		for _, direct := range []bool{false, true} {
			t.Run(w.name, func(t *testing.T) {
				noise := func(k uint32, over float32, s tensor.Shape) *tensor.Dense {
					v := golden.Noise(w.key+k, s.TotalSize())
					for i := range v {
						v[i] /= over
					}
					return tensor.New(tensor.WithShape(s...), tensor.WithBacking(v))
				}
				tol := winogradTolerance
				if direct {
					tol = tolerances[tensor.Float32]
				}
				checkConv(t, golden.Load(t, w.name), map[string]*tensor.Dense{
					"x": noise(0, 1, w.x), "weight": noise(1, 16, w.weight), "bias": noise(2, 1, w.weight[:1]), "dy": noise(3, 1, w.dy),
				}, op.Geometry{Stride: 1, Dilation: 1, Groups: 1, Top: w.pad, Bottom: w.pad, Left: w.pad, Right: w.pad, Direct: direct}, tol)
			})
		}
	}
}

func checkConv(t *testing.T, c *golden.Case, given map[string]*tensor.Dense, geometry op.Geometry, tol float64) {
	t.Helper()
	g := G.NewGraph()
	keys := []string{"x", "weight"}
	var bias *G.Node
	in := G.Nodes{input(g, "x", given["x"]), input(g, "weight", given["weight"])}
	if given["bias"] != nil {
		bias = input(g, "bias", given["bias"])
		keys, in = append(keys, "bias"), append(in, bias)
	}
	y, err := op.Conv2D(in[0], in[1], bias, geometry)
	if err != nil {
		t.Fatal(err)
	}
	loss := G.Must(G.Sum(G.Must(G.HadamardProd(y, input(g, "dy", given["dy"])))))
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
