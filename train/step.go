package train

import (
	"context"
	"fmt"
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
// penalties. It is valid until the next step, and NaN in a step that never ran.
func (s Step) Loss() float64 {
	if s.program == nil || s.program.machine.Fetch(s.program.loss) != nil { // it comes with an error
		return math.NaN()
	}
	return number(s.program.loss)
}

// Steps trains without end and yields each step. Breaking out of the loop stops
// training; a later call goes on from there, its place in src given by the number
// of steps done, whatever source they were on. Recurrent layers begin an epoch with
// zeros and go on from batch to batch. The last pair yielded has an error,
// if there is one: ctx is done, a batch cannot be read, or training failed.
//
// On a Device, parameters are there while the loop lasts: the Trainer's methods see to
// it, who reads Params waits until it has ended. A loss or gradient that is not finite
// is found out up to a hundred steps later; the steps in between have changed nothing.
func (t *Trainer) Steps(ctx context.Context, src data.Source) iter.Seq2[Step, error] {
	return func(yield func(Step, error) bool) {
		defer func() { _ = t.pull() }() // what went wrong the next call says
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
	s.N = t.steps
	if t.failed != nil {
		return s, t.failed
	}
	if ctx.Err() != nil {
		return s, context.Cause(ctx)
	}
	if src == nil {
		return s, errors.New("training data: the source is nil")
	}
	t.profile.begin()
	perEpoch := max(src.Len(), 1) // a source without batches explains itself when read
	t.perEpoch = perEpoch
	if t.steps%perEpoch == 0 {
		t.forget(training)
	}
	s = Step{N: t.steps, Epoch: t.steps / perEpoch, Rate: t.schedule(t.steps)}
	if !(s.Rate >= 0) || s.Rate > math.MaxFloat32 {
		return s, errors.Errorf("step %d: the schedule gives the learning rate %v", t.steps+1, s.Rate)
	}
	if err := read(src, s.Epoch, t.steps%perEpoch, &t.batch); err != nil {
		return s, errors.WithMessage(err, "training data")
	}
	t.profile.end(partRead)
	if s.program, err = t.program(layers.Train, t.batch); err != nil {
		return s, err
	}
	t.profile.measure(s.program)
	t.profile.end(partCompile)
	s.program.scope.SetStep(t.steps)
	if t.device != nil {
		err := t.stepOn(s)
		t.profile.end(partRun)
		s.N = t.steps
		return s, err
	}
	if err := s.program.run(t.batch); err != nil {
		return s, errors.Wrapf(err, "step %d", t.steps+1)
	}
	if loss := s.Loss(); math.IsNaN(loss) || math.IsInf(loss, 0) {
		return s, t.fail(errors.Errorf("the loss is %v", loss), t.lastRate, false)
	}
	t.profile.end(partRun)
	t.keep()
	t.profile.end(partKeep)
	if !t.update(s.program, s.Rate) {
		return s, t.fail(errors.New("a gradient is not finite"), s.Rate, true)
	}
	t.profile.end(partUpdate)
	if bad := s.program.updateBuffers(); bad != "" {
		return s, t.fail(errors.Errorf("%s is not finite", bad), s.Rate, true)
	}
	t.profile.end(partCarry)
	t.losses[t.steps%Remembered] = float32(s.Loss())
	t.steps++
	t.lastRate = s.Rate
	s.N = t.steps
	return s, nil
}

// Remembered is the number of losses that a Trainer remembers.
const Remembered = 1000

// Losses returns those of the last n steps, in order, as [Step.Loss] would have: from
// a Device all at once, instead of waiting for each. n is at most [Remembered], and
// the steps done since the Trainer was made or resumed.
func (t *Trainer) Losses(n int) ([]float64, error) {
	if n < 0 || n > Remembered || n > t.steps {
		return nil, errors.Errorf("losses of %d steps: %d were done, and the last %d are remembered", n, t.steps, Remembered)
	}
	if t.device != nil {
		if err := t.device.losses(t.losses[:]); err != nil {
			return nil, err
		}
	}
	all := make([]float64, n)
	for i := range all {
		all[i] = float64(t.losses[(t.steps-n+i)%Remembered])
	}
	return all, nil
}

// read reads a batch that has examples and answers.
func read(src data.Source, epoch, i int, b *data.Batch) error {
	if err := src.Read(epoch, i, b); err != nil {
		return err
	}
	switch {
	case b.X == nil || b.X.Dims() == 0 || b.X.DataSize() == 0:
		return errors.New("the source gives no X, or one without examples")
	case b.Y == nil:
		return errors.New("the source gives no Y; for answers use Predict")
	}
	return nil
}

// fail ends training: err is why a step has no finite result. The parameters go
// back to where they were good, unless it is the data and they were not touched.
func (t *Trainer) fail(err error, rate float64, touched bool) error {
	n := t.steps + 1
	cause, data := t.cause(rate)
	if touched || !data {
		t.restore()
		cause += fmt.Sprintf("; the parameters are again those after step %d", t.steps)
	}
	t.failed = errors.Errorf("step %d: %v; %s", n, err, cause)
	return t.failed
}

// cause guesses why the loss or a gradient is not finite after an update with the
// given rate (0: none so far), and whether it is the data.
func (t *Trainer) cause(rate float64) (why string, data bool) {
	for i, v := range []*tensor.Dense{t.batch.X, t.batch.Y} {
		if v.Dtype() == tensor.Float32 && !finite(v.Float32s()) {
			return "XY"[i:i+1] + " of its batch holds values that are not finite; clean the data", true
		}
	}
	if rate == 0 {
		return "no step has changed the parameters yet: look at their initial values and at the model's formula", false
	}
	return fmt.Sprintf("the learning rate, %.4g, is probably too high", rate), false
}

func finite(w []float32) bool {
	var check float32
	for _, v := range w {
		check += 0 * v
	}
	return check == 0
}
