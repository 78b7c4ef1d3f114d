package main

import (
	"context"
	"math"

	"github.com/pkg/errors"

	"github.com/gorgonia-zoo/zoo/data"
	"github.com/gorgonia-zoo/zoo/data/text"
	"github.com/gorgonia-zoo/zoo/internal/cli"
	"github.com/gorgonia-zoo/zoo/train"
)

const (
	logEvery  = 100 // steps between two lines of figures
	vocabFile = "vocab.txt"

	// window is how many words evaluation takes at a time, one after the other with
	// the state carried on: figures do not depend on it, and long windows are fast.
	window = 500
)

// A training is one run on a text. Its fields with tags are figures that checkpoints
// hold.
type training struct {
	*cli.Training `json:"-"`
	set           config
	corpus        *text.Corpus
	perEpoch      int     // steps
	score         float64 // minus the loss on the validation text after the last step, or NaN

	Since sums    `json:"since"` // the last line
	Begun sums    `json:"begun"` // since the epoch began
	Epoch int     `json:"epoch"` // of the last step
	Rate  float64 `json:"rate"`  // likewise
}

// sums adds up losses.
type sums struct {
	Sum float64 `json:"sum"`
	N   int     `json:"n"`
}

func (s *sums) add(loss float64) { s.Sum, s.N = s.Sum+loss, s.N+1 }

func (s sums) mean() float64 { return s.Sum / float64(s.N) }

// all trains, saves the weights, and tests.
func (t *training) all(ctx context.Context, src data.Source) (test train.Result, err error) {
	if err := t.Train(ctx, src, t); err != nil {
		return test, err
	}
	if test, err = t.evaluate(ctx, "test", t.corpus.Test); err != nil {
		return test, err
	}
	return test, t.Folder.Log(testMetrics{Event: "test", Step: t.Done, TimeS: t.Time(), TestLoss: test.Loss, TestPerplexity: test.Perplexity()})
}

// Add implements [cli.Figures].
func (t *training) Add(s train.Step) {
	t.Epoch, t.Rate, t.score = s.Epoch, s.Rate, math.NaN()
}

// Collect implements [cli.Figures].
func (t *training) Collect() error {
	losses, err := t.Losses()
	for _, v := range losses {
		t.Since.add(v)
		t.Begun.add(v)
	}
	return err
}

// Score implements [cli.Figures].
func (t *training) Score() float64 { return t.score }

// Line implements [cli.Figures]: after the first step of an epoch, every hundred steps
// and, with the validation text, after the last.
func (t *training) Line(ctx context.Context) error {
	last := t.Done == t.Total || t.Done%t.perEpoch == 0
	if in := (t.Done-1)%t.perEpoch + 1; t.Since.N+t.Waiting() == 0 || in != 1 && in%logEvery != 0 && !last {
		return nil
	}
	if err := t.Collect(); err != nil {
		return err
	}
	m := metrics{
		Step: t.Done, Epoch: t.Epoch, TrainLoss: t.Since.mean(), TrainPerplexity: train.Result{Loss: t.Begun.mean()}.Perplexity(), LearningRate: t.Rate,
		ExamplesPerS: t.PerSecond(t.set.Batch * t.set.Unroll),
	}
	if err := t.diverged("training", t.Begun.mean()); err != nil {
		return err
	}
	if last {
		res, err := t.evaluate(ctx, "validation", t.corpus.Valid)
		if err != nil {
			return err
		}
		perplexity := res.Perplexity()
		m.ValidLoss, m.ValidPerplexity, t.score = &res.Loss, &perplexity, -res.Loss
	}
	m.TimeS = t.Time()
	if err := t.Folder.Log(m); err != nil {
		return err
	}
	t.Progress.Line(m.Step, m.String(), m.attributes()...)
	t.Since = sums{}
	if t.Done%t.perEpoch == 0 {
		t.Begun = sums{}
	}
	t.Said()
	return nil
}

// evaluate returns the loss on every word of a text but the first.
func (t *training) evaluate(ctx context.Context, name string, words []int) (train.Result, error) {
	res, err := t.Evaluate(ctx, text.Windows(words, window))
	if err == nil {
		err = t.diverged(name, res.Loss)
	}
	return res, err
}

// diverged is an error if the perplexity of a loss is not finite, which JSON cannot
// hold.
func (t *training) diverged(name string, loss float64) error {
	if p := (train.Result{Loss: loss}).Perplexity(); !math.IsNaN(p) && !math.IsInf(p, 0) {
		return nil
	}
	return errors.Errorf("step %d: the %s loss is %v; training has diverged, so use a larger --batch or another --config", t.Done, name, loss)
}
