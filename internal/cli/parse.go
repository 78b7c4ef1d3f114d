package cli

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"regexp"
	"runtime"

	"github.com/alecthomas/kong"
	"github.com/pkg/errors"

	"github.com/gorgonia-zoo/zoo/internal/device"
	"github.com/gorgonia-zoo/zoo/internal/kernel"
	"github.com/gorgonia-zoo/zoo/train"
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
	Device        string `default:"auto" placeholder:"auto|cpu|cuda|cuda:N" help:"Where to compute. auto is a GPU if there is one and this program was built with CUDA, else the processor."`
	TF32          bool   `help:"On a GPU, multiply matrices with 10 bits of precision, which is faster."`
	LogPlacement  bool   `help:"Say of each operation where it runs."`
	SoftPlacement bool   `help:"Run operations that a GPU has no kernel for on the processor."`
	Threads       *int   `placeholder:"N" help:"Number of threads, which changes the speed and no result. By default as many as there are processors."`
}

// A Place is where a command computes.
type Place struct {
	Name string // cpu, cuda:0
	ISA  string // of the processor's kernels

	device train.Device // nil: the processor
	log    io.Writer    // nil: what runs where is not said
	soft   bool
}

// SetUp prepares the machine. What runs where is said to log, if that is wanted.
func (c Common) SetUp(log io.Writer) (p *Place, err error) {
	if c.Threads != nil {
		runtime.GOMAXPROCS(*c.Threads)
	}
	p = &Place{Name: "cpu", soft: c.SoftPlacement}
	if p.ISA, err = kernel.ISA(); err != nil {
		return nil, errors.Errorf("%v; name one of these or unset ZOO_ISA", err)
	}
	if c.LogPlacement {
		p.log = log
	}
	name := c.Device
	if name == "auto" || name == "" {
		name = cmp.Or(device.Any(), "cpu")
	}
	if name == "cpu" {
		return p, nil
	}
	if p.device, err = device.Open(name, device.Options{TF32: c.TF32}); err != nil {
		return nil, err
	}
	p.Name = p.device.Name()
	return p, nil
}

// Use has t compute here.
func (p *Place) Use(t *train.Trainer) {
	t.Device, t.SoftPlacement = p.device, p.soft
	if p.log != nil {
		t.Placed = func(o train.Placed) { fmt.Fprintf(p.log, "%-8s %s\n", o.Device, o.Operation) }
	}
}

// Close gives a device back.
func (p *Place) Close() {
	if p.device != nil {
		p.device.Close()
	}
}

// Check is for Validate.
func (c Common) Check() error {
	const most = 1024 // the memory of so many is no trouble yet
	if c.Threads != nil && *c.Threads > most {
		return errors.Errorf("--threads must be at most %d, not %d", most, *c.Threads)
	}
	if !devices.MatchString(c.Device) {
		return errors.Errorf("--device must be auto, cpu, cuda or cuda:N, not %q", c.Device)
	}
	return AtLeastOne("--threads", c.Threads)
}

var devices = regexp.MustCompile(`^(|auto|cpu|cuda(:[0-9]+)?)$`)

// AtLeastOne is an error unless the flag's value is unset or at least 1.
func AtLeastOne(flag string, n *int) error {
	if n != nil && *n < 1 {
		return errors.Errorf("%s must be at least 1, not %d", flag, *n)
	}
	return nil
}
