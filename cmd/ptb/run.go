package main

import (
	"context"
	"io"

	"github.com/gorgonia-zoo/zoo/internal/cli"
)

// commands is what the command line can say.
type commands struct {
	Train    trainCmd    `cmd:"" default:"withargs" help:"Trains a language model and reports its test perplexity. This is what ptb does unless told otherwise, so the word train can be left out."`
	Eval     evalCmd     `cmd:"" help:"Measures the model of a run folder on the validation text."`
	Generate generateCmd `cmd:"" help:"Lets the model of a run folder go on from a prompt."`
}

// run is the program. Results go to stdout, progress and notices to stderr.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	var c commands
	return cli.Run(ctx, "ptb", &c, args, stdout, stderr, func() bool { return c.Train.LogFormat == "json" }, vars())
}
