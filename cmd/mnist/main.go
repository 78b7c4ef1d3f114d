// Command mnist trains image classifiers on MNIST and reports their accuracy.
//
//	go run ./cmd/mnist                      # the MLP, 30,000 steps in under a minute
//	go run ./cmd/mnist --recipe plain       # the tutorial's first program
//	go run ./cmd/mnist --help
//
// It needs no data: MNIST comes with a Go module. A run folder below runs/
// receives the settings (config.json), a line of figures every 1,000 steps
// (metrics.jsonl) and the final weights (model.safetensors), which PyTorch's
// load_state_dict reads.
//
// The test set is read once, at the end.
//
// Exit status: 0; 1 where something is wrong with the world, such as a missing
// file; 2 with the command line; 128 + the number of a signal that stopped it.
package main

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

func main() {
	ctx, cancel := context.WithCancelCause(context.Background())
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		cancel(interrupted{Signal: (<-signals).(syscall.Signal)})
		os.Exit(status(interrupted{Signal: (<-signals).(syscall.Signal)})) // a second one ends the program at once
	}()
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	complain(os.Stderr, err)
	os.Exit(status(err))
}

// interrupted is why a context ends when a signal arrives.
type interrupted struct {
	syscall.Signal
	then string // what was done about it
}

func (i interrupted) Error() string { return "interrupted" + i.then }

// usageError is a command line that makes no sense.
type usageError struct{ error }

// logError is the error of a command that was asked for a log in JSON.
type logError struct{ error }

func (e logError) Unwrap() error { return e.error }

// complain tells of err, if there is one, in one line.
func complain(w io.Writer, err error) {
	if err == nil {
		return
	}
	line := strings.Join(strings.Split(strings.TrimSpace(err.Error()), "\n"), " ")
	if errors.As(err, new(logError)) {
		slog.New(slog.NewJSONHandler(w, nil)).Error(line)
		return
	}
	fmt.Fprintln(w, "mnist:", line)
}

// status is the exit status for what run returned.
func status(err error) int {
	var sig interrupted
	switch {
	case err == nil:
		return 0
	case errors.As(err, &sig):
		return 128 + int(sig.Signal)
	case errors.As(err, new(usageError)):
		return 2
	}
	return 1
}
