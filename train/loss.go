package train

import (
	"math"
	"slices"

	"github.com/pkg/errors"
	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/gorgonia-zoo/zoo/internal/op"
)

// CrossEntropy is the mean of -log softmax(out)[y]: the negative logarithm, in
// nats, of the probability that the model gives to the right class.
//
//	out  (N, classes) or (T, N, classes)  logits
//	y    (N) or (T·N), in the order of out  int labels
//
// Where out comes from a Dense layer without activation with 1024 units or more,
// its gradients are computed together with those of the loss, for some rows at a
// time: the logits, 28 MB for 700 words of 10,000, are never all in memory.
func CrossEntropy(out, y *G.Node) (*G.Node, error) {
	if d := out.Dims(); d != 2 && d != 3 || !isLabels(y) {
		return nil, errors.Errorf("cross-entropy takes logits (N, classes) and int labels (N), not %v and %v of %v; set another Loss", out.Shape(), y.Shape(), y.Dtype())
	}
	rows, err := op.Matrix(out)
	if err != nil {
		return nil, err
	}
	if n := rows.Shape()[0]; n != y.Shape()[0] {
		return nil, errors.Errorf("cross-entropy of logits %v and %d labels; each of %d rows needs one, and images a Flatten before the first Dense", out.Shape(), y.Shape()[0], n)
	}
	return op.CrossEntropy(rows, y)
}

// SquaredError is the mean of (out - y)² over all elements. Both have the same
// shape.
func SquaredError(out, y *G.Node) (*G.Node, error) {
	if !slices.Equal(out.Shape(), y.Shape()) || out.Dtype() != y.Dtype() {
		return nil, errors.Errorf("squared error of output %v %v and targets %v %v, which must be alike", out.Shape(), out.Dtype(), y.Shape(), y.Dtype())
	}
	return op.SquaredError(out, y)
}

// Scaled is loss (nil: CrossEntropy) for training on factor·loss: the gradient, whose norm ClipNorm
// bounds, is that of factor·loss, and what [Step.Loss] and [Trainer.Evaluate]
// report is still loss. A language model's loss over T steps, the sum over time of
// the mean over the batch, is T times its mean over words:
//
//	train.Scaled(train.CrossEntropy, 35)
//
// reports nats a word. Penalties are not scaled.
func Scaled(loss Loss, factor float64) Loss {
	if loss == nil {
		loss = CrossEntropy
	}
	return func(out, y *G.Node) (*G.Node, error) {
		if math.IsNaN(factor) || math.IsInf(factor, 0) || factor == 0 {
			return nil, errors.Errorf("scaled by %v; the factor must be finite and not 0", factor)
		}
		l, err := loss(out, y)
		if err != nil || l == nil || !l.IsScalar() {
			return l, err // not for here to judge
		}
		return op.ScaleGradient(l, factor)
	}
}

func isLabels(y *G.Node) bool { return y.Dims() == 1 && y.Dtype() == tensor.Int }
