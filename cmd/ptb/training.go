package main

import (
	"context"
	"math"
	"time"

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

// A training is one run of a trainer with its records.
type training struct {
	*train.Trainer
	folder   *cli.RunFolder
	src      data.Source
	corpus   *text.Corpus
	recipe   recipe
	progress *cli.Progress
	metadata map[string]string // of the weights
	start    time.Time
	steps    int // done
}

// all trains, saves the weights, and tests.
func (t *training) all(ctx context.Context) (test train.Result, err error) {
	if err := t.train(ctx); err != nil {
		return test, err
	}
	if err := t.save(); err != nil {
		return test, err
	}
	if test, err = t.evaluate(ctx, "test", t.corpus.Test); err != nil {
		return test, err
	}
	return test, t.folder.Log(testMetrics{Event: "test", Step: t.steps, TimeS: t.time(), TestLoss: test.Loss, TestPerplexity: test.Perplexity()})
}

// train does the recipe's updates.
func (t *training) train(ctx context.Context) error {
	defer t.progress.End()
	perEpoch := t.src.Len()
	all := t.recipe.updates(perEpoch)
	var epoch, since sums // of losses, of the epoch and since the last line
	began := t.start      // when training went on after that
	for s, err := range t.Steps(ctx, t.src) {
		if err != nil {
			return err
		}
		t.steps = s.N
		epoch.add(s.Loss())
		since.add(s.Loss())
		t.progress.Step(s.N)
		last := s.N == all || s.N%perEpoch == 0
		if in := (s.N-1)%perEpoch + 1; in != 1 && in%logEvery != 0 && !last {
			continue
		}
		words := float64(since.n * t.recipe.Batch * t.recipe.Unroll)
		m := metrics{
			Step: s.N, Epoch: s.Epoch, TrainLoss: since.mean(), TrainPerplexity: train.Result{Loss: epoch.mean()}.Perplexity(), LearningRate: s.Rate,
			ExamplesPerS: math.Round(words / max(time.Since(began), time.Microsecond).Seconds()), // some clocks are coarse
		}
		if err := t.diverged("training", epoch.mean()); err != nil {
			return err
		}
		if last {
			res, err := t.evaluate(ctx, "validation", t.corpus.Valid)
			if err != nil {
				return err
			}
			perplexity := res.Perplexity()
			m.ValidLoss, m.ValidPerplexity = &res.Loss, &perplexity
			epoch = sums{}
		}
		m.TimeS = t.time()
		if err := t.folder.Log(m); err != nil {
			return err
		}
		t.progress.Line(m.Step, m.String(), m.attributes()...)
		if s.N == all {
			break
		}
		since, began = sums{}, time.Now()
	}
	return nil
}

// sums adds up losses.
type sums struct {
	sum float64
	n   int
}

func (s *sums) add(loss float64) { s.sum, s.n = s.sum+loss, s.n+1 }

func (s sums) mean() float64 { return s.sum / float64(s.n) }

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
	return errors.Errorf("step %d: the %s loss is %v; training has diverged, so use a larger --batch or another --config", t.steps, name, loss)
}

func (t *training) save() error {
	return cli.Full(t.SaveWith(t.folder.File(cli.WeightsFile), t.metadata))
}

// stopped returns what to say of err, which ended the run.
func (t *training) stopped(err error) error {
	return t.folder.Stopped(err, t.steps, t.recipe.updates(t.src.Len()), t.save)
}

// time returns the seconds since the start, to the millisecond.
func (t *training) time() float64 {
	return time.Since(t.start).Round(time.Millisecond).Seconds()
}
