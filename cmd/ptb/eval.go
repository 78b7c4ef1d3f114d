package main

import (
	"cmp"
	"context"
	"fmt"

	"github.com/pkg/errors"

	"github.com/gorgonia-zoo/zoo/data/text"
	"github.com/gorgonia-zoo/zoo/internal/cli"
	"github.com/gorgonia-zoo/zoo/models/lstmlm"
	"github.com/gorgonia-zoo/zoo/train"
	"github.com/gorgonia-zoo/zoo/train/checkpoint"
)

type evalCmd struct {
	cli.Watch
	Corpus  string `default:"" placeholder:"classics|ptb|DIR" help:"Text to measure on. That of the run by default."`
	DataDir string `default:"" type:"path" placeholder:"DIR" help:"Folder with the Penn Treebank."`
	cli.Common

	trainer *train.Trainer // of the run, from the first checkpoint on
	set     config
	corpus  *text.Corpus
}

// Help is called by kong.
func (evalCmd) Help() string {
	return `Examples:
    ptb eval --run-dir r1            the newest checkpoint, once
    ptb eval --run-dir r1 --watch    each new one, beside a training`
}

// Validate is called by kong: what it finds is wrong usage.
func (c *evalCmd) Validate() error {
	if c.Corpus != "" {
		if err := checkCorpus(c.Corpus, c.DataDir); err != nil {
			return err
		}
	}
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
			if err := c.open(ctx, o, cp, place); err != nil {
				return nil, "", err
			}
		}
		return c.evaluate(ctx, cp)
	})
}

// open prepares for the run of which cp is a checkpoint.
func (c *evalCmd) open(ctx context.Context, o cli.Output, cp *checkpoint.Checkpoint, place *cli.Place) (err error) {
	if _, err := cli.Past(cp, trainCommand, &c.set, new(training)); err != nil {
		return err
	}
	name, dir := resolve(cmp.Or(c.Corpus, c.set.Corpus)), c.DataDir
	if err := checkCorpus(name, dir); err != nil {
		return err
	}
	if dir == "" && name == treebank && name == c.set.Corpus {
		dir = c.set.DataDir
	}
	if c.corpus, err = loadCorpus(ctx, name, dir, o.Err); err != nil {
		return err
	}
	if c.corpus.Vocab.Sum() != c.set.VocabSum {
		return errors.Errorf("%s has another vocabulary than the one that %s was trained with; name that corpus with --corpus", c.corpus.Origin, c.RunDir)
	}
	c.trainer = &train.Trainer{Model: lstmlm.New(c.set.config(), c.corpus.Vocab.Len()), Seed: c.set.Seed}
	place.Use(c.trainer)
	return nil
}

// evaluated is a line of eval.jsonl.
type evaluated struct {
	Step            int      `json:"step"`
	Epoch           int      `json:"epoch"`
	TimeS           float64  `json:"time_s"` // of training, up to the checkpoint
	ValidLoss       float64  `json:"valid_loss"`
	ValidPerplexity float64  `json:"valid_perplexity"`
	TestLoss        *float64 `json:"test_loss,omitempty"`
	TestPerplexity  *float64 `json:"test_perplexity,omitempty"`
}

func (c *evalCmd) evaluate(ctx context.Context, cp *checkpoint.Checkpoint) (line any, said string, err error) {
	var past training
	seconds, err := cli.Past(cp, trainCommand, &c.set, &past)
	if err != nil {
		return nil, "", err
	}
	if err := c.trainer.Restore(cp); err != nil {
		return nil, "", err
	}
	valid, err := c.trainer.Evaluate(ctx, text.Windows(c.corpus.Valid, window))
	if err != nil {
		return nil, "", err
	}
	e := evaluated{Step: cp.Step, Epoch: past.Epoch, TimeS: seconds, ValidLoss: valid.Loss, ValidPerplexity: valid.Perplexity()}
	said = fmt.Sprintf("After %d training step(s), validation perplexity = %.3f", cp.Step, valid.Perplexity())
	if c.Test {
		test, err := c.trainer.Evaluate(ctx, text.Windows(c.corpus.Test, window))
		if err != nil {
			return nil, "", err
		}
		perplexity := test.Perplexity()
		e.TestLoss, e.TestPerplexity = &test.Loss, &perplexity
		said += fmt.Sprintf(", test perplexity = %.3f", perplexity)
	}
	return e, said, nil
}
