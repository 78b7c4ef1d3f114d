package main

import (
	"context"
	"fmt"

	"github.com/gorgonia-zoo/zoo/data/mnist"
	"github.com/gorgonia-zoo/zoo/internal/cli"
	"github.com/gorgonia-zoo/zoo/models"
	"github.com/gorgonia-zoo/zoo/train"
	"github.com/gorgonia-zoo/zoo/train/checkpoint"
)

type evalCmd struct {
	cli.Watch
	DataDir string `default:"" type:"path" placeholder:"DIR" help:"Folder with the four files of the dataset. By default that of the training."`
	cli.Common

	trainer *train.Trainer // of the run, from the first checkpoint on
	set     config
	digits  *mnist.Splits
}

// Help is called by kong.
func (evalCmd) Help() string {
	return `Examples:

    mnist eval --run-dir r1            the newest checkpoint, once
    mnist eval --run-dir r1 --watch    each new one, beside a training`
}

// Validate is called by kong: what it finds is wrong usage.
func (c *evalCmd) Validate() error {
	if err := c.Watch.Check(); err != nil {
		return err
	}
	return c.Common.Check()
}

// Run evaluates.
func (c *evalCmd) Run(ctx context.Context, o cli.Output) error {
	place, err := c.SetUp(o.Err)
	if err != nil {
		return err
	}
	defer place.Close()
	return c.Watch.Run(ctx, o, func(cp *checkpoint.Checkpoint) (any, string, error) {
		if c.trainer == nil {
			if err := c.open(ctx, cp, place); err != nil {
				return nil, "", err
			}
		}
		return c.evaluate(ctx, cp)
	})
}

// open prepares for the run of which cp is a checkpoint.
func (c *evalCmd) open(ctx context.Context, cp *checkpoint.Checkpoint, place *cli.Place) error {
	if _, err := cli.Past(cp, trainCommand, &c.set, new(training)); err != nil {
		return err
	}
	spec, err := models.Find(c.set.Model)
	if err != nil {
		return err
	}
	if c.digits, err = load(ctx, &c.set, c.DataDir, true); err != nil {
		return err
	}
	c.trainer = &train.Trainer{Model: spec.New(), Seed: c.set.Seed}
	place.Use(c.trainer)
	c.set.configure(c.trainer, c.digits.Train.Examples())
	return nil
}

// evaluated is a line of eval.jsonl.
type evaluated struct {
	Step          int      `json:"step"`
	Epoch         int      `json:"epoch"`
	TimeS         float64  `json:"time_s"` // of training, up to the checkpoint
	ValidLoss     float64  `json:"valid_loss"`
	ValidAccuracy float64  `json:"valid_accuracy"`
	TestLoss      *float64 `json:"test_loss,omitempty"`
	TestAccuracy  *float64 `json:"test_accuracy,omitempty"`
}

func (c *evalCmd) evaluate(ctx context.Context, cp *checkpoint.Checkpoint) (line any, text string, err error) {
	var past training
	seconds, err := cli.Past(cp, trainCommand, &c.set, &past)
	if err != nil {
		return nil, "", err
	}
	if err := c.trainer.Restore(cp); err != nil {
		return nil, "", err
	}
	valid, err := c.trainer.Evaluate(ctx, c.digits.Valid.Batches(evalBatch))
	if err != nil {
		return nil, "", err
	}
	e := evaluated{Step: cp.Step, Epoch: past.Epoch, TimeS: seconds, ValidLoss: valid.Loss, ValidAccuracy: valid.Accuracy}
	text = fmt.Sprintf("After %d training step(s), validation accuracy = %.4f", cp.Step, valid.Accuracy)
	if c.Test {
		test, err := c.trainer.Evaluate(ctx, c.digits.Test.Batches(evalBatch))
		if err != nil {
			return nil, "", err
		}
		e.TestLoss, e.TestAccuracy = &test.Loss, &test.Accuracy
		text += fmt.Sprintf(", test accuracy = %.4f", test.Accuracy)
	}
	return e, text, nil
}
