package op_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/gorgonia-zoo/zoo/internal/golden"
	"github.com/gorgonia-zoo/zoo/internal/op"
	"github.com/gorgonia-zoo/zoo/internal/vm"
)

// A classifier is a linear operation and the cross-entropy of its output.
type classifier struct {
	logits, loss *G.Node
	wrt          G.Nodes
}

// newClassifier builds one on noise. Apart means that zeros are added to the
// logits, which keeps the two operations apart.
func newClassifier(t *testing.T, d tensor.Dtype, rows, features, classes int, bias, apart bool) (c classifier) {
	t.Helper()
	g := G.NewGraph()
	shapes := []tensor.Shape{{rows, features}, {classes, features}, {classes}}
	if !bias {
		shapes = shapes[:2]
	}
	for i, shape := range shapes {
		v := noise(uint32(i+1), shape)
		if d == tensor.Float64 {
			v = tensor.New(tensor.WithShape(shape...), tensor.WithBacking(wide(v.Float32s())))
		}
		c.wrt = append(c.wrt, input(g, string(rune('a'+i)), v))
	}
	var err error
	if c.logits, err = op.Linear(c.wrt[0], c.wrt[1], append(c.wrt, nil)[2]); err != nil {
		t.Fatal(err)
	}
	x := c.logits
	if apart {
		x = G.Must(op.Add(x, input(g, "zeros", tensor.New(tensor.WithShape(rows, classes), tensor.Of(d)))))
	}
	y := make([]int, rows)
	for i := range y {
		y[i] = 7919 * i % classes
	}
	if c.loss, err = op.CrossEntropy(x, labels(g, y...)); err != nil {
		t.Fatal(err)
	}
	return c
}

// otherLabels is a second node of labels.
func otherLabels(c classifier, y ...int) *G.Node {
	v := tensor.New(tensor.WithShape(len(y)), tensor.WithBacking(y))
	return G.NewTensor(c.logits.Graph(), tensor.Int, 1, G.WithShape(len(y)), G.WithName("other labels"), G.WithValue(v))
}

func wide(x []float32) []float64 {
	y := make([]float64, len(x))
	for i, v := range x {
		y[i] = float64(v)
	}
	return y
}

// gradients returns the gradients of the loss, or of another node.
func (c classifier) gradients(t *testing.T, of *G.Node) G.Nodes {
	t.Helper()
	grads, err := G.Grad(of, c.wrt...)
	if err != nil {
		t.Fatal(err)
	}
	return grads
}

// elements returns a value's numbers.
func elements(t *testing.T, v G.Value) []float64 {
	t.Helper()
	switch v := v.(type) {
	case *G.F32:
		return []float64{float64(*v)}
	case *G.F64:
		return []float64{float64(*v)}
	case *tensor.Dense:
		if v.Dtype() == tensor.Float64 {
			return slices.Clone(v.Float64s())
		}
		return wide(v.Float32s())
	}
	t.Fatalf("a value is a %T", v)
	return nil
}

// names lists the operations that m runs.
func names(m *vm.Machine) (names []string) {
	for _, timing := range m.Timings() {
		names = append(names, timing.Op)
	}
	return names
}

// The loss and all gradients agree with those of the two operations apart, at
// sizes that leave a last block of rows, and kernels, a rest.
func TestLinearCrossEntropyAgainstPlain(t *testing.T) {
	for d, tol := range tolerances {
		for _, size := range [][3]int{{1, 1, 1024}, {7, 5, 1025}, {176, 3, 1031}, {351, 2, 1100}, {20, 33, 2000}} {
			for _, bias := range []bool{true, false} {
				var values [2][][]float64
				for i, apart := range []bool{false, true} {
					c := newClassifier(t, d, size[0], size[1], size[2], bias, apart)
					outs := append(G.Nodes{c.loss}, c.gradients(t, c.loss)...)
					execute(t, outs...)
					for _, n := range outs {
						values[i] = append(values[i], elements(t, n.Value()))
					}
				}
				for i, v := range values[0] {
					golden.Agree(t, fmt.Sprintf("%v, %v, bias %v, output %d", d, size, bias, i), v, values[1][i], tol)
				}
			}
		}
	}
}

// Where the gradient is asked for, its operation has the loss, too. Without, the
// loss is one operation. The logits are never asked for, unless something reads
// them.
func TestLinearCrossEntropyIsOneOperation(t *testing.T) {
	const rows, classes = 400, 2000
	c := newClassifier(t, tensor.Float32, rows, 4, classes, true, false)
	grads := c.gradients(t, c.loss)
	part := "part"
	for _, want := range []struct {
		outs G.Nodes
		ops  []string
	}{
		{G.Nodes{c.loss}, []string{"linear+crossEntropy"}},
		{append(G.Nodes{c.loss}, grads...), []string{"linear+crossEntropyGrad", "head", part, part, part}},
		{grads[1:2], []string{"linear+crossEntropyGrad", part}},
		{G.Nodes{c.loss, c.logits}, []string{"linear", "linear+crossEntropy"}},
	} {
		m, err := vm.New(c.loss.Graph(), want.outs...)
		if err != nil {
			t.Fatal(err)
		}
		if got := names(m); !slices.Equal(got, want.ops) {
			t.Errorf("runs %v, want %v", got, want.ops)
		}
		if limit := 4 * rows * classes / 10; !slices.Contains(want.outs, c.logits) && m.Bytes() > limit {
			t.Errorf("%v take %d bytes, more than %d; the logits would take %d", want.ops, m.Bytes(), limit, 4*rows*classes)
		}
	}
}

