package main

import (
	"context"
	"math"
	"os"
	"strings"

	"github.com/pkg/errors"

	"github.com/gorgonia-zoo/zoo/internal/cli"
	"github.com/gorgonia-zoo/zoo/models"
	"github.com/gorgonia-zoo/zoo/models/lstmlm"
	"github.com/gorgonia-zoo/zoo/train"
)

type trainCmd struct {
	Config    string `default:"classics" enum:"${configs}" placeholder:"classics" help:"Model and how it is trained: ${enum}."`
	Recipe    string `default:"plain" enum:"plain,best" placeholder:"plain" help:"plain: as the configuration says. best, for tutorial alone: the same net and epochs, the rest our own."`
	Corpus    string `default:"classics" placeholder:"classics|ptb|DIR" help:"Text to learn: two books that come with the program, the Penn Treebank, or a folder with train.txt, valid.txt and test.txt."`
	DataDir   string `default:"" type:"path" placeholder:"DIR" help:"Folder with the Penn Treebank, ptb.train.txt and so on. By default it is looked for in the cache, then downloaded."`
	Epochs    *int   `placeholder:"N" help:"Passes over the text. The configuration's by default."`
	Steps     *int   `placeholder:"N" help:"Number of updates, instead of whole epochs."`
	Batch     *int   `placeholder:"N" help:"Texts side by side in an update. The configuration's by default."`
	Seed      uint64 `default:"1" placeholder:"1" help:"What initial values and dropout are drawn from. The same seed gives the same weights."`
	RunDir    string `default:"" type:"path" placeholder:"DIR" help:"Folder for settings, figures, words, checkpoints and weights. runs/ptb-CONFIG-TIME by default."`
	LogFormat string `default:"text" enum:"text,json" placeholder:"text|json" help:"Form of the log on standard error."`
	cli.Resumable
	cli.Profiling
	cli.Common
}

// Help is called by kong.
func (trainCmd) Help() string {
	return `Examples:

    ptb                                    two books, in under five minutes
    ptb --config tutorial --corpus ptb     the tutorial's program on the Penn Treebank
    ptb --corpus texts --config small      a folder of yours
    ptb --resume --run-dir r1              goes on with a run that was stopped`
}

// Validate is called by kong: what it finds is wrong usage.
func (c *trainCmd) Validate() error {
	for _, f := range []struct {
		flag string
		n    *int
	}{{"--epochs", c.Epochs}, {"--steps", c.Steps}, {"--batch", c.Batch}} {
		if err := cli.AtLeastOne(f.flag, f.n); err != nil {
			return err
		}
	}
	if c.Epochs != nil && c.Steps != nil {
		return errors.New("--epochs and --steps are two lengths of one run; give one")
	}
	if _, err := findRecipe(c.Config, c.Recipe); err != nil {
		return err
	}
	if !c.Resume { // where the run says which corpus it is
		if err := checkCorpus(c.Corpus, c.DataDir); err != nil {
			return err
		}
	}
	if err := c.Resumable.Check(c.RunDir); err != nil {
		return err
	}
	return c.Common.Check()
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
	}
	corpus, src, err := set.load(ctx, c.DataDir, folder != nil, cli.Notices(o.Err, c.LogFormat))
	if err != nil {
		return err
	}
	if folder != nil {
		if step, line := cli.Finished(folder.Dir); line != nil && step >= set.updates(src.Len()) {
			return o.Printf("%s is finished: %s\n", folder.Dir, line)
		}
	}
	t := &train.Trainer{Model: lstmlm.New(set.config(), corpus.Vocab.Len()), Seed: set.Seed, Profile: c.Profile}
	place.Use(t)
	defer t.Close()
	set.configure(t, src.Len())
	summary, err := models.TextSummary(t.Model, set.Unroll, set.Batch)
	if err != nil {
		return err
	}
	progress := cli.NewProgress(o.Err, c.LogFormat, set.updates(src.Len()))
	if folder == nil {
		if folder, err = c.Create(c.RunDir, "ptb-"+set.Config, set, progress); err != nil {
			return err
		}
		defer folder.Close()
	}
	run := &training{set: set, corpus: corpus, perEpoch: src.Len(), score: math.NaN(), Training: &cli.Training{
		Trainer: t, Folder: folder, Progress: progress, Metadata: set.metadata(), Total: set.updates(src.Len()), Horizon: set.Horizon, SaveEvery: c.SaveEvery,
	}}
	if err := run.Start(run, set); err != nil {
		return err
	}
	if err := folder.Write(vocabFile, func(f *os.File) error { _, err := corpus.Vocab.WriteTo(f); return err }); err != nil {
		return run.Stopped(err, run)
	}
	if err := o.Printf("%s, %d words to learn from, %d different\n%s\n\n", set.Config, len(corpus.Train), corpus.Vocab.Len(), strings.TrimSpace(summary)); err != nil {
		return run.Stopped(err, run)
	}
	test, err := run.all(ctx, src)
	if err != nil {
		return run.Stopped(err, run)
	}
	return o.Printf("test perplexity %.3f, loss %.4f, after %d steps in %.1f s\nsettings, figures, words and weights are in %s\n",
		test.Perplexity(), test.Loss, run.Done, run.Time(), folder.Dir)
}
