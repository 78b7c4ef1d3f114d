package main

import (
	"context"
	"fmt"
	"runtime"
	"time"

	"github.com/pkg/errors"

	"github.com/gorgonia-zoo/zoo/data"
	"github.com/gorgonia-zoo/zoo/data/mnist"
	"github.com/gorgonia-zoo/zoo/internal/kernel"
	"github.com/gorgonia-zoo/zoo/models"
	"github.com/gorgonia-zoo/zoo/train"
)

type trainCmd struct {
	Model     string `default:"mlp" enum:"${models}" placeholder:"mlp" help:"Model: ${enum}."`
	Recipe    string `default:"best" enum:"${recipes}" placeholder:"best" help:"Settings to train with: ${enum}."`
	Steps     *int   `placeholder:"N" help:"Number of updates; the recipe's by default."`
	Batch     *int   `placeholder:"N" help:"Examples in a step; the recipe's by default."`
	Seed      uint64 `default:"1" placeholder:"1" help:"Of initial values and order. The same seed gives the same weights."`
	DataDir   string `type:"path" placeholder:"DIR" help:"Folder with the four MNIST files; found by itself by default."`
	RunDir    string `type:"path" placeholder:"DIR" help:"Run folder to write; runs/mnist-MODEL-TIME by default."`
	LogFormat string `default:"text" enum:"text,json" placeholder:"text|json" help:"Form of the log on standard error."`
	common
}

// Validate is called by kong: what it finds is wrong usage.
func (c *trainCmd) Validate() error {
	for flag, v := range map[string]*int{"--steps": c.Steps, "--batch": c.Batch} {
		if v != nil && *v < 1 {
			return errors.Errorf("%s must be at least 1, not %d", flag, *v)
		}
	}
	if c.Threads < 0 {
		return errors.Errorf("--threads must not be negative, and is %d", c.Threads)
	}
	return nil
}

// logEvery is the number of steps between two lines of figures.
const logEvery = 1000

// evalBatch is the number of examples that evaluation takes at a time.
const evalBatch = 500

// Run trains and evaluates.
func (c *trainCmd) Run(ctx context.Context, o output) error {
	c.apply()
	r := recipes[c.Model][c.Recipe]
	if c.Steps != nil {
		r.Steps = *c.Steps
	}
	if c.Batch != nil {
		r.Batch = *c.Batch
	}
	spec, err := models.Find(c.Model)
	if err != nil {
		return err
	}
	digits, err := mnist.Load(ctx, c.DataDir)
	if err != nil {
		return err
	}
	n := digits.Train.Examples()
	if r.Batch > n {
		return errors.Errorf("batch %d is larger than the training set of %d examples; use a smaller --batch", r.Batch, n)
	}
	isa, _ := kernel.ISA()
	folder, err := createRun(c.RunDir, "mnist-"+c.Model, config{
		Command: "mnist train", Model: c.Model, Dataset: "mnist", Recipe: c.Recipe, recipe: r, Seed: c.Seed,
		DataDir: digits.Origin, Device: "cpu", Threads: runtime.GOMAXPROCS(0), ISA: isa,
	})
	if err != nil {
		return err
	}
	defer folder.close()

	t := &train.Trainer{Model: spec.New(), Seed: c.Seed}
	r.configure(t, n)
	summary, err := models.Summary(t.Model, append([]int{r.Batch}, spec.Input...)...)
	if err != nil {
		return err
	}
	o.printf("%s\n%s\n\n", c.Model, summary)

	run := &training{Trainer: t, folder: folder, recipe: r, report: newReporter(o.err, c.LogFormat, r.Steps), start: time.Now(),
		metadata: map[string]string{"model": c.Model, "dataset": "mnist", "seed": fmt.Sprint(c.Seed)}}
	if err := run.train(ctx, digits.Train.Shuffle(r.Batch, c.Seed), digits.Valid.Batches(evalBatch)); err != nil {
		return err
	}
	res, err := t.Evaluate(ctx, digits.Test.Batches(evalBatch))
	if err != nil {
		return err
	}
	if err := run.finish(res); err != nil {
		return err
	}
	o.printf("test accuracy %.4f, loss %.4f, after %d steps in %.1f s\n", res.Accuracy, res.Loss, r.Steps, time.Since(run.start).Seconds())
	o.printf("weights and figures are in %s\n", folder.dir)
	return nil
}

// A training is one run of a trainer with its records.
type training struct {
	*train.Trainer
	folder   *runFolder
	recipe   recipe
	report   *reporter
	metadata map[string]string
	start    time.Time
}

// train does the recipe's steps and saves the weights.
func (t *training) train(ctx context.Context, src, valid data.Source) error {
	defer t.report.end()
	var loss float64
	since, last := t.start, 0
	for s, err := range t.Steps(ctx, src) {
		if err != nil {
			return t.stopped(err, s.N)
		}
		loss += s.Loss()
		t.report.step(s.N)
		if s.N%logEvery != 0 && s.N != t.recipe.Steps {
			continue
		}
		steps := s.N - last
		m := metrics{Step: s.N, Epoch: s.Epoch, TrainLoss: loss / float64(steps), LearningRate: s.Rate,
			ExamplesPerS: float64(steps*t.recipe.Batch) / time.Since(since).Seconds()}
		res, err := t.Evaluate(ctx, valid)
		if err != nil {
			return t.stopped(err, s.N)
		}
		m.ValidLoss, m.ValidAccuracy = res.Loss, res.Accuracy
		m.TimeS = time.Since(t.start).Seconds()
		if err := t.folder.log(m); err != nil {
			return err
		}
		t.report.metrics(m)
		if s.N == t.recipe.Steps {
			break
		}
		loss, since, last = 0, time.Now(), s.N
	}
	return t.SaveWith(t.folder.file("model.safetensors"), t.metadata)
}

// stopped saves what there is when a signal ended training after n steps.
func (t *training) stopped(err error, n int) error {
	var sig interrupted
	if !errors.As(err, &sig) || n == 0 {
		return err
	}
	file := t.folder.file("model.safetensors")
	if e := t.SaveWith(file, t.metadata); e != nil {
		return errors.Wrapf(err, "the weights could not be saved (%v)", e)
	}
	return errors.WithMessagef(sig, "stopped after %d of %d steps; the weights so far are in %s", n, t.recipe.Steps, file)
}

// finish writes the last line of figures.
func (t *training) finish(test train.Result) error {
	return t.folder.log(testMetrics{Event: "test", Step: t.recipe.Steps, TimeS: time.Since(t.start).Seconds(),
		TestLoss: test.Loss, TestAccuracy: test.Accuracy})
}
