package main

import (
	"context"
	"fmt"
	"io"
	"runtime"

	"github.com/pkg/errors"

	"github.com/gorgonia-zoo/zoo/data"
	"github.com/gorgonia-zoo/zoo/data/text"
	"github.com/gorgonia-zoo/zoo/internal/cli"
)

// trainCommand is what config.json calls a training.
const trainCommand = "ptb train"

// settings returns those of the run: what the command line says or, if it is one to
// go on with, what it began with. The folder is nil for a new run.
func (c *trainCmd) settings(given cli.Given, place *cli.Place) (folder *cli.RunFolder, set config, err error) {
	c.Corpus = resolve(c.Corpus)
	if c.Resume {
		if folder, err = cli.OpenRun(c.RunDir, trainCommand, &set); err != nil {
			return nil, set, err
		}
	}
	if folder == nil {
		set, err = c.fresh()
		set.ISA = place.ISA
	} else if err = c.same(given, &set, place.ISA); err != nil {
		folder.Close()
		return nil, set, err
	}
	set.Threads, set.Device = runtime.GOMAXPROCS(0), place.Name
	return folder, set, err
}

// fresh returns the settings of a new run.
func (c *trainCmd) fresh() (config, error) {
	r, err := findRecipe(c.Config, c.Recipe)
	if err != nil {
		return config{}, err
	}
	if c.Batch != nil {
		r.Batch = *c.Batch
	}
	c.length(&r)
	return config{Command: trainCommand, Config: c.Config, Recipe: c.Recipe, recipe: r, Corpus: c.Corpus, Seed: c.Seed}, nil
}

// length gives r the length that the command line says, if it does.
func (c *trainCmd) length(r *recipe) {
	if c.Epochs != nil {
		r.Epochs, r.Steps = *c.Epochs, 0
	}
	if c.Steps != nil {
		r.Steps = *c.Steps
	}
}

// same checks that the command line does not change what a run began with, apart
// from how long it is.
func (c *trainCmd) same(given cli.Given, was *config, isa string) error {
	if given["corpus"] && dataset(c.Corpus) == "folder" && dataset(was.Corpus) == "folder" {
		was.Corpus = c.Corpus // it may have been moved; whether the texts are the same is seen when they are read
	}
	batch := was.Batch
	if c.Batch != nil {
		batch = *c.Batch
	}
	for _, err := range []error{
		cli.Keep(given, "config", &c.Config, was.Config),
		cli.Keep(given, "recipe", &c.Recipe, was.Recipe),
		cli.Keep(given, "corpus", &c.Corpus, was.Corpus),
		cli.Keep(given, "batch", &batch, was.Batch),
		cli.Keep(given, "seed", &c.Seed, was.Seed),
		cli.KeepISA(isa, was.ISA),
	} {
		if err != nil {
			return err
		}
	}
	c.length(&was.recipe)
	return nil
}

// load reads the corpus and deals it. It must be the one that a resumed run began with.
func (c *config) load(ctx context.Context, dir string, resumed bool, notices io.Writer) (*text.Corpus, data.Source, error) {
	if resumed && dir == "" && c.Corpus == treebank {
		dir = c.DataDir
	}
	corpus, err := loadCorpus(ctx, c.Corpus, dir, notices)
	if err != nil {
		return nil, nil, err
	}
	src := text.Stream(corpus.Train, c.Batch, c.Unroll)
	if n := len(corpus.Train); n <= c.Unroll {
		return nil, nil, errors.Errorf("the training text has %d words, and %s takes %d at a time; use a longer one, or another --config", n, c.Config, c.Unroll+1)
	} else if src.Len() == 0 {
		return nil, nil, errors.Errorf("the training text has %d words, too few for --batch %d, of %d words each; use --batch %d or a smaller one", n, c.Batch, c.Unroll+1, n/(c.Unroll+1))
	}
	sum := cli.Add(cli.Add(cli.Add(0, corpus.Train), corpus.Valid), corpus.Test)
	switch {
	case resumed && corpus.Vocab.Sum() != c.VocabSum:
		return nil, nil, errors.Errorf("--corpus: %s has another vocabulary than the one that this run began with; name that one, or start another run with another --run-dir", corpus.Origin)
	case resumed && sum != c.DataSum:
		return nil, nil, errors.Errorf("--corpus: %s has other texts than those that this run began with; restore them, or start another run with another --run-dir", corpus.Origin)
	}
	c.DataDir, c.DataSum, c.Vocabulary, c.VocabSum = corpus.Origin, sum, corpus.Vocab.Len(), corpus.Vocab.Sum()
	if c.Horizon == 0 {
		c.Horizon = c.updates(src.Len())
	}
	return corpus, src, nil
}

// metadata are those of a run's weights.
func (c config) metadata() map[string]string {
	return map[string]string{
		"model": "lstmlm", "config": c.Config, "dataset": dataset(c.Corpus), "seed": fmt.Sprint(c.Seed), "vocab_sha256": c.VocabSum,
		"units": fmt.Sprint(c.Units), "layers": fmt.Sprint(c.Layers),
	}
}
