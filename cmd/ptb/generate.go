package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"

	"github.com/pkg/errors"
	"gorgonia.org/tensor"

	"github.com/gorgonia-zoo/zoo/data/text"
	"github.com/gorgonia-zoo/zoo/data/text/prose"
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
	if _, err := c.SetUp(); err != nil {
		return err
	}
	r, err := open(c.RunDir)
	if err != nil {
		return err
	}
	ids, err := r.read(c.Prompt, o)
	if err != nil {
		return err
	}
	s := sampler{temperature: c.Temperature, topK: c.TopK, rand: rand.New(rand.NewPCG(c.Seed, 0))}
	var never []int
	if unknown, ok := r.vocab.ID(text.Unknown); ok {
		never = append(never, unknown)
	}
	end, hasEnd := r.vocab.ID(text.End)
	if err := o.Printf("%s", c.Prompt); err != nil {
		return err
	}
	step := r.Predict // from zeros, and then on from there
	between := ""
	if c.Prompt != "" {
		between = " "
	}
	for written := 0; written < c.Words; {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		logits, err := step(sequence(ids))
		if err != nil {
			return err
		}
		step = r.Continue
		all := logits.Float32s()
		if s.forbidden = never; hasEnd && ids[len(ids)-1] == end { // no empty lines
			s.forbidden = append(never[:len(never):len(never)], end)
		}
		id := s.next(all[len(all)-r.vocab.Len():])
		ids = append(ids[:0], id)
		if hasEnd && id == end {
			between = "\n"
		} else {
			if err := o.Printf("%s%s", between, r.vocab.Word(id)); err != nil {
				return err
			}
			between = " "
			written++
		}
	}
	return o.Printf("\n")
}

// read returns the ids of the prompt's words, after the end of a line. It tells of
// words that the model does not know.
func (r *opened) read(prompt string, o cli.Output) (ids []int, err error) {
	if end, ok := r.vocab.ID(text.End); ok {
		ids = append(ids, end)
	}
	words := strings.Fields(prompt)
	if r.Corpus == "classics" {
		words = prose.Words(prompt)
	}
	var strange []string
	for _, w := range words {
		id, ok := r.vocab.ID(w)
		if !ok {
			id, ok = r.vocab.ID(strings.ToLower(w))
		}
		if !ok {
			strange = append(strange, w)
			if id, ok = r.vocab.ID(text.Unknown); !ok {
				continue
			}
		}
		ids = append(ids, id)
	}
	if strange != nil {
		fmt.Fprintf(o.Err, "not in the vocabulary, so unknown to the model: %s\n", strings.Join(strange, ", "))
	}
	if len(ids) == 0 {
		return nil, errors.Errorf("none of the prompt's words is in the vocabulary; use words of %s", vocabFile)
	}
	return ids, nil
}

// sequence returns words as a batch of one.
func sequence(ids []int) *tensor.Dense {
	return tensor.New(tensor.WithShape(len(ids), 1), tensor.WithBacking(append([]int{}, ids...)))
}
