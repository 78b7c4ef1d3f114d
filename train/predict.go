package train

import (
	"github.com/pkg/errors"
	"gorgonia.org/tensor"

	"github.com/gorgonia-zoo/zoo/data"
	"github.com/gorgonia-zoo/zoo/layers"
)

// Predict returns the model's output for x: logits, for a classifier. x may hold
// any number of examples. The result is valid until the next call. Recurrent layers
// begin with zeros.
func (t *Trainer) Predict(x *tensor.Dense) (*tensor.Dense, error) {
	t.forget(prediction)
	return t.predict(x, false)
}

// Continue is Predict, but recurrent layers go on where the last Predict or Continue
// ended: a text is written by giving its beginning to Predict, and then each new word
// to Continue. It is an error if that was on another number of sequences.
func (t *Trainer) Continue(x *tensor.Dense) (*tensor.Dense, error) { return t.predict(x, true) }

func (t *Trainer) predict(x *tensor.Dense, goOn bool) (*tensor.Dense, error) {
	call := "predict"
	if goOn {
		call = "continue"
	}
	if err := t.init(); err != nil {
		return nil, err
	}
	if err := t.checkOn(); err != nil {
		return nil, err
	}
	if x == nil || x.Dims() == 0 || x.DataSize() == 0 {
		return nil, errors.Errorf("%s: x must be a batch of at least one example, (N, ...)", call)
	}
	p, err := t.program(layers.Eval, data.Batch{X: x})
	if err != nil {
		return nil, err
	}
	for _, c := range p.carries {
		if goOn && !c.ready() {
			return nil, errors.Errorf("continue: there is no %s %v to go on from; begin with Predict, on as many sequences", c.state.name, c.shape)
		}
	}
	if err := t.run(p, data.Batch{X: x}); err != nil {
		return nil, errors.Wrap(err, call)
	}
	if t.device == nil {
		p.carryOn()
	}
	if err := p.machine.Fetch(p.out); err != nil {
		return nil, errors.Wrap(err, call)
	}
	y, ok := p.out.Value().(*tensor.Dense)
	if !ok {
		return nil, errors.Errorf("%s: the model puts out a single number, not a row an example", call)
	}
	return y, nil
}
