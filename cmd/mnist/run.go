package main

import (
	"context"
	"io"

	"github.com/gorgonia-zoo/zoo/internal/cli"
)

// commands is what the command line can say.
type commands struct {
	Train   trainCmd   `cmd:"" default:"withargs" help:"Trains a model on MNIST's handwritten digits and reports its test accuracy. This is what mnist does unless told otherwise, so the word train can be left out."`
	Eval    evalCmd    `cmd:"" help:"Measures the checkpoints of a run, also beside its training."`
	Predict predictCmd `cmd:"" help:"Says which digits images show."`
	Devices devicesCmd `cmd:"" help:"Lists where models can run."`
}

// run is the program. Results go to stdout, progress and notices to stderr.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	var c commands
	return cli.Run(ctx, "mnist", &c, args, stdout, stderr, func() bool { return c.Train.LogFormat == "json" }, vars())
}
