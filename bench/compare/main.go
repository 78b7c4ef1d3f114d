// Command compare times training steps of the zoo beside PyTorch's, on this
// machine, in one run.
//
//	go run ./bench/compare
//
// The two take turns, since a machine may have slow phases, and both do the same
// work: fresh batch, forward, backward, penalties, update, averages. PyTorch runs
// at the best settings found for it (see peer_torch.py, which needs Python with
// PyTorch), once with OpenBLAS, its usual matrix library on Linux, and once with
// BLIS in its place where that is installed. The ratio is of the fastest steps.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/pkg/errors"

	"github.com/gorgonia-zoo/zoo/bench"
	"github.com/gorgonia-zoo/zoo/internal/kernel"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "compare:", err)
		os.Exit(1)
	}
}

// options are what the command line says.
type options struct {
	python, script string
	blas           []string
	models         []string
	threads        int
	rounds, steps  int
	maxRatio       map[string]float64
	json           string
}

func run(ctx context.Context, args []string, stdout io.Writer) error {
	var o options
	f := flag.NewFlagSet("compare", flag.ContinueOnError)
	f.StringVar(&o.python, "python", "/usr/bin/python3", "Python that has PyTorch")
	f.StringVar(&o.script, "script", "bench/compare/peer_torch.py", "PyTorch's side")
	f.Func("blas", "BLAS `library` for PyTorch to preload; may be repeated; OpenBLAS and BLIS by default, as far as they are installed", func(s string) error {
		o.blas = append(o.blas, s)
		return nil
	})
	f.Func("model", "`model` to compare; may be repeated; mlp, lenet and lenet5 by default", func(s string) error {
		o.models = append(o.models, s)
		return nil
	})
	f.IntVar(&o.threads, "threads", 2, "threads on both sides")
	f.IntVar(&o.rounds, "rounds", 10, "turns of each side")
	f.IntVar(&o.steps, "steps", 200, "steps a turn")
	f.Func("max-ratio", "fail if the zoo takes more than this share of PyTorch's time for a model, as `mlp=0.7`; may be repeated", o.limit)
	f.StringVar(&o.json, "json", "", "also write the results to this `file`")
	if err := f.Parse(args); err != nil {
		return err
	}
	if o.threads < 1 || o.rounds < 1 || o.steps < 1 {
		return errors.New("threads, rounds and steps must be at least 1")
	}
	if o.models == nil {
		o.models = []string{"mlp", "lenet", "lenet5"}
	}
	if o.blas == nil {
		o.blas = installed("libopenblas.so.0", "libblis.so.4")
	}
	runtime.GOMAXPROCS(o.threads)
	var results []result
	for _, blas := range o.blas {
		rs, err := compareAll(ctx, o, blas)
		if err != nil {
			return err
		}
		results = append(results, rs...)
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
	for _, r := range results {
		if limit, ok := o.maxRatio[r.Model]; ok && r.Ratio > limit {
			return errors.Errorf("%s takes %.3f of PyTorch's time with %s, more than %.3f", r.Model, r.Ratio, r.BLAS, limit)
		}
	}
	return nil
}

// limit takes a limit such as mlp=0.7.
func (o *options) limit(s string) error {
	model, text, _ := strings.Cut(s, "=")
	ratio, err := strconv.ParseFloat(text, 64)
	if err != nil || !(ratio > 0) {
		return errors.Errorf("%q is not of the form mlp=0.7", s)
	}
	if !slices.ContainsFunc(bench.Workloads, func(w bench.Workload) bool { return w.Name == model }) {
		return errors.Errorf("no model called %q is compared", model)
	}
	if o.maxRatio == nil {
		o.maxRatio = map[string]float64{}
	}
	o.maxRatio[model] = ratio
	return nil
}

// A result is the comparison of one model's step. Times are in milliseconds.
type result struct {
	Model   string  `json:"model"`
	Batch   int     `json:"batch"`
	Threads int     `json:"threads"`
	ISA     string  `json:"isa"`
	Zoo     timing  `json:"zoo"`
	PyTorch timing  `json:"pytorch"`
	Ratio   float64 `json:"ratio"` // of the fastest steps
	Torch   string  `json:"torch"`
	BLAS    string  `json:"blas"`

	Settings map[string]string `json:"settings"` // PyTorch's environment
}

type timing struct {
	Min    float64 `json:"min_ms"`
	Median float64 `json:"median_ms"`
}

// compareAll compares every workload with PyTorch on the BLAS library blas.
func compareAll(ctx context.Context, o options, blas string) (rs []result, err error) {
	p, err := startPeer(ctx, o, blas)
	if err != nil {
		return nil, err
	}
	defer p.close()
	for _, w := range bench.Workloads {
		if !slices.Contains(o.models, w.Name) {
			continue
		}
		r, err := compare(ctx, o, p, w)
		if err != nil {
			return nil, err
		}
		rs = append(rs, r)
	}
	return rs, nil
}

// compare lets both sides train w in turns.
func compare(ctx context.Context, o options, p *peer, w bench.Workload) (result, error) {
	isa, _ := kernel.ISA()
	r := result{Model: w.Name, Batch: w.Batch, Threads: o.threads, ISA: isa}
	z := newZoo(ctx, w)
	defer z.stop()
	var ours, theirs []time.Duration
	for range o.rounds {
		times, err := z.steps(o.steps)
		if err != nil {
			return r, err
		}
		ours = append(ours, times...)
		reply, err := p.steps(command{Model: w.Name, Batch: w.Batch, Threads: o.threads, Steps: o.steps})
		if err != nil {
			return r, err
		}
		for _, c := range reply.Chunks {
			for _, ns := range c {
				theirs = append(theirs, time.Duration(ns))
			}
		}
		r.Torch, r.BLAS, r.Settings = reply.Torch, strings.Join(strings.Fields(reply.BLAS)[:2], " "), reply.Settings
		time.Sleep(100 * time.Millisecond) // PyTorch's idle threads spin for a while
	}
	r.Zoo, r.PyTorch = summarize(ours), summarize(theirs)
	r.Ratio = r.Zoo.Min / r.PyTorch.Min
	return r, nil
}

func summarize(d []time.Duration) timing {
	slices.Sort(d)
	ms := func(d time.Duration) float64 { return d.Seconds() * 1e3 }
	return timing{ms(d[0]), ms(d[len(d)/2])}
}

func print(w io.Writer, results []result) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "step\tthreads\tzoo min (median) ms\tPyTorch min (median) ms\tratio\tzoo\tPyTorch")
	for _, r := range results {
		fmt.Fprintf(t, "%s batch %d\t%d\t%.3f (%.3f)\t%.3f (%.3f)\t%.3f\t%s\t%s, %s\n", r.Model, r.Batch, r.Threads,
			r.Zoo.Min, r.Zoo.Median, r.PyTorch.Min, r.PyTorch.Median, r.Ratio, r.ISA, r.Torch, r.BLAS)
	}
	return t.Flush()
}
