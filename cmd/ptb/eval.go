package main

import (
	"cmp"
	"context"

	"github.com/pkg/errors"

	"github.com/gorgonia-zoo/zoo/data/text"
	"github.com/gorgonia-zoo/zoo/internal/cli"
)

type evalCmd struct {
	RunDir  string `required:"" type:"path" placeholder:"DIR" help:"Folder of the run."`
	Test    bool   `help:"Also on the test text."`
	Corpus  string `default:"" placeholder:"classics|ptb|DIR" help:"Text to measure on. That of the run by default."`
	DataDir string `default:"" type:"path" placeholder:"DIR" help:"Folder with the Penn Treebank."`
	cli.Common
}

// Validate is called by kong: what it finds is wrong usage.
func (c *evalCmd) Validate() error {
	if c.Corpus != "" {
		if err := checkCorpus(c.Corpus, c.DataDir); err != nil {
			return err
		}
	}
	return c.Check()
}

// Run measures.
func (c *evalCmd) Run(ctx context.Context, o cli.Output) error {
	if _, err := c.SetUp(); err != nil {
		return err
	}
	r, err := open(c.RunDir)
	if err != nil {
		return err
	}
	name, dir := resolve(cmp.Or(c.Corpus, r.Corpus)), c.DataDir
	if err := checkCorpus(name, dir); err != nil {
		return err
	}
	if dir == "" && name == treebank && name == r.Corpus {
		dir = r.DataDir
	}
	corpus, err := loadCorpus(ctx, name, dir, o.Err)
	if err != nil {
		return err
	}
	if corpus.Vocab.Sum() != r.vocab.Sum() {
		return errors.Errorf("%s has another vocabulary than the one that %s was trained with; name that corpus with --corpus", corpus.Origin, c.RunDir)
	}
	parts := []struct {
		name  string
		words []int
	}{{"validation", corpus.Valid}}
	if c.Test {
		parts = append(parts, struct {
			name  string
			words []int
		}{"test", corpus.Test})
	}
	for _, p := range parts {
		res, err := r.Evaluate(ctx, text.Windows(p.words, window))
		if err != nil {
			return err
		}
		if err := o.Printf("%s perplexity %.3f, loss %.4f, of %d words\n", p.name, res.Perplexity(), res.Loss, res.Examples); err != nil {
			return err
		}
	}
	return nil
}
