package main

import (
	"context"
	"fmt"
	"io"
	"runtime"
	"strings"

	"github.com/alecthomas/kong"
	"github.com/pkg/errors"

	"github.com/gorgonia-zoo/zoo/internal/kernel"
)

// cli is what the command line can say.
type cli struct {
	Train trainCmd `cmd:"" default:"withargs" help:"Train a model and report its test accuracy (the default)."`
}

// usageError is a command line that makes no sense.
type usageError struct{ error }

// run is the program. Results go to stdout, progress and notices to stderr.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	var c cli
	helped := false
	parser, err := kong.New(&c,
		kong.Name("mnist"),
		kong.Description("Trains image classifiers on MNIST."),
		kong.Vars(vars()),
		kong.Writers(stdout, stderr),
		kong.Exit(func(int) { helped = true }),
		kong.UsageOnError(),
	)
	if err != nil {
		return errors.WithStack(err)
	}
	k, err := parser.Parse(args)
	switch {
	case helped: // --help has printed; what kong parsed after it does not matter
		return nil
	case err != nil:
		return usageError{errors.New(oneLine(err) + "; see mnist --help")}
	}
	if _, err := kernel.ISA(); err != nil {
		return err
	}
	k.BindTo(ctx, (*context.Context)(nil))
	return k.Run(output{stdout, stderr})
}

// output is where a command writes.
type output struct{ out, err io.Writer }

func (o output) printf(format string, args ...any) { fmt.Fprintf(o.out, format, args...) }

func oneLine(err error) string { return strings.Join(strings.Fields(err.Error()), " ") }

// common are the flags of every command that computes.
type common struct {
	Device  string `default:"auto" enum:"auto,cpu" placeholder:"auto|cpu" help:"Where to compute. This program was built without CUDA."`
	Threads int    `placeholder:"N" help:"Number of threads; all processors by default."`
}

func (c common) apply() {
	if c.Threads > 0 {
		runtime.GOMAXPROCS(c.Threads)
	}
}