// With few classes, or an activation between, the two stay apart.
func TestNotInBlocks(t *testing.T) {
	c := newClassifier(t, tensor.Float32, 3, 2, 1023, true, false)
	if op.InBlocks(c.logits) {
		t.Error("1023 classes are taken for many")
	}
	c = newClassifier(t, tensor.Float32, 3, 2, 1024, true, false)
	if !op.InBlocks(c.logits) {
		t.Error("1024 classes are not taken for many")
	}
	if op.InBlocks(G.Must(op.Activate(op.Tanh, c.logits))) || op.InBlocks(c.wrt[0]) {
		t.Error("logits that no linear operation makes are taken for some")
	}
}

// The executor takes the loss from the gradient's operation only where that does
// not need the loss: its square's gradient is 2·loss·dloss, and that of a product
// of two such losses needs each for the other.
func TestLossThatItsGradientNeeds(t *testing.T) {
	for name, f := range map[string]func(a, b, logits *G.Node) *G.Node{
		"square":  func(a, _, _ *G.Node) *G.Node { return G.Must(G.Mul(a, a)) },
		"product": func(a, b, _ *G.Node) *G.Node { return G.Must(G.Mul(a, b)) },
		"sum":     func(a, b, _ *G.Node) *G.Node { return G.Must(G.Add(a, b)) },
		"thrice":  func(a, _, _ *G.Node) *G.Node { return G.Must(G.Mul(a, G.NewConstant(float32(3)))) },
		"and the logits": func(a, _, logits *G.Node) *G.Node {
			return G.Must(G.Add(a, G.Must(G.Mean(G.Must(G.Square(logits))))))
		},
	} {
		var values [2][][]float64
		for i, apart := range []bool{false, true} {
			c := newClassifier(t, tensor.Float32, 5, 3, 1030, true, apart)
			y := otherLabels(c, 1, 0, 1029, 4, 4)
			x := c.logits
			if apart {
				x = G.Must(op.Add(x, input(x.Graph(), "other zeros", tensor.New(tensor.WithShape(5, 1030), tensor.Of(tensor.Float32)))))
			}
			loss := f(c.loss, G.Must(op.CrossEntropy(x, y)), c.logits)
			outs := append(G.Nodes{loss, c.loss}, c.gradients(t, loss)...)
			execute(t, outs...)
			for _, n := range outs {
				values[i] = append(values[i], elements(t, n.Value()))
			}
		}
		for i, v := range values[0] {
			golden.Agree(t, fmt.Sprintf("%s, output %d", name, i), v, values[1][i], tolerances[tensor.Float32])
		}
	}
}

// Gorgonia's TapeMachine computes the loss on its own, and copies the parts of
// the packed gradients: the same bits.
func TestLinearCrossEntropyOnTapeMachine(t *testing.T) {
	for _, bias := range []bool{true, false} {
		c := newClassifier(t, tensor.Float32, 180, 5, 1030, bias, false)
		outs := append(G.Nodes{c.loss}, c.gradients(t, c.loss)...)
		got := run(t, outs...)
		tape := G.NewTapeMachine(c.loss.Graph())
		if err := tape.RunAll(); err != nil {
			t.Fatal(err)
		}
		for i, n := range outs {
			if want := floats(t, n.Value()); !same(got[i], want) {
				t.Errorf("bias %v, output %d: %v, the TapeMachine's %v", bias, i, got[i][:1], want[:1])
			}
		}
		if err := tape.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestLinearCrossEntropyAllocs(t *testing.T) {
	c := newClassifier(t, tensor.Float32, 180, 5, 1030, true, false)
	m, err := vm.New(c.loss.Graph(), append(G.Nodes{c.loss}, c.gradients(t, c.loss)...)...)
	if err != nil {
		t.Fatal(err)
	}
	if got := testing.AllocsPerRun(10, func() {
		if err := m.RunAll(); err != nil {
			t.Error(err)
		}
	}); got != 0 {
		t.Errorf("%v allocations a run, want 0", got)
	}
}

// A label out of range is the plain way's error, with and without gradients.
func TestManyClassesLabelsOutOfRange(t *testing.T) {
	const want = "label 1030 of example 2 is none of the model's classes, 0 to 1029"
	c := newClassifier(t, tensor.Float32, 3, 2, 1030, true, false)
	loss := G.Must(op.CrossEntropy(c.logits, otherLabels(c, 0, 1029, 1030)))
	for _, outs := range []G.Nodes{{loss}, c.gradients(t, loss)} {
		m, err := vm.New(loss.Graph(), outs...)
		if err != nil {
			t.Fatal(err)
		}
		if err = m.RunAll(); err == nil || !strings.HasSuffix(err.Error(), ": "+want) {
			t.Errorf("%v, want %q at its end", err, want)
		}
	}
	if _, err := op.CrossEntropy(c.logits, otherLabels(c, 1, 2)); err == nil || !strings.HasSuffix(err.Error(), "3 rows of logits, 2 labels") {
		t.Errorf("labels too few: %v", err)
	}
}
