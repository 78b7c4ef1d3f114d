package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/pkg/errors"

	"github.com/gorgonia-zoo/zoo/internal/cli"
)

type predictCmd struct {
	Images  []string `arg:"" name:"image" help:"PNG, JPEG or GIF files."`
	Weights string   `default:"" type:"path" placeholder:"FILE" help:"Weights to use, such as a run's model.safetensors. Those of a LeNet-5 that come with the program by default."`
	Model   string   `default:"" placeholder:"NAME" help:"Model that the weights are of: ${models}. As the file of weights says by default."`
	Format  string   `default:"text" enum:"text,json" placeholder:"text|json" help:"Form of the output. json has an object a line, with the keys file, digit and probabilities."`
	cli.Common
}

// Help is called by kong.
func (predictCmd) Help() string {
	return `An image shows one digit, upright and of any size, dark on light or light on dark. It is cropped, scaled and centred before it is classified.

Examples:

    mnist predict seven.png
    mnist predict --format json scans/*.jpg
    mnist predict --weights runs/r1/model.safetensors seven.png

prints a line an image, with the digit and the three likeliest ones with their probabilities:

    seven.png  7  (7: 0.998, 1: 0.001, 2: 0.001)

An image that cannot be read, or shows no digit, gets a line on standard error; the others are classified all the same, and the exit status is 1.`
}

// Validate is called by kong: what it finds is wrong usage.
func (c *predictCmd) Validate() error {
	if c.Model != "" {
		if err := checkModel(c.Model, c.Weights); err != nil {
			return err
		}
	}
	return c.Check()
}

// Run classifies one image after the other.
func (c *predictCmd) Run(ctx context.Context, o cli.Output) error {
	place, err := c.SetUp(o.Err)
	if err != nil {
		return err
	}
	defer place.Close()
	reader, err := newReader(c.Model, c.Weights)
	if err != nil {
		return err
	}
	place.Use(&reader.Trainer)
	defer reader.Close()
	var failed error
	for _, file := range c.Images {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		best, err := reader.read(file)
		if err != nil {
			failed = errors.WithMessage(err, file)
			cli.Complain(o.Err, "mnist", failed)
			continue
		}
		if err := c.print(o, file, best); err != nil {
			return err
		}
	}
	return cli.Told(failed)
}

// print prints what was found out about an image.
func (c *predictCmd) print(o cli.Output, file string, best []guess) error {
	if c.Format == "json" {
		line, err := json.Marshal(struct {
			File          string  `json:"file"`
			Digit         int     `json:"digit"`
			Probabilities []guess `json:"probabilities"`
		}{file, best[0].Digit, best})
		if err != nil {
			return errors.WithStack(err)
		}
		return o.Printf("%s\n", line)
	}
	var likely []string
	for _, g := range best {
		likely = append(likely, fmt.Sprintf("%d: %.3f", g.Digit, g.Probability))
	}
	return o.Printf("%s  %d  (%s)\n", file, best[0].Digit, strings.Join(likely, ", "))
}
