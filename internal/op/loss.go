package op

import (
	"slices"

	"github.com/chewxy/hm"
	"github.com/pkg/errors"
	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/gorgonia-zoo/zoo/internal/kernel"
)

// CrossEntropy returns the mean over the batch of -log softmax(x)[y].
//
//	x  (N, classes)  logits
//	y  (N)           int labels
//
// Where x is [InBlocks], the result is one operation with the linear one before
// it; the executor drops that if nothing else reads it.
func CrossEntropy(x, y *G.Node) (*G.Node, error) {
	if InBlocks(x) {
		in := operands(x)
		return apply(linearCrossEntropy{bias: len(in) == 3}, append(in, y)...)
	}
	return apply(crossEntropy{}, x, y)
}

type crossEntropy struct{}

func (crossEntropy) String() string { return "crossEntropy" }

func (crossEntropy) types() []hm.Type { return []hm.Type{array(2), labels(), number()} }

func (crossEntropy) shape(in []tensor.Shape) (tensor.Shape, error) {
	if in[0][0] != in[1][0] {
		return nil, errors.Errorf("%d rows of logits, %d labels", in[0][0], in[1][0])
	}
	return tensor.ScalarShape(), nil
}

func (crossEntropy) do(out G.Value, in []G.Value) error {
	y, classes := ints(in[1]), in[0].Shape()[1]
	if err := checkLabels(y, classes); err != nil {
		return err
	}
	if in[0].Dtype() == tensor.Float64 {
		setScalar(out, kernel.CrossEntropy(data[float64](in[0]), y, classes))
	} else {
		setScalar(out, kernel.CrossEntropy(data[float32](in[0]), y, classes))
	}
	return nil
}

func checkLabels(y []int, classes int) error {
	for i, v := range y {
		if v < 0 || v >= classes {
			return errors.Errorf("label %d of example %d is none of the model's classes, 0 to %d", v, i, classes-1)
		}
	}
	return nil
}

func (crossEntropy) wrt() []bool { return []bool{true, false} }

func (crossEntropy) grad(in G.Nodes, _, dout *G.Node) (G.Nodes, error) {
	dx, err := apply(crossEntropyGrad{}, in[0], in[1], dout)
	return G.Nodes{dx, nil}, err
}

// crossEntropyGrad is dout/N · (softmax(x) - onehot(y)).
type crossEntropyGrad struct{}

func (crossEntropyGrad) String() string { return "crossEntropyGrad" }

func (crossEntropyGrad) types() []hm.Type { return []hm.Type{array(2), labels(), number(), array(2)} }

func (crossEntropyGrad) shape(in []tensor.Shape) (tensor.Shape, error) { return in[0].Clone(), nil }

func (crossEntropyGrad) do(out G.Value, in []G.Value) error {
	y, classes := ints(in[1]), in[0].Shape()[1]
	if err := checkLabels(y, classes); err != nil {
		return err
	}
	a := scalar(in[2]) / float64(len(y))
	if out.Dtype() == tensor.Float64 {
		kernel.CrossEntropyGrad(data[float64](out), data[float64](in[0]), y, classes, a)
	} else {
		kernel.CrossEntropyGrad(data[float32](out), data[float32](in[0]), y, classes, float32(a))
	}
	return nil
}

// Softmax returns e^(x-max)/Σe^(x-max) of each row of x (N, classes).
func Softmax(x *G.Node) (*G.Node, error) { return apply(softmax{}, x) }

type softmax struct{}

func (softmax) String() string { return "softmax" }

func (softmax) types() []hm.Type { return []hm.Type{array(2), array(2)} }

func (softmax) shape(in []tensor.Shape) (tensor.Shape, error) { return in[0].Clone(), nil }

func (softmax) do(out G.Value, in []G.Value) error {
	classes := in[0].Shape()[1]
	if out.Dtype() == tensor.Float64 {
		kernel.Softmax(data[float64](out), data[float64](in[0]), classes)
	} else {
		kernel.Softmax(data[float32](out), data[float32](in[0]), classes)
	}
	return nil
}

func (softmax) wrt() []bool { return []bool{true} }

func (softmax) grad(_ G.Nodes, y, dy *G.Node) (G.Nodes, error) {
	dx, err := apply(softmaxGrad{}, y, dy)
	return G.Nodes{dx}, err
}

// softmaxGrad is y·(dy - Σ y·dy), row by row.
type softmaxGrad struct{}

