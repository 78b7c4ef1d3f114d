package main

import (
	"context"
	"math"

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

// A training is one run on images. Its fields with tags are figures that checkpoints
// hold.
type training struct {
	*cli.Training `json:"-"`
	set           config
	digits        *mnist.Splits
	score         float64 // accuracy on the validation set after the last step, or NaN

	Loss  float64 `json:"loss"`  // sum since the last line
	Added int     `json:"added"` // losses in it
	Epoch int     `json:"epoch"` // of the last step
	Rate  float64 `json:"rate"`  // likewise
}

// all trains, saves the weights, and tests.
func (t *training) all(ctx context.Context) (test train.Result, err error) {
	if err := t.Train(ctx, t.set.source(t.digits.Train, t.Seed), t); err != nil {
		return test, err
	}
	if test, err = t.evaluate(ctx, "test", t.digits.Test.Batches(evalBatch)); err != nil {
		return test, err
	}
	return test, t.Folder.Log(testMetrics{Event: "test", Step: t.Done, TimeS: t.Time(), TestLoss: test.Loss, TestAccuracy: test.Accuracy})
}

// Add implements [cli.Figures].
func (t *training) Add(s train.Step) {
	t.Epoch, t.Rate, t.score = s.Epoch, s.Rate, math.NaN()
}

// Collect implements [cli.Figures].
func (t *training) Collect() error {
	losses, err := t.Losses()
	for _, v := range losses {
		t.Loss += v
	}
	t.Added += len(losses)
	return err
}

// Score implements [cli.Figures].
func (t *training) Score() float64 { return t.score }

// Line implements [cli.Figures]: every thousand steps, unless the recipe has them once,
// and after the last.
func (t *training) Line(ctx context.Context) error {
	if due := t.Done%logEvery == 0 && !t.set.EvalOnce; t.Added+t.Waiting() == 0 || !due && t.Done != t.Total {
		return nil
	}
	if err := t.Collect(); err != nil {
		return err
	}
	m := metrics{Step: t.Done, Epoch: t.Epoch, TrainLoss: t.Loss / float64(t.Added), LearningRate: t.Rate, ExamplesPerS: t.PerSecond(t.set.Batch)}
	res, err := t.evaluate(ctx, "validation", t.digits.Valid.Batches(evalBatch))
	if err != nil {
		return err
	}
	m.ValidLoss, m.ValidAccuracy, m.TimeS = res.Loss, res.Accuracy, t.Time()
	if err := t.Folder.Log(m); err != nil {
		return err
	}
	t.Progress.Line(m.Step, m.String(), "epoch", m.Epoch, "train_loss", m.TrainLoss, "valid_loss", m.ValidLoss,
		"valid_accuracy", m.ValidAccuracy, "learning_rate", m.LearningRate, "examples_per_s", m.ExamplesPerS)
	t.Loss, t.Added, t.score = 0, 0, m.ValidAccuracy
	t.Said()
	return nil
}

// evaluate is Evaluate on the set called name, whose loss must be finite.
func (t *training) evaluate(ctx context.Context, name string, src data.Source) (train.Result, error) {
	res, err := t.Evaluate(ctx, src)
	if err == nil && (math.IsNaN(res.Loss) || math.IsInf(res.Loss, 0)) {
		err = errors.Errorf("step %d: the %s loss is %v; training has diverged, so use a larger --batch or another --recipe", t.Done, name, res.Loss)
	}
	return res, err
}
