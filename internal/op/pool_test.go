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

func init() {
	operations = append(
		operations,
		operation{"maxPool", shapes(s(3, 6, 5, 2)), s(3, 3, 2, 2), maxPool(2, 2, 0), false},
		operation{"maxPool of overlapping windows", shapes(s(2, 5, 6, 3)), s(2, 3, 3, 3), maxPool(3, 2, 1), false},
		operation{"avgPool", shapes(s(2, 5, 6, 3)), s(2, 3, 3, 3), avgPool(3, 2, 1), false},
		operation{"globalAvgPool", shapes(s(3, 2, 4, 5)), s(3, 5), globalAvgPool, false},
	)
}

func maxPool(size, stride, pad int) func(in ...*G.Node) (*G.Node, error) {
	return func(in ...*G.Node) (*G.Node, error) { return op.MaxPool(in[0], size, stride, pad) }
}

func avgPool(size, stride, pad int) func(in ...*G.Node) (*G.Node, error) {
	return func(in ...*G.Node) (*G.Node, error) { return op.AvgPool(in[0], size, stride, pad) }
}

func globalAvgPool(in ...*G.Node) (*G.Node, error) { return op.GlobalAvgPool(in[0]) }

func TestPoolingAgreesWithPyTorch(t *testing.T) {
	cases := 0
	for _, name := range golden.Names() {
		if !strings.Contains(name, "pool") {
			continue
		}
		cases++
		for d, tol := range tolerances {
			t.Run(name+"/"+d.String(), func(t *testing.T) { checkPooling(t, name, d, tol) })
		}
	}
	if cases != 10 { // as golden.py has
		t.Errorf("%d cases, want 10", cases)
	}
}

func checkPooling(t *testing.T, name string, d tensor.Dtype, tol float64) {
	c := golden.Load(t, name)
	x, dy := tensorOf(c, "x", d), tensorOf(c, "dy", d)
	pool := globalAvgPool
	if slices.Contains(c.Keys(), "size") {
		f := avgPool
		if strings.HasPrefix(name, "max") {
			f = maxPool
		}
		pool = f(c.Ints("size")[0], c.Ints("stride")[0], c.Ints("pad")[0])
	}
	g := G.NewGraph()
	in := input(g, "x", x)
	y, err := pool(in)
	if err != nil {
		t.Fatal(err)
	}
	out := G.Must(op.Reshape(y, dy.Shape()...)) // of globalAvgPool, (N, C)
	loss := G.Must(G.Sum(G.Must(G.HadamardProd(out, input(g, "dy", dy)))))
	grads, err := G.Grad(loss, in)
	if err != nil {
		t.Fatal(err)
	}
	execute(t, out, grads[0])
	c.Agree("y", out.Value(), tol)
	c.Agree("dx", grads[0].Value(), tol)
}

func TestPoolingShapeErrors(t *testing.T) {
	for _, c := range []struct {
		want string
		do   func(in ...*G.Node) (*G.Node, error)
		x    tensor.Shape
	}{
		{"maxPool: Failed to infer shape. Op: maxPool: (2, 4, 9, 1), padded by 0, is smaller than windows of 5×5", maxPool(5, 1, 0), s(2, 4, 9, 1)},
		{"maxPool: Failed to infer shape. Op: maxPool: windows of 2×2, 0 apart", maxPool(2, 0, 0), s(2, 4, 4, 1)},
		{"avgPool: Failed to infer shape. Op: avgPool: windows of 0×0, 1 apart", avgPool(0, 1, 0), s(2, 4, 4, 1)},
		{"avgPool: Failed to infer shape. Op: avgPool: padding 2 of windows of 3×3", avgPool(3, 1, 2), s(2, 4, 4, 1)},
		{"globalAvgPool: (2, 4) is no image", globalAvgPool, s(2, 4)},
	} {
		y, err := c.do(input(G.NewGraph(), "x", noise(1, c.x)))
		if err == nil || y != nil || err.Error() != c.want {
			t.Errorf("%v, %v; want the error %q", y, err, c.want)
		}
	}
}
