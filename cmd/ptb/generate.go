package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"

	"github.com/pkg/errors"
	"gorgonia.org/tensor"

	"github.com/gorgonia-zoo/zoo/data/text"
	"github.com/gorgonia-zoo/zoo/internal/cli"
)

type generateCmd struct {
	RunDir      string  `required:"" type:"path" placeholder:"DIR" help:"Folder of the run."`
	Prompt      string  `default:"" placeholder:"TEXT" help:"What to go on from. Nothing by default: the beginning of a sentence."`
	Words       int     `default:"50" placeholder:"50" help:"Number of words to write."`
	Temperature float64 `default:"1" placeholder:"1" help:"Below 1 likely words become likelier; 0 takes the likeliest each time."`
	TopK        int     `default:"0" placeholder:"K" help:"Choose from the K likeliest words. From all by default."`
	Seed        uint64  `default:"1" placeholder:"1" help:"What words are drawn from."`
	cli.Common
}

// Validate is called by kong: what it finds is wrong usage.
func (c *generateCmd) Validate() error {
	switch {
	case c.Words < 1:
		return errors.Errorf("--words must be at least 1, not %d", c.Words)
	case !(c.Temperature >= 0 && c.Temperature <= 100):
		return errors.Errorf("--temperature must be from 0 to 100, not %v", c.Temperature)
	case c.TopK < 0:
		return errors.Errorf("--top-k must not be negative, as %d is", c.TopK)
	}
	return c.Check()
}

// Run prints the prompt and words that follow it. The end of a line starts a new
// one, and is not counted; <unk> is never written, nor an empty line.
func (c *generateCmd) Run(ctx context.Context, o cli.Output) error {
	place, err := c.SetUp(o.Err)
	if err != nil {
		return err
	}
	defer place.Close()
	r, err := open(c.RunDir)
	if err != nil {
		return err
	}
	place.Use(r.Trainer)
	defer r.Close()
	ids, strange := r.read(c.Prompt)
	if len(ids) == 0 {
		return errors.Errorf("the model knows no word of the prompt, nor where lines begin; give a --prompt with words of %s", filepath.Join(c.RunDir, vocabFile))
	}
	if r.onlyMarks() {
		return errors.Errorf("run folder %s: the vocabulary has no word to write; train on a text with words other than %s", c.RunDir, text.Unknown)
	}
	if strange != nil {
		fmt.Fprintf(o.Err, "not in the vocabulary, so unknown to the model: %s\n", strings.Join(strange, ", "))
	}
	if err := o.Printf("%s", c.Prompt); err != nil {
		return err
	}
	if err := c.goOn(ctx, r, ids, o); err != nil {
		return err
	}
	return o.Printf("\n")
}

// goOn prints words that follow ids.
func (c *generateCmd) goOn(ctx context.Context, r *opened, ids []int, o cli.Output) error {
	unknown, end := r.id(text.Unknown), r.id(text.End)
	s := sampler{temperature: c.Temperature, topK: c.TopK, rand: rand.New(rand.NewPCG(c.Seed, 0))}
	step := r.Predict // from zeros, and then on from there
	between := " "
	if c.Prompt == "" || strings.HasSuffix(c.Prompt, "\n") {
		between = ""
	}
	for written := 0; written < c.Words; {
		var logits []float32
		for part := range slices.Chunk(ids, window) { // a long prompt takes no more memory
			if ctx.Err() != nil {
				return context.Cause(ctx)
			}
			y, err := step(sequence(part))
			if err != nil {
				return err
			}
			logits, step = y.Float32s(), r.Continue
		}
		s.forbidden = append(s.forbidden[:0], unknown)
		if ids[len(ids)-1] == end { // no empty lines
			s.forbidden = append(s.forbidden, end)
		}
		id := s.next(logits[len(logits)-r.vocab.Len():])
		ids = append(ids[:0], id)
		if id == end {
			between = "\n"
			continue
		}
		if err := o.Printf("%s%s", between, r.vocab.Word(id)); err != nil {
			return err
		}
		between = " "
		written++
	}
	return nil
}

// sequence returns words as a batch of one.
func sequence(ids []int) *tensor.Dense {
	return tensor.New(tensor.WithShape(len(ids), 1), tensor.WithBacking(slices.Clone(ids)))
}
