// Command compare times training steps and predictions of the zoo beside those of
// other frameworks, on this machine, in one run.
//
//	go run ./bench/compare            # whatever is installed
//	bench/compare/environment         # installs current PyTorch, TensorFlow, JAX and GoMLX, out of the way
//
// All take turns, since a machine may have slow phases, and all do the same work:
// fresh batch, forward, dropout, backward, penalties, clipping, update, averages.
// -check proves that: without dropout, steps from equal values have equal losses, and
// predictions equal logits.
// Each trains each model in a process of its own, from whose start the time to the
// end of the first step is taken, and whose peak of resident memory is given, with
// all that it takes to train: the program, the data, the framework's libraries.
//
// -epochs times whole trainings instead, one side after the other, with what is reached
// at the end.
//
// Each peer is at its best: what may be the fastest of its settings and ways to
// write the step are tried for a turn, the fastest is compared, and the report
// says which. The head of each peer's program has the settings and how they were
// found. Ratios are of the fastest steps.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"slices"

	"github.com/pkg/errors"

	"github.com/gorgonia-zoo/zoo/bench"
	"github.com/gorgonia-zoo/zoo/internal/kernel"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr); err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "compare:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) error {
	o, err := parse(args)
	if err != nil {
		return err
	}
	if o.serve != "" {
		return serve(ctx, o.serve, stdin, stdout)
	}
	isa, _ := kernel.ISA()
	r := report{Go: runtime.Version(), System: runtime.GOOS + "/" + runtime.GOARCH, ISA: isa}
	var have []peer
	for _, p := range o.peers {
		if err := p.missing(ctx, o); err != nil {
			r.Missing = append(r.Missing, missing{fmt.Sprintf("%s (%s)", p.name, p.title), err.Error(), p.install})
			continue
		}
		have = append(have, p)
	}
	if o.check {
		return check(ctx, o, have, stdout, stderr)
	}
	if o.epochs {
		r.Epochs, err = epochs(ctx, o, have, stderr)
	} else {
		err = r.compare(ctx, o, have, stderr)
	}
	if err != nil {
		return err
	}
	if err := r.print(stdout); err != nil {
		return err
	}
	if o.results != "" {
		name := filepath.Join(o.results, o.name)
		if err := bench.WriteReport(name, r); err != nil {
			return err
		}
		if len(r.Results) > 0 {
			if err := bench.Chart(ctx, filepath.Join(o.scripts, "chart"), name); err != nil {
				fmt.Fprintln(stderr, err) // the figures are there
			}
		}
	}
	return o.judge(r)
}

// compare adds all tasks, on each number of threads.
func (r *report) compare(ctx context.Context, o options, have []peer, stderr io.Writer) error {
	for _, threads := range o.threads {
		for _, t := range o.tasks() {
			fmt.Fprintf(stderr, "%s, threads: %d\n", t, threads)
			c, err := compare(ctx, o, t, threads, have, stderr)
			if err != nil {
				return errors.Wrap(err, t.String())
			}
			if t.predict {
				r.Predictions = append(r.Predictions, c)
			} else {
				r.Results = append(r.Results, c)
			}
		}
	}
	return nil
}

// judge holds the results to the limits. One for a model that was not compared is
// a mistake.
func (o options) judge(r report) error {
	for _, l := range []struct {
		limits  map[string]float64
		results []result
		of      string // the model
		what    string
		share   func(figures) float64
	}{
		{o.maxRatio, r.Results, "", "time", func(f figures) float64 { return f.Ratio }},
		{o.maxMemory, r.Results, "", "memory", func(f figures) float64 { return f.MemoryRatio }},
		{o.maxPredict, r.Predictions, "predicting with ", "time", func(f figures) float64 { return f.Ratio }},
	} {
		for model := range l.limits {
			if !slices.ContainsFunc(l.results, func(r result) bool { return r.Model == model && len(r.Peers) > 0 }) {
				return errors.Errorf("a limit on the %s of %s%s, which is not compared; add -model %[3]s, and install a peer that has it", l.what, l.of, model)
			}
		}
		for _, r := range l.results {
			for _, f := range r.Peers {
				limit, limited := l.limits[r.Model]
				switch share := l.share(f); {
				case limited && share == 0:
					return errors.Errorf("the %s of %s%s cannot be measured on this system", l.what, l.of, r.Model)
				case limited && share > limit:
					return errors.Errorf("%s%s on %d threads takes %.3f of the %s of %s with %s, more than %.3f", l.of, r.Model, r.Threads, share, l.what, f.Framework, f.Library, limit)
				}
			}
		}
	}
	return nil
}
