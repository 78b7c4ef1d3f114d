package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"text/tabwriter"

	"github.com/pkg/errors"
)

// A report is what a run has to tell.
type report struct {
	Go      string    `json:"go"`
	System  string    `json:"system"`
	ISA     string    `json:"isa"` // of the zoo's kernels
	Results []result  `json:"results"`
	Missing []missing `json:"missing,omitempty"`
}

// missing is a peer that is not installed.
type missing struct {
	Peer    string `json:"peer"`
	Why     string `json:"why"`
	Install string `json:"install"`
}

// print writes the table, and what was missing.
func (r report) print(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "step\tthreads\t\tmin (median) ms\tzoo's share\tpeak MiB\tzoo's share\tstart-up s\tversion, library, settings")
	for _, r := range r.Results {
		for i, f := range append([]figures{r.Zoo}, r.Peers...) {
			step := ""
			if i == 0 {
				step = fmt.Sprintf("%s batch %d", r.Model, r.Batch)
			}
			fmt.Fprintf(t, "%s\t%d\t%s\t%.3f (%.3f)\t%s\t%s\t%s\t%.2f\t%s, %s %s\n", step, r.Threads, f.Peer, f.Min, f.Median,
				share(f.Ratio), number("%.0f", f.Peak), share(f.MemoryRatio), f.Startup, f.Framework, f.Library, f.Best)
		}
	}
	if err := t.Flush(); err != nil {
		return errors.WithStack(err)
	}
	for _, m := range r.Missing {
		fmt.Fprintf(w, "not compared: %s: %s; %s\n", m.Peer, m.Why, m.Install)
	}
	return nil
}

func share(x float64) string { return number("%.3f", x) }

// number formats x, or a dash where there is none.
func number(format string, x float64) string {
	if x == 0 {
		return "–"
	}
	return fmt.Sprintf(format, x)
}

// write writes name.json, and a chart of it to name.png.
func (r report) write(name string) error {
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return errors.WithStack(err)
	}
	b, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return errors.WithStack(err)
	}
	return errors.WithStack(os.WriteFile(name+".json", append(b, '\n'), 0o644))
}

// chart draws name.json. Its program is of another module, for what it depends on.
func chart(ctx context.Context, name, dir string) error {
	name, err := filepath.Abs(name)
	if err != nil {
		return errors.WithStack(err)
	}
	out, err := exec.CommandContext(ctx, "go", "-C", dir, "run", ".", name+".json", name+".png").CombinedOutput()
	return errors.Wrapf(err, "no chart of %s.json: go -C %s run .: %s", name, dir, strings.TrimSpace(string(out)))
}
