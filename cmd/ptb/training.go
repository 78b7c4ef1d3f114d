package main

import (
	"context"
	"fmt"
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
	folder    *cli.RunFolder
	set       config
	src       data.Source
	corpus    *text.Corpus
	progress  *cli.Progress
	saveEvery int
	steps     int // done
	sofar     sofar
	score     float64   // minus the loss on the validation text, where it is that of the last step, or NaN
	start     time.Time // of the run, as if it had not been stopped
	clock     time.Time // when training went on after the last line
	clocked   int       // steps since then
}

// sofar is what a checkpoint holds of a run besides the trainer's state.
type sofar struct {
	TimeS float64 `json:"time_s"`
	Since sums    `json:"since"` // losses since the last line
	InAll sums    `json:"epoch_losses"`
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
	all := t.updates()
	if t.steps > all {
		return errors.Errorf("%s is at step %d already; use --steps %d or more", folder.Dir, t.steps, t.steps)
	}
	t.start = t.start.Add(-time.Duration(t.sofar.TimeS * float64(time.Second)))
	if t.steps > 0 {
		t.progress.Notice(fmt.Sprintf("goes on after step %d of %d", t.steps, all))
	}
	if all > t.set.Horizon {
		t.progress.Notice(fmt.Sprintf("beyond step %d, for which this run was planned, it goes on at the final learning rate", t.set.Horizon))
	}
	return folder.Configure(t.set) // which may say more steps now
}

func (t *training) updates() int { return t.set.updates(t.src.Len()) }

// all trains, saves the weights, and tests.
func (t *training) all(ctx context.Context) (test train.Result, err error) {
	if err := t.train(ctx); err != nil {
		return test, err
	}
	if err := t.folder.Saved(); err != nil {
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

// train does the recipe's updates, or those that are left of them.
func (t *training) train(ctx context.Context) error {
	defer t.progress.End()
	if err := t.line(ctx); err != nil { // of a run that was stopped when it was due
		return err
	}
	all := t.updates()
	if t.steps == all {
		return nil
	}
	for s, err := range t.Steps(ctx, t.src) {
		if err != nil {
			return err
		}
		t.steps, t.sofar.Epoch, t.sofar.Rate, t.score = s.N, s.Epoch, s.Rate, math.NaN()
		t.sofar.InAll.add(s.Loss())
		t.sofar.Since.add(s.Loss())
		t.clocked++
		t.progress.Step(s.N)
		if err := t.line(ctx); err != nil {
			return err
		}
		if s.N%t.saveEvery == 0 || s.N == all {
			if err := t.checkpoint(); err != nil {
				return err
			}
		}
		if s.N == all {
			break
		}
	}
	return nil
}

// line records the figures, if it is time: after the first step of an epoch, every
// hundred steps and, with those of the validation text, after the last.
func (t *training) line(ctx context.Context) error {
	perEpoch := t.src.Len()
	last := t.steps == t.updates() || t.steps%perEpoch == 0
	if in := (t.steps-1)%perEpoch + 1; t.sofar.Since.N == 0 || in != 1 && in%logEvery != 0 && !last {
		return nil
	}
	words := float64(t.clocked * t.set.Batch * t.set.Unroll)
	m := metrics{
		Step: t.steps, Epoch: t.sofar.Epoch, TrainLoss: t.sofar.Since.mean(), TrainPerplexity: train.Result{Loss: t.sofar.InAll.mean()}.Perplexity(), LearningRate: t.sofar.Rate,
		ExamplesPerS: math.Round(words / max(time.Since(t.clock), time.Microsecond).Seconds()), // some clocks are coarse
	}
	if err := t.diverged("training", t.sofar.InAll.mean()); err != nil {
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
	m.TimeS = t.time()
	if err := t.folder.Log(m); err != nil {
		return err
	}
	t.progress.Line(m.Step, m.String(), m.attributes()...)
	t.sofar.Since = sums{}
	if t.steps%perEpoch == 0 {
		t.sofar.InAll = sums{}
	}
	t.clock, t.clocked = time.Now(), 0
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
	return errors.Errorf("step %d: the %s loss is %v; training has diverged, so use a larger --batch or another --config", t.steps, name, loss)
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
	return t.folder.Stopped(err, t.steps, t.updates(), t.checkpoint, t.save)
}

// time returns the seconds since the start, to the millisecond, without those in which
// the run was stopped.
func (t *training) time() float64 {
	return time.Since(t.start).Round(time.Millisecond).Seconds()
}
