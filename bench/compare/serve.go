package main

import (
	"context"
	"encoding/json"
	"io"
	"iter"
	"runtime"
	"time"

	"github.com/pkg/errors"

	"github.com/gorgonia-zoo/zoo/train"
)

// serve is the zoo's side: it carries out the commands that in has until it ends.
func serve(ctx context.Context, in io.Reader, out io.Writer) error {
	z := &zoo{stop: func() {}}
	defer func() { z.stop() }()
	commands, replies := json.NewDecoder(in), json.NewEncoder(out)
	for {
		var c command
		if err := commands.Decode(&c); err == io.EOF {
			return nil
		} else if err != nil {
			return errors.Wrap(err, "command")
		}
		var r reply
		times, err := z.train(ctx, c)
		if r.Times = times; err != nil {
			r.Error = err.Error()
		}
		if err := replies.Encode(r); err != nil {
			return errors.WithStack(err)
		}
	}
}

// A zoo trains one model at a time, a few steps at a time.
type zoo struct {
	model string
	next  func() (train.Step, error, bool)
	stop  func()
}

// train carries out c and returns the time of each step. After an error the model
// begins anew.
func (z *zoo) train(ctx context.Context, c command) (times []time.Duration, err error) {
	defer func() {
		if err != nil {
			z.model = ""
		}
	}()
	w, err := workload(c.Model)
	if err != nil {
		return nil, err
	}
	if c.Batch != w.Batch || c.Threads < 1 {
		return nil, errors.Errorf("%s with batch %d on %d threads; it is measured with batch %d, on 1 thread or more", c.Model, c.Batch, c.Threads, w.Batch)
	}
	runtime.GOMAXPROCS(c.Threads)
	if z.model != c.Model {
		z.stop()
		t := w.Trainer()
		next, stop := iter.Pull2(t.Steps(ctx, w.Source()))
		*z = zoo{c.Model, next, func() { stop(); t.Close() }}
		for range warmUp {
			if _, err, _ := z.next(); err != nil {
				return nil, err
			}
		}
	}
	turn := time.Duration(c.Seconds * float64(time.Second))
	if _, err := z.steps(turn / 10); err != nil { // caches and clocks settle
		return nil, err
	}
	return z.steps(turn)
}

// warmUp is how many steps come before a model's first turn.
const warmUp = 20

// steps takes steps for so long, at least one, and returns the time of each.
func (z *zoo) steps(long time.Duration) (times []time.Duration, err error) {
	for begin := time.Now(); len(times) == 0 || time.Since(begin) < long; {
		start := time.Now()
		if _, err, _ := z.next(); err != nil {
			return nil, err
		}
		times = append(times, time.Since(start))
	}
	return times, nil
}
