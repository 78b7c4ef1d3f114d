package main

import (
	"context"
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
	folder   *cli.RunFolder
	recipe   recipe
	progress *cli.Progress
	metadata map[string]string // of the weights
	start    time.Time
	steps    int // done
}

// all trains, saves the weights, and tests.
func (t *training) all(ctx context.Context, digits *mnist.Splits) (test train.Result, err error) {
	if err := t.train(ctx, t.recipe.source(digits.Train, t.Seed), digits.Valid.Batches(evalBatch)); err != nil {
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

// train does the recipe's steps.
func (t *training) train(ctx context.Context, src, valid data.Source) error {
	defer t.progress.End()
	var loss float64 // sum since the last line
	var last int     // the step of that line
	since := t.start // when training went on after it
	for s, err := range t.Steps(ctx, src) {
		if err != nil {
			return err
		}
		t.steps = s.N
		loss += s.Loss()
		t.progress.Step(s.N)
		if s.N%logEvery != 0 && s.N != t.recipe.Steps {
			continue
		}
		n := float64(s.N - last)
		m := metrics{
			Step: s.N, Epoch: s.Epoch, TrainLoss: loss / n, LearningRate: s.Rate,
			ExamplesPerS: math.Round(n * float64(t.recipe.Batch) / time.Since(since).Seconds()),
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
		if s.N == t.recipe.Steps {
			break
		}
		loss, last, since = 0, s.N, time.Now()
	}
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

func (t *training) save() error {
	return cli.Full(t.SaveWith(t.folder.File(cli.WeightsFile), t.metadata))
}

// stopped returns what to say of err, which ended the run.
func (t *training) stopped(err error) error {
	return t.folder.Stopped(err, t.steps, t.recipe.Steps, t.save)
}

// time returns the seconds since the start, to the millisecond.
func (t *training) time() float64 {
	return time.Since(t.start).Round(time.Millisecond).Seconds()
}
