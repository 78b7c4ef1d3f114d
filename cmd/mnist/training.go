package main

import (
	"context"
	"fmt"
	"math"
	"time"

	"github.com/pkg/errors"

	"github.com/gorgonia-zoo/zoo/data"
	"github.com/gorgonia-zoo/zoo/data/mnist"
	"github.com/gorgonia-zoo/zoo/internal/cli"
	"github.com/gorgonia-zoo/zoo/train"
)

// logEvery is the number of steps between two lines of figures.
const logEvery = 1000

// evalBatch is the number of examples that evaluation takes at a time.
const evalBatch = 500

// A training is one run of a trainer with its records.
type training struct {
	*train.Trainer
	folder    *cli.RunFolder
	set       config
	progress  *cli.Progress
	saveEvery int
	steps     int // done
	sofar     sofar
	score     float64   // the accuracy on the validation set, where it is that of the last step, or NaN
	start     time.Time // of the run, as if it had not been stopped
	clock     time.Time // when training went on after the last line
	clocked   int       // steps since then
}

// sofar is what a checkpoint holds of a run besides the trainer's state.
type sofar struct {
	TimeS float64 `json:"time_s"`
	Loss  float64 `json:"loss"`  // sum since the last line
	Steps int     `json:"steps"` // in it
	Epoch int     `json:"epoch"` // of the last step
	Rate  float64 `json:"rate"`  // likewise
}

func newTraining(t *train.Trainer, set config, p *cli.Progress, saveEvery int) *training {
	now := time.Now()
	return &training{Trainer: t, set: set, progress: p, saveEvery: saveEvery, score: math.NaN(), start: now, clock: now}
}

// resume goes on with the run in the folder.
func (t *training) resume(folder *cli.RunFolder) (err error) {
	t.folder = folder
	if t.steps, err = folder.Restore(t.Trainer, &t.sofar, t.progress.Notice); err != nil {
		return err
	}
	if t.steps > t.set.Steps {
		return errors.Errorf("%s is at step %d already; use --steps %d or more", folder.Dir, t.steps, t.steps)
	}
	t.start = t.start.Add(-time.Duration(t.sofar.TimeS * float64(time.Second)))
	if t.steps > 0 {
		t.progress.Notice(fmt.Sprintf("goes on after step %d of %d", t.steps, t.set.Steps))
	}
	if t.set.Steps > t.set.Horizon {
		t.progress.Notice(fmt.Sprintf("beyond step %d, for which this run was planned, it goes on at the final learning rate", t.set.Horizon))
	}
	return folder.Configure(t.set) // which may say more steps now
}

// all trains, saves the weights, and tests.
func (t *training) all(ctx context.Context, digits *mnist.Splits) (test train.Result, err error) {
	if err := t.train(ctx, t.set.source(digits.Train, t.Seed), digits.Valid.Batches(evalBatch)); err != nil {
		return test, err
	}
	if err := t.folder.Saved(); err != nil {
		return test, err
	}
	if err := t.save(); err != nil {
		return test, err
	}
	if test, err = t.evaluate(ctx, "test", digits.Test.Batches(evalBatch)); err != nil {
		return test, err
	}
	return test, t.folder.Log(testMetrics{Event: "test", Step: t.steps, TimeS: t.time(), TestLoss: test.Loss, TestAccuracy: test.Accuracy})
}

// train does the recipe's steps, or those that are left of them.
func (t *training) train(ctx context.Context, src, valid data.Source) error {
	defer t.progress.End()
	if err := t.line(ctx, valid); err != nil { // of a run that was stopped when it was due
		return err
	}
	if t.steps == t.set.Steps {
		return nil
	}
	for s, err := range t.Steps(ctx, src) {
		if err != nil {
			return err
		}
		t.steps, t.sofar.Epoch, t.sofar.Rate, t.score = s.N, s.Epoch, s.Rate, math.NaN()
		t.sofar.Loss, t.sofar.Steps, t.clocked = t.sofar.Loss+s.Loss(), t.sofar.Steps+1, t.clocked+1
		t.progress.Step(s.N)
		if err := t.line(ctx, valid); err != nil {
			return err
		}
		if s.N%t.saveEvery == 0 || s.N == t.set.Steps {
			if err := t.checkpoint(); err != nil {
				return err
			}
		}
		if s.N == t.set.Steps {
			break
		}
	}
	return nil
}

// line records the figures, if it is time.
func (t *training) line(ctx context.Context, valid data.Source) error {
	if t.sofar.Steps == 0 || t.steps%logEvery != 0 && t.steps != t.set.Steps {
		return nil
	}
	m := metrics{
		Step: t.steps, Epoch: t.sofar.Epoch, TrainLoss: t.sofar.Loss / float64(t.sofar.Steps), LearningRate: t.sofar.Rate,
		ExamplesPerS: math.Round(float64(t.clocked*t.set.Batch) / max(time.Since(t.clock), time.Microsecond).Seconds()), // some clocks are coarse
	}
	res, err := t.evaluate(ctx, "validation", valid)
	if err != nil {
		return err
	}
	m.ValidLoss, m.ValidAccuracy, m.TimeS = res.Loss, res.Accuracy, t.time()
	if err := t.folder.Log(m); err != nil {
		return err
	}
	t.progress.Line(m.Step, m.String(), "epoch", m.Epoch, "train_loss", m.TrainLoss, "valid_loss", m.ValidLoss,
		"valid_accuracy", m.ValidAccuracy, "learning_rate", m.LearningRate, "examples_per_s", m.ExamplesPerS)
	t.sofar.Loss, t.sofar.Steps, t.score = 0, 0, m.ValidAccuracy
	t.clock, t.clocked = time.Now(), 0
	return nil
}

// evaluate is Evaluate on the set called name, whose loss must be finite.
func (t *training) evaluate(ctx context.Context, name string, src data.Source) (train.Result, error) {
	res, err := t.Evaluate(ctx, src)
	if err == nil && (math.IsNaN(res.Loss) || math.IsInf(res.Loss, 0)) {
		err = errors.Errorf("step %d: the %s loss is %v; training has diverged, so use a larger --batch or another --recipe", t.steps, name, res.Loss)
	}
	return res, err
}

// checkpoint writes one, beside training.
func (t *training) checkpoint() error {
	t.sofar.TimeS = t.time()
	return t.folder.Save(t.Trainer, t.set.metadata(), t.sofar, t.score)
}

// save writes the weights.
func (t *training) save() error {
	return cli.Full(t.SaveWith(t.folder.File(cli.WeightsFile), t.set.metadata()))
}

// stopped returns what to say of err, which ended the run.
func (t *training) stopped(err error) error {
	return t.folder.Stopped(err, t.steps, t.set.Steps, t.checkpoint, t.save)
}

// time returns the seconds since the start, to the millisecond, without those in which
// the run was stopped.
func (t *training) time() float64 {
	return time.Since(t.start).Round(time.Millisecond).Seconds()
}
