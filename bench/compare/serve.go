package main

import (
	"context"
	"encoding/json"
	"io"
	"runtime"
	"runtime/debug"
	"time"

	"github.com/pkg/errors"
)

// serve is the side called name: it carries out the commands that in has until it
// ends.
func serve(ctx context.Context, name string, in io.Reader, out io.Writer) error {
	t := &trainee{side: name, steps: steps{stop: func() {}}}
	defer func() { t.steps.stop() }()
	commands, replies := json.NewDecoder(in), json.NewEncoder(out)
	for {
		var c command
		if err := commands.Decode(&c); err == io.EOF {
			return nil
		} else if err != nil {
			return errors.Wrap(err, "command")
		}
		r, err := t.train(ctx, c)
		if err != nil {
			r = reply{Error: err.Error()}
		}
		r.Framework, r.Library = name, runtime.Version()
		if name == "gorgonia" {
			r.Framework = "Gorgonia " + version("gorgonia.org/gorgonia")
		}
		if err := replies.Encode(r); err != nil {
			return errors.WithStack(err)
		}
	}
}

// version returns that of a module in this program.
func version(module string) string {
	info, _ := debug.ReadBuildInfo()
	if info != nil {
		for _, m := range info.Deps {
			if m.Path == module {
				return m.Version
			}
		}
	}
	return "of unknown version"
}

// A trainee trains one model at a time, or predicts with it, a few steps at a time.
type trainee struct {
	side  string
	has   command // the model, batch and kind of task that steps are of
	steps steps
	first reply // what was measured of the first step
}

// What comes before a model's first turn: so many steps, but no more than take so
// long.
const (
	warmUp     = 20
	warmUpTime = 2 * time.Second
)

// train carries out c. After an error the model begins anew.
func (t *trainee) train(ctx context.Context, c command) (r reply, err error) {
	defer func() {
		if err != nil {
			t.has = command{}
		}
	}()
	w, err := workload(c.Model)
	if err != nil {
		return r, err
	}
	if c.Batch != w.Batch && !c.Predict || c.Batch < 1 || c.Threads < 1 {
		return r, errors.Errorf("%s with batch %d on %d threads; it is measured with batch %d, on 1 thread or more", c.Model, c.Batch, c.Threads, w.Batch)
	}
	runtime.GOMAXPROCS(c.Threads)
	if c.Epochs > 0 {
		if t.side != "zoo" {
			return r, errors.Errorf("%s learns no whole epochs", t.side)
		}
		return learn(ctx, w, c)
	}
	key := command{Model: c.Model, Batch: c.Batch, Predict: c.Predict}
	if t.has != key || c.Check > 0 {
		t.has = command{}
		t.steps.stop()
		t.steps.stop = func() {}
		what := task{Workload: w}
		if c.Predict {
			what = predicting(w, c.Batch)
		}
		if t.steps, err = build(ctx, t.side, what, c.Check); err != nil {
			t.steps.stop = func() {}
			return r, err
		}
		if c.Check > 0 {
			return t.check(c)
		}
		loss, err := t.steps.next()
		if err != nil {
			return r, err
		}
		t.has, t.first = key, reply{FirstLoss: loss, First: time.Now().UnixNano()}
		for begin, n := time.Now(), 0; n < warmUp && time.Since(begin) < warmUpTime; n++ {
			if _, err := t.steps.next(); err != nil {
				return r, err
			}
		}
	}
	turn := time.Duration(c.Seconds * float64(time.Second))
	if _, _, err := t.take(turn / 10); err != nil { // caches and clocks settle
		return r, err
	}
	r = t.first
	r.Times, r.Loss, err = t.take(turn)
	return r, err
}

// check takes steps and returns the losses and the averages' size, or predicts and
// returns the logits.
func (t *trainee) check(c command) (r reply, err error) {
	if c.Predict {
		_, err := t.steps.next()
		return reply{Outputs: t.steps.outputs()}, err
	}
	for range c.Check {
		loss, err := t.steps.next()
		if err != nil {
			return r, err
		}
		r.Losses = append(r.Losses, loss)
	}
	r.Average = magnitude(t.steps.averages())
	return r, nil
}

// take takes steps for so long, at least one, and returns the time of each.
func (t *trainee) take(long time.Duration) (times []time.Duration, loss float64, err error) {
	for begin := time.Now(); len(times) == 0 || time.Since(begin) < long; {
		start := time.Now()
		if loss, err = t.steps.next(); err != nil {
			return nil, 0, err
		}
		times = append(times, time.Since(start))
	}
	return times, loss, nil
}
