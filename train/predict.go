package train

import (
	"github.com/pkg/errors"
	"gorgonia.org/tensor"

	"github.com/gorgonia-zoo/zoo/data"
	"github.com/gorgonia-zoo/zoo/layers"
)

// Predict returns the model's output for x: logits, for a classifier. x may hold
// any number of examples. The result is valid until the next call.
func (t *Trainer) Predict(x *tensor.Dense) (*tensor.Dense, error) {
	if err := t.init(); err != nil {
		return nil, err
	}
	if x == nil || x.Dims() == 0 || x.DataSize() == 0 {
		return nil, errors.New("predict: x must be a batch of at least one example, (N, ...)")
	}
	p, err := t.program(layers.Eval, data.Batch{X: x})
	if err != nil {
		return nil, err
	}
	if err := p.run(data.Batch{X: x}); err != nil {
		return nil, errors.Wrap(err, "predict")
	}
	y, ok := p.out.Value().(*tensor.Dense)
	if !ok {
		return nil, errors.New("predict: the model puts out a single number, not a row an example")
	}
	return y, nil
}
