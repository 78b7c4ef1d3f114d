package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"strings"
	"syscall"
)

// Program is the main function of the program called name: it calls run with a
// context that the first interrupt ends, prints what went wrong, and returns the
// exit status. A second interrupt calls exit at once.
func Program(name string, run func(ctx context.Context, args []string, stdout, stderr io.Writer) error, exit func(status int)) (status int) {
	ctx, cancel := context.WithCancelCause(context.Background())
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		cancel(Interrupted{Signal: (<-signals).(syscall.Signal)})
		exit(Status(Interrupted{Signal: (<-signals).(syscall.Signal)}))
	}()
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	Complain(os.Stderr, name, err)
	return Status(err)
}

// Interrupted is why a context ends when a signal arrives.
type Interrupted struct {
	syscall.Signal
	Then string // what was done about it
}

func (i Interrupted) Error() string { return "interrupted" + i.Then }

// A UsageError is a command line that makes no sense.
type UsageError struct{ error }

// A LogError is the error of a command that was asked for a log in JSON.
type LogError struct{ error }

func (e LogError) Unwrap() error { return e.error }

// Told returns err, if there is one, as an error that the user was told of already:
// it decides on the exit status and is not printed again.
func Told(err error) error {
	if err == nil {
		return nil
	}
	return told{err}
}

type told struct{ error }

func (t told) Unwrap() error { return t.error }

// Complain tells of err, if there is one, in one line.
func Complain(w io.Writer, name string, err error) {
	if err == nil || errors.As(err, new(told)) {
		return
	}
	line := strings.Join(strings.Split(strings.TrimSpace(err.Error()), "\n"), " ")
	if errors.As(err, new(LogError)) {
		slog.New(slog.NewJSONHandler(w, nil)).Error(line)
		return
	}
	fmt.Fprintf(w, "%s: %s\n", name, line)
}

// Status is the exit status for what a program's run returned: 0; 1 where
// something is wrong with the world, such as a missing file; 2 with the command
// line; 128 + the number of a signal that stopped it.
func Status(err error) int {
	var sig Interrupted
	switch {
	case err == nil:
		return 0
	case errors.As(err, &sig):
		return 128 + int(sig.Signal)
	case errors.As(err, new(UsageError)):
		return 2
	}
	return 1
}
