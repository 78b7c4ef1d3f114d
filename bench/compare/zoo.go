package main

import (
	"context"
	"iter"
	"time"

	"github.com/gorgonia-zoo/zoo/bench"
	"github.com/gorgonia-zoo/zoo/train"
)

// A zoo is our side: a trainer whose steps are taken a few at a time.
type zoo struct {
	next func() (train.Step, error, bool)
	stop func()
}

func newZoo(ctx context.Context, w bench.Workload) *zoo {
	t := w.Trainer()
	next, stop := iter.Pull2(t.Steps(ctx, w.Source()))
	return &zoo{next: next, stop: func() { stop(); t.Close() }}
}

// steps takes n steps and returns the time of each.
func (z *zoo) steps(n int) ([]time.Duration, error) {
	const warmUp = 20
	times := make([]time.Duration, 0, n)
	for i := range warmUp + n {
		start := time.Now()
		if _, err, _ := z.next(); err != nil {
			return nil, err
		}
		if i >= warmUp {
			times = append(times, time.Since(start))
		}
	}
	return times, nil
}
