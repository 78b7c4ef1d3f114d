package main

import (
	"context"
	"fmt"
	"math"
	"os"
	"strings"

	"github.com/pkg/errors"

	"github.com/gorgonia-zoo/zoo/data"
	"github.com/gorgonia-zoo/zoo/data/mnist"
	"github.com/gorgonia-zoo/zoo/internal/cli"
	"github.com/gorgonia-zoo/zoo/models"
	"github.com/gorgonia-zoo/zoo/train"
)

type trainCmd struct {
	Model     *string `enum:"${models}" placeholder:"mlp" help:"Model: ${enum}. lenet5 with the recipe fast, else mlp by default."`
	Recipe    string  `default:"best" enum:"${recipes}" placeholder:"best" help:"Settings to train with: ${enum}. fast: to 99 % in seconds, evaluated once at the end."`
	Dataset   string  `default:"mnist" enum:"mnist,fashion" placeholder:"mnist" help:"Images to learn: ${enum}."`
	Steps     *int    `placeholder:"N" help:"Number of updates. The recipe's by default."`
	Batch     *int    `placeholder:"N" help:"Examples in an update. The recipe's by default."`
	Seed      uint64  `default:"1" placeholder:"1" help:"What initial values and the order of the images are drawn from. The same seed gives the same weights."`
	DataDir   string  `default:"" type:"path" placeholder:"DIR" help:"Folder with the four files of the dataset. Found by itself by default."`
	RunDir    string  `default:"" type:"path" placeholder:"DIR" help:"Folder for settings, figures, checkpoints and weights. runs/mnist-MODEL-TIME by default."`
	LogFormat string  `default:"text" enum:"text,json" placeholder:"text|json" help:"Form of the log on standard error."`
	cli.Resumable
	cli.Profiling
	cli.Common
}

// Help is called by kong.
func (trainCmd) Help() string {
	return `Examples:

    mnist                             the MLP, 30,000 steps in under a minute
    mnist --recipe plain --seed 2     the tutorial's first program, another draw
    mnist --steps 1000 --run-dir r1   a short run, with its records in r1
    mnist --resume --run-dir r1       goes on with it, if it was stopped`
}

// Validate is called by kong: what it finds is wrong usage.
func (c *trainCmd) Validate() error {
	if err := cli.AtLeastOne("--steps", c.Steps); err != nil {
		return err
	}
	if err := cli.AtLeastOne("--batch", c.Batch); err != nil {
		return err
	}
	if err := c.Resumable.Check(c.RunDir); err != nil {
		return err
	}
	if _, err := findRecipe(c.model(), c.Recipe); err != nil {
		return err
	}
	return c.Common.Check()
}

// model returns the name of the model.
func (c *trainCmd) model() string {
	switch {
	case c.Model != nil:
		return *c.Model
	case c.Recipe == "fast":
		return "lenet5"
	}
	return "mlp"
}

// Run trains and evaluates.
func (c *trainCmd) Run(ctx context.Context, o cli.Output, given cli.Given) error {
	place, err := c.SetUp(o.Err)
	if err != nil {
		return err
	}
	defer place.Close()
	folder, set, err := c.settings(given, place)
	if err != nil {
		return err
	}
	if folder != nil {
		defer folder.Close()
		if step, line := cli.Finished(folder.Dir); step >= set.Steps && line != nil {
			return o.Printf("%s is finished: %s\n", folder.Dir, line)
		}
	}
	digits, err := load(ctx, &set, c.DataDir, folder != nil)
	if err != nil {
		return err
	}
	spec, err := models.Find(set.Model)
	if err != nil {
		return err
	}
	t := &train.Trainer{Model: spec.New(), Seed: set.Seed, Profile: c.Profile}
	place.Use(t)
	defer t.Close()
	set.configure(t, digits.Train.Examples())
	summary, err := models.Summary(t.Model, append([]int{set.Batch}, spec.Input...)...)
	if err != nil {
		return err
	}
	progress := cli.NewProgress(o.Err, c.LogFormat, set.Steps)
	if folder == nil {
		if folder, err = c.Create(c.RunDir, "mnist-"+set.Model, set, progress); err != nil {
			return err
		}
		defer folder.Close()
	}
	run := &training{set: set, digits: digits, score: math.NaN(), Training: &cli.Training{
		Trainer: t, Folder: folder, Progress: progress, Metadata: set.metadata(), Total: set.Steps, Horizon: set.Horizon, SaveEvery: c.SaveEvery,
	}}
	if err := run.Start(run, set); err != nil {
		return err
	}
	if err := o.Printf("%s\n%s\n\n", set.Model, strings.TrimSpace(summary)); err != nil {
		return run.Stopped(err, run)
	}
	test, err := run.all(ctx)
	if err != nil {
		return run.Stopped(err, run)
	}
	return o.Printf("test accuracy %.4f, loss %.4f, after %d steps in %.1f s\nsettings, figures and weights are in %s\n",
		test.Accuracy, test.Loss, run.Done, run.Time(), folder.Dir)
}

// load reads the images. They must be those that a resumed run began with.
func load(ctx context.Context, set *config, dir string, resumed bool) (*mnist.Splits, error) {
	read := mnist.Load
	if set.Dataset == "fashion" {
		read = mnist.LoadFashion
	}
	if dir == "" {
		if _, err := os.Stat(set.DataDir); err == nil { // as when the run began
			dir = set.DataDir
		}
	}
	digits, err := read(ctx, dir)
	if err != nil {
		return nil, err
	}
	n := digits.Train.Examples()
	if set.Batch > n {
		return nil, errors.Errorf("batch %d is larger than the training set of %d examples; use a smaller --batch", set.Batch, n)
	}
	var sum cli.Sum
	for _, s := range []data.Set{digits.Train, digits.Valid, digits.Test} {
		sum = cli.Add(cli.Add(sum, s.X.Float32s()), s.Y.Ints())
	}
	if resumed && sum != set.DataSum {
		return nil, errors.Errorf("the images in %s are others than those in %s, with which this run began; name these with --data-dir", digits.Origin, set.DataDir)
	}
	set.DataDir, set.DataSum = digits.Origin, sum
	return digits, nil
}

// metadata are those of a run's weights.
func (c config) metadata() map[string]string {
	return map[string]string{"model": c.Model, "dataset": c.Dataset, "seed": fmt.Sprint(c.Seed)}
}
