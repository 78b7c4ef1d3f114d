package gradcheck

import (
	"fmt"
	"hash"
	"runtime"
	"strings"
	"testing"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/gorgonia-zoo/zoo/internal/op"
	"github.com/gorgonia-zoo/zoo/layers"
)

// altered is an operation whose gradients went through alter.
type altered struct {
	*op.Operation
	alter func(dx G.Nodes) G.Nodes
}

// WriteHash keeps Gorgonia from taking it for the original.
func (a altered) WriteHash(h hash.Hash) {
	a.Operation.WriteHash(h)
	h.Write([]byte("altered"))
}

func (a altered) SymDiff(in G.Nodes, out, dout *G.Node) (G.Nodes, error) {
	dx, err := a.Operation.SymDiff(in, out, dout)
	if err != nil {
		return nil, err
	}
	return a.alter(dx), nil
}

// with puts an altered operation in place of the one that makes y.
func with(y *G.Node, alter func(G.Nodes) G.Nodes) (*G.Node, error) {
	var in G.Nodes
	for it := y.Graph().From(y.ID()); it.Next(); {
		in = append(in, it.Node().(*G.Node))
	}
	return G.ApplyOp(altered{y.Op().(*op.Operation), alter}, in...)
}

// off multiplies a gradient by a little more than 1.
func off(n *G.Node, by float64) *G.Node {
	return G.Must(G.Mul(n, G.NewConstant(1+by)))
}

// wrongDense is a layer of which the gradient of one operand (x, weight, bias)
// is off by a factor.
func wrongDense(operand int, by float64) layers.Layer {
	return layers.Sequential{layers.Dense{Name: "fc", Units: 3}, layers.Func(func(y *G.Node) (*G.Node, error) {
		return with(y, func(dx G.Nodes) G.Nodes {
			dx[operand] = off(dx[operand], by)
			return dx
		})
	})}
}

func TestWrongGradientsAreFound(t *testing.T) {
	shape := tensor.Shape{2, 4}
	for _, c := range []struct {
		name, want string
		check      func(t testing.TB)
	}{
		{"input", "x[", func(t testing.TB) { Layer(t, wrongDense(0, 1e-6), shape...) }},
		{"weight", "fc.weight[", func(t testing.TB) { Layer(t, wrongDense(1, 1e-6), shape...) }},
		{"bias", "fc.bias[", func(t testing.TB) { Layer(t, wrongDense(2, -1e-6), shape...) }},
		{"operand", "input b[", func(t testing.TB) {
			Func(t, func(in ...*G.Node) (*G.Node, error) {
				return with(G.Must(op.Add(in[0], in[1])), func(dx G.Nodes) G.Nodes { return G.Nodes{dx[0], off(dx[1], 1)} })
			}, shape, shape)
		}},
		{"loss", "input a[", func(t testing.TB) {
			Func(t, func(in ...*G.Node) (*G.Node, error) {
				return with(G.Must(op.SquaredError(in[0], in[1])), func(dx G.Nodes) G.Nodes { return G.Nodes{dx[1], dx[1]} })
			}, shape, shape)
		}},
		{"not a number", "input a[0]: got NaN", func(t testing.TB) {
			Func(t, func(in ...*G.Node) (*G.Node, error) {
				zero := G.Must(G.Sub(in[0], in[0]))
				return G.Sqrt(zero) // 0 everywhere, its gradient ∞ - ∞
			}, shape)
		}},
		{"no gradient", "Non Differentiable WRTs", func(t testing.TB) {
			Func(t, func(in ...*G.Node) (*G.Node, error) { return G.Ceil(in[0]) }, shape)
		}},
		{"bad layer", "dense takes (N, in)", func(t testing.TB) { Layer(t, layers.Dense{Name: "fc", Units: 3}, 4) }},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := failing(c.check); !strings.Contains(got, c.want) {
				t.Errorf("printed %q, want %q in it", got, c.want)
			}
		})
	}
}

func TestRightGradientsPass(t *testing.T) {
	Layer(t, wrongDense(0, 0), 2, 4)
	Layer(t, layers.Func(G.Square), 3)
	Func(t, func(in ...*G.Node) (*G.Node, error) { return G.HadamardProd(in[0], in[1]) }, tensor.Shape{2, 3}, tensor.Shape{2, 3})
}

// failing returns what a test prints before it ends.
func failing(test func(t testing.TB)) string {
	f := &fake{}
	done := make(chan struct{})
	go func() {
		defer close(done)
		test(f)
	}()
	<-done
	return strings.Join(f.log, "\n")
}

type fake struct {
	testing.TB
	log []string
}

func (f *fake) Helper() {}

func (f *fake) Errorf(format string, args ...any) {
	f.log = append(f.log, fmt.Sprintf(format, args...))
}

func (f *fake) Fatal(args ...any) {
	f.log = append(f.log, fmt.Sprint(args...))
	runtime.Goexit()
}
