package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"text/tabwriter"

	"github.com/pkg/errors"
)

// trained is a model's course on all sides.
type trained struct {
	Model   string    `json:"model"`
	Epochs  int       `json:"epochs"`
	Steps   int       `json:"steps"`
	Threads int       `json:"threads"`
	Metric  string    `json:"metric"`
	Sides   []learner `json:"sides"` // the zoo first
}

// A learner is one side of it.
type learner struct {
	Peer      string    `json:"peer"`
	Framework string    `json:"framework"` // with its version
	Library   string    `json:"library"`
	Best      candidate `json:"best"` // the fastest in a turn
	Wall      float64   `json:"wall_s"`
	Score     float64   `json:"score"`
	Ratio     float64   `json:"ratio"` // of the zoo's time to this one's; 0: the zoo
}

// zoo is the zoo's own side.
var zoo = peer{name: "zoo", command: func(ctx context.Context, _ options, threads int, _ candidate) (*exec.Cmd, error) {
	return itself(ctx, "zoo", threads)
}}

// epochs trains each course from beginning to end, one side after the other.
func epochs(ctx context.Context, o options, peers []peer, stderr io.Writer) (all []trained, err error) {
	for _, w := range o.workloads {
		c, err := findCourse(w.Name)
		if err != nil {
			return nil, err
		}
		for _, threads := range o.threads {
			t, err := follow(ctx, o, c, task{Workload: w}, threads, peers, stderr)
			if err != nil {
				return nil, errors.Wrap(err, c.model)
			}
			all = append(all, t)
		}
	}
	return all, nil
}

// follow has every side follow c.
func follow(ctx context.Context, o options, c course, w task, threads int, peers []peer, stderr io.Writer) (t trained, err error) {
	dir, err := os.MkdirTemp("", "compare")
	if err != nil {
		return t, errors.WithStack(err)
	}
	defer os.RemoveAll(dir)
	if err := c.write(ctx, o, dir, stderr); err != nil {
		return t, err
	}
	t = trained{Model: c.model, Epochs: c.epochs, Threads: threads, Metric: c.score}
	whole := command{Model: c.model, Batch: w.Batch, Threads: threads, Epochs: c.epochs, Data: dir, Limit: o.steps}
	add := func(name string, best candidate, r reply) {
		l := learner{Peer: name, Framework: r.Framework, Library: r.Library, Best: best, Wall: r.Wall, Score: r.Score}
		if len(t.Sides) > 0 {
			l.Ratio = t.Sides[0].Wall / l.Wall
		}
		fmt.Fprintf(stderr, "%s, %s: %d steps in %.1f s, %s %.5g\n", c.model, name, r.Steps, r.Wall, c.score, r.Score)
		t.Steps, t.Sides = r.Steps, append(t.Sides, l)
	}
	r, err := ask(ctx, o, zoo, whole, candidate{}, stderr)
	if err != nil {
		return t, err
	}
	add(zoo.name, candidate{}, r)
	for _, p := range peers {
		if !p.learns {
			continue
		}
		turn := command{Model: c.model, Batch: w.Batch, Threads: threads, Seconds: o.turn.Seconds()}
		fastest, err := best(ctx, o, p, w, turn, stderr)
		if err == nil {
			fastest.close()
			r, err = ask(ctx, o, p, whole, fastest.figures.Best, stderr)
		}
		if err != nil {
			fmt.Fprintf(stderr, "%s, %s: %v; left out\n", c.model, p.name, err)
			continue
		}
		add(p.name, fastest.figures.Best, r)
	}
	return t, nil
}

// printEpochs writes a table of what was trained, if anything was.
func printEpochs(w io.Writer, all []trained) error {
	if len(all) == 0 {
		return nil
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "training\tthreads\t\twall s\tzoo's share\tat the end\tversion, library, settings")
	for _, c := range all {
		for i, l := range c.Sides {
			what := ""
			if i == 0 {
				what = fmt.Sprintf("%s, epochs: %d, steps: %d", c.Model, c.Epochs, c.Steps)
			}
			fmt.Fprintf(t, "%s\t%d\t%s\t%.1f\t%s\t%s %.5g\t%s, %s %s\n", what, c.Threads, l.Peer, l.Wall, share(l.Ratio), c.Metric, l.Score, l.Framework, l.Library, l.Best)
		}
	}
	return errors.WithStack(t.Flush())
}