func (softmaxGrad) String() string { return "softmaxGrad" }

func (softmaxGrad) types() []hm.Type { return []hm.Type{array(2), array(2), array(2)} }

func (softmaxGrad) shape(in []tensor.Shape) (tensor.Shape, error) { return in[0].Clone(), nil }

func (softmaxGrad) do(out G.Value, in []G.Value) error {
	classes := in[0].Shape()[1]
	if out.Dtype() == tensor.Float64 {
		kernel.SoftmaxGrad(data[float64](out), data[float64](in[0]), data[float64](in[1]), classes)
	} else {
		kernel.SoftmaxGrad(data[float32](out), data[float32](in[0]), data[float32](in[1]), classes)
	}
	return nil
}

// SquaredError returns the mean over all elements of (x - y)².
func SquaredError(x, y *G.Node) (*G.Node, error) { return apply(squaredError{x.Dims()}, x, y) }

type squaredError struct{ dims int }

func (squaredError) String() string { return "squaredError" }

func (s squaredError) types() []hm.Type { return []hm.Type{array(s.dims), array(s.dims), number()} }

func (squaredError) shape(in []tensor.Shape) (tensor.Shape, error) {
	if !slices.Equal(in[0], in[1]) {
		return nil, errors.Errorf("output %v, targets %v", in[0], in[1])
	}
	return tensor.ScalarShape(), nil
}

func (squaredError) do(out G.Value, in []G.Value) error {
	if in[0].Dtype() == tensor.Float64 {
		setScalar(out, kernel.SquaredError(data[float64](in[0]), data[float64](in[1])))
	} else {
		setScalar(out, kernel.SquaredError(data[float32](in[0]), data[float32](in[1])))
	}
	return nil
}

func (squaredError) wrt() []bool { return []bool{true, true} }

func (s squaredError) grad(in G.Nodes, _, dout *G.Node) (G.Nodes, error) {
	dx, err := apply(squaredErrorGrad(s), in[0], in[1], dout)
	if err != nil {
		return nil, err
	}
	dy, err := apply(squaredErrorGrad(s), in[1], in[0], dout)
	return G.Nodes{dx, dy}, err
}

// squaredErrorGrad is dout · 2(x - y)/n.
type squaredErrorGrad struct{ dims int }

func (squaredErrorGrad) String() string { return "squaredErrorGrad" }

func (s squaredErrorGrad) types() []hm.Type {
	return []hm.Type{array(s.dims), array(s.dims), number(), array(s.dims)}
}

func (squaredErrorGrad) shape(in []tensor.Shape) (tensor.Shape, error) { return in[0].Clone(), nil }

func (squaredErrorGrad) do(out G.Value, in []G.Value) error {
	a := 2 * scalar(in[2]) / float64(in[0].Shape().TotalSize())
	if out.Dtype() == tensor.Float64 {
		kernel.ScaledDifference(data[float64](out), data[float64](in[0]), data[float64](in[1]), a)
	} else {
		kernel.ScaledDifference(data[float32](out), data[float32](in[0]), data[float32](in[1]), float32(a))
	}
	return nil
}

// Correct returns how many rows of x have their largest element, the first of
// equals, at the label. A row that holds NaN is never correct.
//
//	x  (N, classes)
//	y  (N)           int labels
func Correct(x, y *G.Node) (*G.Node, error) { return apply(correct{}, x, y) }

type correct struct{}

func (correct) String() string { return "correct" }

func (correct) types() []hm.Type { return []hm.Type{array(2), labels(), number()} }

func (correct) shape(in []tensor.Shape) (tensor.Shape, error) { return crossEntropy{}.shape(in) }

func (correct) do(out G.Value, in []G.Value) error {
	y, classes := ints(in[1]), in[0].Shape()[1]
	if in[0].Dtype() == tensor.Float64 {
		setScalar(out, countCorrect(data[float64](in[0]), y, classes))
	} else {
		setScalar(out, countCorrect(data[float32](in[0]), y, classes))
	}
	return nil
}

func countCorrect[T kernel.Float](x []T, y []int, classes int) (n float64) {
	for i, label := range y {
		row := x[i*classes : (i+1)*classes]
		best := 0
		for j, v := range row {
			if v > row[best] {
				best = j
			}
			if v != v {
				best = -1
				break
			}
		}
		if best == label {
			n++
		}
	}
	return n
}
