package main

import (
	"context"
	"fmt"
	"runtime"
	"strings"
	"time"

	"github.com/pkg/errors"

	"github.com/gorgonia-zoo/zoo/data/mnist"
	"github.com/gorgonia-zoo/zoo/internal/cli"
	"github.com/gorgonia-zoo/zoo/models"
	"github.com/gorgonia-zoo/zoo/train"
)

type trainCmd struct {
	Model     string `default:"mlp" enum:"${models}" placeholder:"mlp" help:"Model: ${enum}."`
	Recipe    string `default:"best" enum:"${recipes}" placeholder:"best" help:"Settings to train with: ${enum}."`
	Dataset   string `default:"mnist" enum:"mnist,fashion" placeholder:"mnist" help:"Images to learn: ${enum}."`
	Steps     *int   `placeholder:"N" help:"Number of updates. The recipe's by default."`
	Batch     *int   `placeholder:"N" help:"Examples in an update. The recipe's by default."`
	Seed      uint64 `default:"1" placeholder:"1" help:"What initial values and the order of the images are drawn from. The same seed gives the same weights."`
	DataDir   string `default:"" type:"path" placeholder:"DIR" help:"Folder with the four files of the dataset. Found by itself by default."`
	RunDir    string `default:"" type:"path" placeholder:"DIR" help:"Folder for settings, figures and weights. runs/mnist-MODEL-TIME by default."`
	LogFormat string `default:"text" enum:"text,json" placeholder:"text|json" help:"Form of the log on standard error."`
	cli.Common
}

// Help is called by kong.
func (trainCmd) Help() string {
	return `Examples:

    mnist                             the MLP, 30,000 steps in under a minute
    mnist --recipe plain --seed 2     the tutorial's first program, another draw
    mnist --steps 1000 --run-dir r1   a short run, with its records in r1`
}

// Validate is called by kong: what it finds is wrong usage.
func (c *trainCmd) Validate() error {
	if err := cli.AtLeastOne("--steps", c.Steps); err != nil {
		return err
	}
	if err := cli.AtLeastOne("--batch", c.Batch); err != nil {
		return err
	}
	if _, err := findRecipe(c.Model, c.Recipe); err != nil {
		return err
	}
	return c.Check()
}

// Run trains and evaluates.
func (c *trainCmd) Run(ctx context.Context, o cli.Output) error {
	isa, err := c.SetUp()
	if err != nil {
		return err
	}
	spec, err := models.Find(c.Model)
	if err != nil {
		return err
	}
	r, err := findRecipe(c.Model, c.Recipe)
	if err != nil {
		return err
	}
	if c.Steps != nil {
		r.Steps = *c.Steps
	}
	if c.Batch != nil {
		r.Batch = *c.Batch
	}
	load := mnist.Load
	if c.Dataset == "fashion" {
		load = mnist.LoadFashion
	}
	digits, err := load(ctx, c.DataDir)
	if err != nil {
		return err
	}
	n := digits.Train.Examples()
	if r.Batch > n {
		return errors.Errorf("batch %d is larger than the training set of %d examples; use a smaller --batch", r.Batch, n)
	}
	t := &train.Trainer{Model: spec.New(), Seed: c.Seed}
	r.configure(t, n)
	summary, err := models.Summary(t.Model, append([]int{r.Batch}, spec.Input...)...)
	if err != nil {
		return err
	}
	folder, err := cli.CreateRun(c.RunDir, "mnist-"+c.Model, config{
		Command: "mnist train", Model: c.Model, Dataset: c.Dataset, Recipe: c.Recipe, recipe: r, Seed: c.Seed,
		DataDir: digits.Origin, Device: "cpu", Threads: runtime.GOMAXPROCS(0), ISA: isa,
	})
	if err != nil {
		return err
	}
	defer folder.Close()
	run := &training{
		Trainer: t, folder: folder, recipe: r, progress: cli.NewProgress(o.Err, c.LogFormat, r.Steps), start: time.Now(),
		metadata: map[string]string{"model": c.Model, "dataset": c.Dataset, "seed": fmt.Sprint(c.Seed)},
	}
	if err := o.Printf("%s\n%s\n\n", c.Model, strings.TrimSpace(summary)); err != nil {
		return run.stopped(err)
	}
	test, err := run.all(ctx, digits)
	if err != nil {
		return run.stopped(err)
	}
	return o.Printf("test accuracy %.4f, loss %.4f, after %d steps in %.1f s\nsettings, figures and weights are in %s\n",
		test.Accuracy, test.Loss, r.Steps, run.time(), folder.Dir)
}
