package main

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/gorgonia-zoo/zoo/bench"
	"github.com/gorgonia-zoo/zoo/internal/kernel"
)

// A result is the comparison of one model's step.
type result struct {
	Model       string  `json:"model"`
	Batch       int     `json:"batch"`
	Threads     int     `json:"threads"`
	ISA         string  `json:"isa"`
	Zoo         figures `json:"zoo"`
	PyTorch     figures `json:"pytorch"`
	Ratio       float64 `json:"ratio"`        // of the fastest steps
	MemoryRatio float64 `json:"memory_ratio"` // 0: unknown
	Torch       string  `json:"torch"`
	Variant     string  `json:"variant"` // of PyTorch's program
	BLAS        string  `json:"blas"`

	Settings map[string]string `json:"settings"` // PyTorch's environment
}

// figures are those of one side.
type figures struct {
	Min    float64 `json:"min_ms"`
	Median float64 `json:"median_ms"`
	Peak   float64 `json:"peak_mib"` // of resident memory; 0: unknown
}

// compare lets both sides train w in turns, PyTorch on the library blas.
func compare(ctx context.Context, o options, w bench.Workload, blas string) (r result, err error) {
	zoo, err := startZoo(ctx)
	if err != nil {
		return r, err
	}
	defer zoo.close()
	torch, err := startTorch(ctx, o, blas)
	if err != nil {
		return r, err
	}
	defer torch.close()

	isa, _ := kernel.ISA()
	r = result{Model: w.Name, Batch: w.Batch, Threads: o.threads, ISA: isa, Variant: o.variant}
	turn := command{Model: w.Name, Batch: w.Batch, Threads: o.threads, Seconds: o.turn.Seconds(), Variant: o.variant}
	var ours, theirs []time.Duration
	for range o.rounds {
		answer, err := zoo.steps(turn)
		if err != nil {
			return r, err
		}
		ours = append(ours, answer.Times...)
		if answer, err = torch.steps(turn); err != nil {
			return r, err
		}
		theirs = append(theirs, answer.Times...)
		library := strings.Fields(answer.BLAS) // its name, version, and how it was built
		r.Torch, r.BLAS, r.Settings = answer.Torch, strings.Join(library[:min(2, len(library))], " "), answer.Settings
		time.Sleep(100 * time.Millisecond) // PyTorch's idle threads spin for a while
	}
	r.Zoo, r.PyTorch = summarize(ours), summarize(theirs)
	r.Ratio = r.Zoo.Min / r.PyTorch.Min
	r.Zoo.Peak, r.PyTorch.Peak = zoo.peak(), torch.peak()
	if r.PyTorch.Peak > 0 {
		r.MemoryRatio = r.Zoo.Peak / r.PyTorch.Peak
	}
	return r, nil
}

func summarize(d []time.Duration) figures {
	slices.Sort(d)
	ms := func(d time.Duration) float64 { return d.Seconds() * 1e3 }
	return figures{Min: ms(d[0]), Median: ms(d[len(d)/2])}
}

func print(w io.Writer, results []result) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "step\tthreads\tzoo min (median) ms\tPyTorch min (median) ms\tratio\tzoo peak MiB\tPyTorch peak MiB\tratio\tzoo\tPyTorch")
	for _, r := range results {
		fmt.Fprintf(t, "%s batch %d\t%d\t%.3f (%.3f)\t%.3f (%.3f)\t%.3f\t%.0f\t%.0f\t%.3f\t%s\t%s, %s\n", r.Model, r.Batch, r.Threads,
			r.Zoo.Min, r.Zoo.Median, r.PyTorch.Min, r.PyTorch.Median, r.Ratio, r.Zoo.Peak, r.PyTorch.Peak, r.MemoryRatio, r.ISA, r.Torch, r.BLAS)
	}
	return t.Flush()
}
