// Command mnist trains image classifiers on MNIST and reports their accuracy.
//
//	go run ./cmd/mnist                      # the MLP, 30,000 steps, about half a minute
//	go run ./cmd/mnist --recipe plain       # the tutorial's first program
//	go run ./cmd/mnist --help
//
// It needs no data: MNIST comes with a Go module. A run folder below runs/
// receives the settings (config.json), a line of figures every 1,000 steps
// (metrics.jsonl) and the final weights (model.safetensors), which PyTorch's
// load_state_dict reads.
//
// The test set is read once, at the end.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, cancel := context.WithCancelCause(context.Background())
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		s := <-signals
		signal.Stop(signals) // a second one ends the program at once
		cancel(interrupted{s.(syscall.Signal)})
	}()
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	if err != nil {
		fmt.Fprintln(os.Stderr, "mnist:", err)
	}
	os.Exit(status(err))
}

// interrupted is why a context ends when a signal arrives.
type interrupted struct{ syscall.Signal }

func (i interrupted) Error() string { return "interrupted" }

// status is the exit status for what run returned.
func status(err error) int {
	var sig interrupted
	var usage usageError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &sig):
		return 128 + int(sig.Signal)
	case errors.As(err, &usage):
		return 2
	}
	return 1
}
