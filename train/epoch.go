package train

import (
	"context"
	"fmt"
	"iter"
	"math"
	"time"

	"github.com/pkg/errors"

	"github.com/gorgonia-zoo/zoo/data"
	"github.com/gorgonia-zoo/zoo/layers"
)

// A Result sums up one pass over a source.
type Result struct {
	Loss     float64 // mean over the examples, or words; nats where the loss is CrossEntropy
	Accuracy float64 // in [0, 1]; NaN where outputs are not classes, or too many: see CrossEntropy
	Examples int     // words, where there are sequences
}

// Perplexity returns e^Loss.
func (r Result) Perplexity() float64 { return math.Exp(r.Loss) }

// An Epoch reports one pass of training and the validation after it.
type Epoch struct {
	N     int     // passes so far, this one included
	Loss  float64 // mean of its steps' losses
	Valid Result  // zero without a validation source
	Time  time.Duration
}

// String formats e as a line.
func (e Epoch) String() string {
	s := fmt.Sprintf("epoch %3d  loss %.4f", e.N, e.Loss)
	if e.Valid.Examples > 0 {
		s += fmt.Sprintf("  validation loss %.4f", e.Valid.Loss)
		if !math.IsNaN(e.Valid.Accuracy) {
			s += fmt.Sprintf("  accuracy %.4f", e.Valid.Accuracy)
		}
	}
	return s + fmt.Sprintf("  %.1fs", e.Time.Seconds())
}

// Epochs trains to n epochs in all, those done before included, and yields each
// with its validation; valid may be nil. Breaking out of the loop stops training.
func (t *Trainer) Epochs(ctx context.Context, train, valid data.Source, n int) iter.Seq2[Epoch, error] {
	return func(yield func(Epoch, error) bool) {
		perEpoch := 1
		if train != nil {
			perEpoch = max(train.Len(), 1)
		}
		for t.steps/perEpoch < n {
			e, err := t.epoch(ctx, train, valid)
			if !yield(e, err) || err != nil {
				return
			}
		}
	}
}

func (t *Trainer) epoch(ctx context.Context, train, valid data.Source) (e Epoch, err error) {
	start := time.Now()
	var steps, waiting int // waiting: losses that are not added yet
	for s, err := range t.Steps(ctx, train) {
		if err != nil {
			return e, err
		}
		steps, waiting = steps+1, waiting+1
		last := s.N%max(train.Len(), 1) == 0
		if last || waiting == Remembered {
			losses, err := t.Losses(waiting)
			if err != nil {
				return e, err
			}
			for _, v := range losses {
				e.Loss += v
			}
			waiting = 0
		}
		if last {
			break
		}
	}
	e.N = t.steps / max(train.Len(), 1)
	e.Loss /= float64(steps)
	e.Time = time.Since(start)
	if valid != nil {
		e.Valid, err = t.Evaluate(ctx, valid)
	}
	return e, err
}

// Evaluate returns the loss and accuracy on all of src, of the averages where
// averaging is on. A loss that is not finite is no error here. Recurrent layers begin
// with zeros and go on from batch to batch.
func (t *Trainer) Evaluate(ctx context.Context, src data.Source) (r Result, err error) {
	if err := t.init(); err != nil {
		return r, err
	}
	if err := t.checkOn(); err != nil {
		return r, err
	}
	if src == nil {
		return r, errors.New("evaluation data: the source is nil")
	}
	t.forget(evaluation)
	var loss, correct float64
	for i := range max(src.Len(), 1) {
		if ctx.Err() != nil {
			return r, context.Cause(ctx)
		}
		if err := read(src, 0, i, &t.eval); err != nil {
			return r, errors.WithMessage(err, "evaluation data")
		}
		p, err := t.program(layers.Eval, t.eval)
		if err != nil {
			return r, err
		}
		if err := t.run(p, t.eval); err != nil {
			return r, errors.Wrap(err, "evaluate")
		}
		if t.device == nil {
			p.carryOn()
		}
		if err := p.fetch(); err != nil {
			return r, errors.Wrap(err, "evaluate")
		}
		n := examples(t.eval)
		loss += number(p.loss) * float64(n)
		if p.correct == nil {
			correct = math.NaN()
		} else {
			correct += number(p.correct)
		}
		r.Examples += n
	}
	r.Loss, r.Accuracy = loss/float64(r.Examples), correct/float64(r.Examples)
	return r, nil
}

// examples returns the number of examples in b: of words where it has sequences,
// whose X has time first.
func examples(b data.Batch) int {
	if b.Y.Dims() == 1 {
		return b.Y.Shape()[0]
	}
	return b.X.Shape()[0]
}
