package train

import (
	"context"
	"iter"
	"math"

	"github.com/pkg/errors"
	"gorgonia.org/tensor"

	"github.com/gorgonia-zoo/zoo/data"
	"github.com/gorgonia-zoo/zoo/layers"
)

// A Step reports one update of the parameters.
type Step struct {
	N     int     // updates so far, this one included
	Epoch int     // the pass over the data that it belongs to, from 0
	Rate  float64 // learning rate

	program *program
}

// Loss returns the loss of the step's batch, before the update and without
// penalties. It is valid until the next step.
func (s Step) Loss() float64 { return number(s.program.loss) }

// Steps trains without end and yields each step. Breaking out of the loop stops
// training; a later call goes on from there. The last pair yielded has an error,
// if there is one: ctx is done, a batch cannot be read, or training failed.
func (t *Trainer) Steps(ctx context.Context, src data.Source) iter.Seq2[Step, error] {
	return func(yield func(Step, error) bool) {
		for {
			s, err := t.step(ctx, src)
			if !yield(s, err) || err != nil {
				return
			}
		}
	}
}

// step trains on the next batch of src.
func (t *Trainer) step(ctx context.Context, src data.Source) (s Step, err error) {
	if err := t.init(); err != nil {
		return s, err
	}
	if t.failed != nil {
		return s, t.failed
	}
	if ctx.Err() != nil {
		return s, context.Cause(ctx)
	}
	perEpoch := max(src.Len(), 1) // a source without batches explains itself when read
	s = Step{N: t.steps, Epoch: t.steps / perEpoch, Rate: t.Schedule(t.steps)}
	if err := src.Read(s.Epoch, t.steps%perEpoch, &t.batch); err != nil {
		return s, errors.Wrap(err, "training data")
	}
	if s.program, err = t.program(layers.Train, t.batch); err != nil {
		return s, err
	}
	if err := s.program.run(t.batch); err != nil {
		return s, errors.Wrapf(err, "step %d", t.steps+1)
	}
	if loss := s.Loss(); math.IsNaN(loss) || math.IsInf(loss, 0) {
		t.failed = errors.Errorf("step %d: the loss is %v; %s", t.steps+1, loss, t.cause(s.Rate))
		return s, t.failed
	}
	if !t.update(s.program, s.Rate) {
		t.failed = errors.Errorf("step %d: a gradient is not finite; %s", t.steps+1, t.cause(s.Rate))
		return s, t.failed
	}
	t.steps++
	s.N = t.steps
	return s, nil
}

// cause guesses why the loss or a gradient is not finite.
func (t *Trainer) cause(rate float64) string {
	for name, v := range map[string]*tensor.Dense{"X": t.batch.X, "Y": t.batch.Y} {
		if v != nil && v.Dtype() == tensor.Float32 && !finite(v.Float32s()) {
			return name + " of its batch holds values that are not finite; clean the data"
		}
	}
	if rate > 0 {
		return errors.Errorf("the learning rate, %.4g, is probably too high", rate).Error()
	}
	return "the learning rate is not above 0"
}

func finite(w []float32) bool {
	var check float32
	for _, v := range w {
		check += 0 * v
	}
	return check == 0
}
