package train

import (
	"slices"

	"github.com/pkg/errors"
	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/gorgonia-zoo/zoo/internal/op"
)

// CrossEntropy is the mean of -log softmax(out)[y]: the negative logarithm, in
// nats, of the probability that the model gives to the right class.
//
//	out  (N, classes)  logits
//	y    (N)           int labels
func CrossEntropy(out, y *G.Node) (*G.Node, error) {
	if out.Dims() != 2 || !isLabels(y) {
		return nil, errors.Errorf("cross-entropy takes logits (N, classes) and int labels (N), not %v and %v of %v; set another Loss", out.Shape(), y.Shape(), y.Dtype())
	}
	return op.CrossEntropy(out, y)
}

// SquaredError is the mean of (out - y)² over all elements. Both have the same
// shape.
func SquaredError(out, y *G.Node) (*G.Node, error) {
	if !slices.Equal(out.Shape(), y.Shape()) || out.Dtype() != y.Dtype() {
		return nil, errors.Errorf("squared error of output %v %v and targets %v %v, which must be alike", out.Shape(), out.Dtype(), y.Shape(), y.Dtype())
	}
	return op.SquaredError(out, y)
}

func isLabels(y *G.Node) bool { return y.Dims() == 1 && y.Dtype() == tensor.Int }
