package main

import (
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/pkg/errors"
)

// A report is what a run has to tell.
type report struct {
	Go      string   `json:"go"`
	System  string   `json:"system"`
	ISA     string   `json:"isa"`     // of the zoo's kernels
	Results []result `json:"results"` // of training steps

	Predictions []result  `json:"predictions,omitempty"`
	Epochs      []trained `json:"epochs,omitempty"`
	Missing     []missing `json:"missing,omitempty"`
}

// missing is a peer that is not installed.
type missing struct {
	Peer    string `json:"peer"`
	Why     string `json:"why"`
	Install string `json:"install"`
}

// print writes the tables, and what was missing.
func (r report) print(w io.Writer) error {
	if err := table(w, "step", "%.3f", r.Results); err != nil {
		return err
	}
	if len(r.Results) > 0 && len(r.Predictions) > 0 {
		fmt.Fprintln(w)
	}
	if err := table(w, "prediction", "%.4f", r.Predictions); err != nil {
		return err
	}
	if err := printEpochs(w, r.Epochs); err != nil {
		return err
	}
	for _, m := range r.Missing {
		fmt.Fprintf(w, "not compared: %s: %s; %s\n", m.Peer, m.Why, m.Install)
	}
	return nil
}

// table writes the results, if there are any, with times in some format.
func table(w io.Writer, of, ms string, results []result) error {
	if len(results) == 0 {
		return nil
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintf(t, "%s\tthreads\t\tmin (median) ms\tzoo's share\tpeak MiB\tzoo's share\tstart-up s\tversion, library, settings\n", of)
	for _, r := range results {
		for i, f := range append([]figures{r.Zoo}, r.Peers...) {
			what := ""
			if i == 0 {
				what = fmt.Sprintf("%s batch %d", r.Model, r.Batch)
			}
			fmt.Fprintf(t, "%s\t%d\t%s\t%s (%s)\t%s\t%s\t%s\t%.2f\t%s, %s %s\n", what, r.Threads, f.Peer, number(ms, f.Min), number(ms, f.Median),
				share(f.Ratio), number("%.0f", f.Peak), share(f.MemoryRatio), f.Startup, f.Framework, f.Library, f.Best)
		}
	}
	return errors.WithStack(t.Flush())
}

func share(x float64) string { return number("%.3f", x) }

// number formats x, or a dash where there is none.
func number(format string, x float64) string {
	if x == 0 {
		return "–"
	}
	return fmt.Sprintf(format, x)
}
