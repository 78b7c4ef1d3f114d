package main

import (
	"context"
	"fmt"
	"io"
	"runtime"

	"github.com/alecthomas/kong"
	"github.com/pkg/errors"

	"github.com/gorgonia-zoo/zoo/internal/kernel"
)

// cli is what the command line can say.
type cli struct {
	Train trainCmd `cmd:"" default:"withargs" help:"Trains a model on MNIST's handwritten digits and reports its test accuracy. This is what mnist does unless told otherwise, so the word train can be left out."`
}

// run is the program. Results go to stdout, progress and notices to stderr.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	var c cli
	helped := false
	parser, err := kong.New(&c,
		kong.Name("mnist"),
		vars(),
		kong.Writers(stdout, stderr),
		kong.Help(help),
		kong.Exit(func(int) { helped = true }),
	)
	if err != nil {
		return errors.WithStack(err)
	}
	k, err := parser.Parse(args)
	switch {
	case helped: // --help has printed; what kong parsed after it does not matter
		return nil
	case err != nil:
		return usageError{errors.Errorf("%v; see mnist --help", err)}
	}
	k.BindTo(ctx, (*context.Context)(nil))
	if err = k.Run(output{stdout, stderr}); err != nil && c.Train.LogFormat == "json" {
		err = logError{err}
	}
	return err
}

// help prints the page of the selected command; with none selected, that of
// the default command, whose flags are what a reader of `mnist --help` is after.
func help(o kong.HelpOptions, k *kong.Context) error {
	if root := k.Model.Node; k.Selected() == nil {
		k.Path = append(k.Path, &kong.Path{Parent: root, Command: root.DefaultCmd})
	}
	return kong.DefaultHelpPrinter(o, k)
}

// output is where a command writes.
type output struct{ out, err io.Writer }

func (o output) printf(format string, args ...any) error {
	if _, err := fmt.Fprintf(o.out, format, args...); err != nil {
		return errors.Errorf("standard output: %v; send it where there is room", err)
	}
	return nil
}

// common are the flags of every command that computes.
type common struct {
	Device  string `default:"auto" enum:"auto,cpu" placeholder:"auto|cpu" help:"Where to compute. This program was built without CUDA."`
	Threads *int   `placeholder:"N" help:"Number of threads, which changes the speed and no result. By default as many as there are processors."`
}

// setUp prepares the machine, and returns the name of its kernels.
func (c common) setUp() (isa string, err error) {
	if c.Threads != nil {
		runtime.GOMAXPROCS(*c.Threads)
	}
	if isa, err = kernel.ISA(); err != nil {
		return "", errors.Errorf("%v; name one of these or unset ZOO_ISA", err)
	}
	return isa, nil
}

// check is for Validate.
func (c common) check() error {
	if c.Threads != nil && *c.Threads < 1 {
		return errors.Errorf("--threads must be at least 1, not %d", *c.Threads)
	}
	return nil
}
