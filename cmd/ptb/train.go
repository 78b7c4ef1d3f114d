package main

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"strings"
	"time"

	"github.com/pkg/errors"

	"github.com/gorgonia-zoo/zoo/data/text"
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
	RunDir    string `default:"" type:"path" placeholder:"DIR" help:"Folder for settings, figures, words and weights. runs/ptb-CONFIG-TIME by default."`
	LogFormat string `default:"text" enum:"text,json" placeholder:"text|json" help:"Form of the log on standard error."`
	cli.Common
}

// Help is called by kong.
func (trainCmd) Help() string {
	return `Examples:

    ptb                                    two books, in under five minutes
    ptb --config tutorial --corpus ptb     the tutorial's program on the Penn Treebank
    ptb --corpus texts --config small      a folder of yours`
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
	if err := checkCorpus(c.Corpus, c.DataDir); err != nil {
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
	r, err := findRecipe(c.Config, c.Recipe)
	if err != nil {
		return err
	}
	for _, f := range []struct{ flag, field *int }{{c.Epochs, &r.Epochs}, {c.Steps, &r.Steps}, {c.Batch, &r.Batch}} {
		if f.flag != nil {
			*f.field = *f.flag
		}
	}
	c.Corpus = resolve(c.Corpus)
	corpus, err := loadCorpus(ctx, c.Corpus, c.DataDir, cli.Notices(o.Err, c.LogFormat))
	if err != nil {
		return err
	}
	src := text.Stream(corpus.Train, r.Batch, r.Unroll)
	if n := len(corpus.Train); n <= r.Unroll {
		return errors.Errorf("the training text has %d words, and %s takes %d at a time; use a longer one, or another --config", n, c.Config, r.Unroll+1)
	} else if src.Len() == 0 {
		return errors.Errorf("the training text has %d words, too few for --batch %d, of %d words each; use --batch %d or a smaller one", n, r.Batch, r.Unroll+1, n/(r.Unroll+1))
	}
	t := &train.Trainer{Model: lstmlm.New(r.config(), corpus.Vocab.Len()), Seed: c.Seed}
	r.configure(t, src.Len())
	summary, err := models.TextSummary(t.Model, r.Unroll, r.Batch)
	if err != nil {
		return err
	}
	folder, err := cli.CreateRun(c.RunDir, "ptb-"+c.Config, config{
		Command: "ptb train", Config: c.Config, Recipe: c.Recipe, recipe: r, Corpus: c.Corpus, DataDir: corpus.Origin,
		Vocabulary: corpus.Vocab.Len(), VocabSum: corpus.Vocab.Sum(), Seed: c.Seed, Device: "cpu", Threads: runtime.GOMAXPROCS(0), ISA: isa,
	})
	if err != nil {
		return err
	}
	defer folder.Close()
	run := &training{
		Trainer: t, folder: folder, src: src, corpus: corpus, recipe: r, start: time.Now(),
		progress: cli.NewProgress(o.Err, c.LogFormat, r.updates(src.Len())),
		metadata: map[string]string{
			"model": "lstmlm", "config": c.Config, "dataset": dataset(c.Corpus), "seed": fmt.Sprint(c.Seed), "vocab_sha256": corpus.Vocab.Sum(),
			"units": fmt.Sprint(r.Units), "layers": fmt.Sprint(r.Layers),
		},
	}
	if err := folder.Write(vocabFile, func(f *os.File) error { _, err := corpus.Vocab.WriteTo(f); return err }); err != nil {
		return run.stopped(err)
	}
	if err := o.Printf("%s, %d words to learn from, %d different\n%s\n\n", c.Config, len(corpus.Train), corpus.Vocab.Len(), strings.TrimSpace(summary)); err != nil {
		return run.stopped(err)
	}
	test, err := run.all(ctx)
	if err != nil {
		return run.stopped(err)
	}
	return o.Printf("test perplexity %.3f, loss %.4f, after %d steps in %.1f s\nsettings, figures, words and weights are in %s\n",
		test.Perplexity(), test.Loss, run.steps, run.time(), folder.Dir)
}
