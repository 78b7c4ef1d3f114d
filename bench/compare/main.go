// Command compare times training steps of the zoo beside PyTorch's, on this
// machine, in one run.
//
//	go run ./bench/compare
//
// The two take turns, since a machine may have slow phases, and both do the same
// work: fresh batch, forward, backward, penalties, clipping, update, averages.
// PyTorch runs at the best settings found for it (see peer_torch.py, which needs
// Python with PyTorch), once with OpenBLAS, its usual matrix library on Linux, and
// once with BLIS in its place where that is installed. The ratio is of the fastest
// steps. Each side trains each model in a process of its own, whose peak of
// resident memory is given too, with all that it takes to train: the program, the
// data, PyTorch's libraries.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/pkg/errors"

	"github.com/gorgonia-zoo/zoo/bench"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "compare:", err)
		os.Exit(1)
	}
}

// options are what the command line says.
type options struct {
	python, script      string
	variant             string
	blas                []string
	workloads           []bench.Workload
	threads, rounds     int
	turn                time.Duration
	maxRatio, maxMemory map[string]float64
	json                string
	serve               bool
}

func run(ctx context.Context, args []string, stdin io.Reader, stdout io.Writer) error {
	o, err := parse(args)
	if err != nil {
		return err
	}
	if o.serve {
		return serve(ctx, stdin, stdout)
	}
	if err := hasTorch(ctx, o.python); err != nil {
		return err
	}
	var results []result
	for _, blas := range o.blas {
		for _, w := range o.workloads {
			r, err := compare(ctx, o, w, blas)
			if err != nil {
				return errors.Wrap(err, w.Name)
			}
			results = append(results, r)
		}
	}
	if err := print(stdout, results); err != nil {
		return err
	}
	if o.json != "" {
		b, err := json.MarshalIndent(results, "", "  ")
		if err != nil {
			return errors.WithStack(err)
		}
		if err := os.WriteFile(o.json, append(b, '\n'), 0o644); err != nil {
			return errors.WithStack(err)
		}
	}
	return o.judge(results)
}

func parse(args []string) (o options, err error) {
	f := flag.NewFlagSet("compare", flag.ContinueOnError)
	f.StringVar(&o.python, "python", "/usr/bin/python3", "Python that has PyTorch")
	f.StringVar(&o.script, "script", "bench/compare/peer_torch.py", "PyTorch's side")
	f.Func("blas", "BLAS `library` for PyTorch to preload; may be repeated; OpenBLAS and BLIS by default, as far as they are installed", func(s string) error {
		o.blas = append(o.blas, s)
		return nil
	})
	f.Func("model", "`model` to compare; may be repeated; all by default", func(s string) error {
		w, err := workload(s)
		o.workloads = append(o.workloads, w)
		return err
	})
	f.StringVar(&o.variant, "variant", "autograd", "PyTorch's `variant` of the models; peer_torch.py explains them")
	f.IntVar(&o.threads, "threads", 2, "threads on both sides")
	f.IntVar(&o.rounds, "rounds", 10, "turns of each side")
	f.DurationVar(&o.turn, "turn", time.Second, "time of a turn; it has at least one step")
	f.Func("max-ratio", "fail if the zoo takes more than this share of PyTorch's time for a model, as `mlp=0.7`; may be repeated", limit(&o.maxRatio))
	f.Func("max-memory", "fail if the zoo's peak of memory is more than this share of PyTorch's, as `mlp=1`; may be repeated", limit(&o.maxMemory))
	f.StringVar(&o.json, "json", "", "also write the results to this `file`")
	f.BoolVar(&o.serve, "serve", false, "be the zoo's side, as peer_torch.py is PyTorch's: what compare starts itself with")
	if err := f.Parse(args); err != nil {
		return o, err
	}
	if o.threads < 1 || o.rounds < 1 || o.turn <= 0 {
		return o, errors.New("threads and rounds must be at least 1, and a turn must take some time")
	}
	if o.blas == nil {
		o.blas = installed("libopenblas.so.0", "libblis.so.4")
	}
	if o.workloads == nil {
		o.workloads = bench.Workloads
	}
	return o, nil
}

// workload returns the one called name.
func workload(name string) (bench.Workload, error) {
	var names []string
	for _, w := range bench.Workloads {
		if w.Name == name {
			return w, nil
		}
		names = append(names, w.Name)
	}
	return bench.Workload{}, errors.Errorf("no model called %q is compared; there is %s", name, strings.Join(names, ", "))
}

// limit returns what takes a limit such as mlp=0.7 into limits.
func limit(limits *map[string]float64) func(string) error {
	return func(s string) error {
		model, text, _ := strings.Cut(s, "=")
		ratio, err := strconv.ParseFloat(text, 64)
		if err != nil || !(ratio > 0) {
			return errors.Errorf("%q is not of the form mlp=0.7", s)
		}
		if _, err := workload(model); err != nil {
			return err
		}
		if *limits == nil {
			*limits = map[string]float64{}
		}
		(*limits)[model] = ratio
		return nil
	}
}

// judge holds the results to the limits. One for a model that was not compared is
// a mistake.
func (o options) judge(results []result) error {
	for _, l := range []struct {
		limits map[string]float64
		what   string
		share  func(result) float64
	}{
		{o.maxRatio, "time", func(r result) float64 { return r.Ratio }},
		{o.maxMemory, "memory", func(r result) float64 { return r.MemoryRatio }},
	} {
		for model := range l.limits {
			if !slices.ContainsFunc(results, func(r result) bool { return r.Model == model }) {
				return errors.Errorf("a limit on the %s of %s, which is not compared; add -model %[2]s", l.what, model)
			}
		}
		for _, r := range results {
			limit, limited := l.limits[r.Model]
			switch share := l.share(r); {
			case limited && share == 0:
				return errors.Errorf("the %s of %s cannot be measured on this system", l.what, r.Model)
			case limited && share > limit:
				return errors.Errorf("%s takes %.3f of PyTorch's %s with %s, more than %.3f", r.Model, share, l.what, r.BLAS, limit)
			}
		}
	}
	return nil
}
