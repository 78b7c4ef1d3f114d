package cli

import (
	"context"
	"fmt"
	"io"
	"runtime"

	"github.com/alecthomas/kong"
	"github.com/pkg/errors"

	"github.com/gorgonia-zoo/zoo/internal/kernel"
)

// Run parses args into commands, a pointer to a struct with kong's tags, and runs
// the one that is selected with a context and an [Output]. Errors of a command
// whose flags ask for a log in JSON, as jsonLog tells afterwards, are [LogError]s.
func Run(ctx context.Context, name string, commands any, args []string, stdout, stderr io.Writer, jsonLog func() bool, options ...kong.Option) error {
	helped := false
	parser, err := kong.New(commands, append(options,
		kong.Name(name),
		kong.Writers(stdout, stderr),
		kong.Help(help),
		kong.Exit(func(int) { helped = true }),
	)...)
	if err != nil {
		return errors.WithStack(err)
	}
	k, err := parser.Parse(args)
	switch {
	case helped: // --help has printed; what kong parsed after it does not matter
		return nil
	case err != nil:
		return UsageError{errors.Errorf("%v; see %s --help", err, name)}
	}
	k.BindTo(ctx, (*context.Context)(nil))
	given := Given{}
	for _, p := range k.Path {
		if p.Flag != nil {
			given[p.Flag.Name] = true
		}
	}
	if err = k.Run(Output{stdout, stderr}, given); err != nil && jsonLog() {
		err = LogError{err}
	}
	return err
}

// help prints the page of the selected command; with none selected, that of
// the default command, whose flags are what a reader of `mnist --help` is after,
// and the other commands.
func help(o kong.HelpOptions, k *kong.Context) error {
	if root := k.Model.Node; k.Selected() == nil && root.DefaultCmd != nil {
		k.Path = append(k.Path, &kong.Path{Parent: root, Command: root.DefaultCmd})
		if err := kong.DefaultHelpPrinter(o, k); err != nil || len(root.Children) == 1 {
			return err
		}
		fmt.Fprintf(k.Stdout, "\nOther commands, each with a page of its own:\n")
		for _, c := range root.Children {
			if c != root.DefaultCmd {
				fmt.Fprintf(k.Stdout, "  %s %s\n    %s\n", k.Model.Name, c.Name, c.Help)
			}
		}
		return nil
	}
	return kong.DefaultHelpPrinter(o, k)
}

// Output is where a command writes: results, progress and notices.
type Output struct{ Out, Err io.Writer }

// Printf prints a result.
func (o Output) Printf(format string, args ...any) error {
	if _, err := fmt.Fprintf(o.Out, format, args...); err != nil {
		return errors.Errorf("standard output: %v; send it where there is room", err)
	}
	return nil
}

// Common are the flags of every command that computes.
type Common struct {
	Device  string `default:"auto" enum:"auto,cpu" placeholder:"auto|cpu" help:"Where to compute. This program was built without CUDA."`
	Threads *int   `placeholder:"N" help:"Number of threads, which changes the speed and no result. By default as many as there are processors."`
}

// SetUp prepares the machine, and returns the name of its kernels.
func (c Common) SetUp() (isa string, err error) {
	if c.Threads != nil {
		runtime.GOMAXPROCS(*c.Threads)
	}
	if isa, err = kernel.ISA(); err != nil {
		return "", errors.Errorf("%v; name one of these or unset ZOO_ISA", err)
	}
	return isa, nil
}

// Check is for Validate.
func (c Common) Check() error {
	const most = 1024 // the memory of so many is no trouble yet
	if c.Threads != nil && *c.Threads > most {
		return errors.Errorf("--threads must be at most %d, not %d", most, *c.Threads)
	}
	return AtLeastOne("--threads", c.Threads)
}

// AtLeastOne is an error unless the flag's value is unset or at least 1.
func AtLeastOne(flag string, n *int) error {
	if n != nil && *n < 1 {
		return errors.Errorf("%s must be at least 1, not %d", flag, *n)
	}
	return nil
}
