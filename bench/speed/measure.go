package main

import (
	"context"
	"fmt"
	"iter"
	"runtime"
	"slices"
	"time"

	"github.com/pkg/errors"

	"github.com/gorgonia-zoo/zoo/bench"
	"github.com/gorgonia-zoo/zoo/internal/kernel"
)

// A subject is something whose speed is measured.
type subject struct {
	name  string
	flop  float64                                    // of a run
	start func() (run, stop func() error, err error) // makes what it runs on
}

// leastFLOP leaves out what memory bounds.
const leastFLOP = 5e6

// subjects lists the training steps and the kernels with enough arithmetic.
func subjects() (list []subject) {
	for _, w := range bench.All() {
		list = append(list, subject{
			name: fmt.Sprintf("TrainStep/model=%s/batch=%d", w.Name, w.Batch), flop: float64(w.Examples) * w.Step,
			start: func() (func() error, func() error, error) { return steps(w) },
		})
	}
	for _, k := range bench.Kernels() {
		if k.FLOP < leastFLOP {
			continue
		}
		list = append(list, subject{name: k.Name, flop: k.FLOP, start: func() (func() error, func() error, error) {
			run := k.New()
			return func() error { run(); return nil }, func() error { return nil }, nil
		}})
	}
	return list
}

// steps returns a function that does one training step of w.
func steps(w bench.Workload) (run, stop func() error, err error) {
	t := w.Trainer()
	next, end := iter.Pull2(t.Steps(context.Background(), w.Source()))
	run = func() error {
		_, err, _ := next()
		return err
	}
	stop = func() error {
		end()
		return t.Close()
	}
	return run, stop, nil
}

// A meter measures subjects.
type meter struct {
	list []*started
	peak float64 // in GFLOP/s, the best so far
}

type started struct {
	subject
	run, stop func() error
}

// newMeter starts the subjects and runs each twice, for what the first runs make.
func newMeter(list []subject) (*meter, error) {
	m := new(meter)
	for _, s := range list {
		run, stop, err := s.start()
		if err != nil {
			m.close()
			return nil, errors.Wrap(err, s.name)
		}
		m.list = append(m.list, &started{s, run, stop})
		for range 2 {
			if err := run(); err != nil {
				m.close()
				return nil, errors.Wrap(err, s.name)
			}
		}
	}
	return m, nil
}

func (m *meter) close() {
	for _, s := range m.list {
		_ = s.stop() // nothing depends on what it has left
	}
}

func (m *meter) names() (names []string) {
	for _, s := range m.list {
		names = append(names, s.name)
	}
	return names
}

// measure returns the speeds of those called names, in percent of the peak. Each has
// its turn in every round: a slow phase of the machine hits all of them a little.
func (m *meter) measure(names []string) (r result, err error) {
	var chosen []*started
	for _, n := range names {
		i := slices.IndexFunc(m.list, func(s *started) bool { return s.name == n })
		if i < 0 {
			return r, errors.Errorf("there is a figure of %s on file, which nothing measures; write the file anew with -write", n)
		}
		chosen = append(chosen, m.list[i])
	}
	best := make([]time.Duration, len(chosen))
	before := now()
	for range rounds {
		runtime.GC() // not within a turn
		for i, s := range chosen {
			m.peak = max(m.peak, kernel.Peak())
			d, err := fastest(s.run, turn)
			if err != nil {
				return r, errors.Wrap(err, s.name)
			}
			if best[i] == 0 || d < best[i] {
				best[i] = d
			}
		}
	}
	r = result{map[string]float64{}, before.others(now())}
	for i, s := range chosen {
		r.peak[s.name] = 100 * s.flop / best[i].Seconds() / 1e9 / m.peak
	}
	return r, nil
}

// fastest runs run for so long, twice at least, and returns its shortest time.
func fastest(run func() error, long time.Duration) (best time.Duration, err error) {
	start := time.Now()
	for n := 0; n < 2 || time.Since(start) < long; n++ {
		before := time.Now()
		if err := run(); err != nil {
			return 0, err
		}
		if d := max(time.Since(before), 1); n == 0 || d < best {
			best = d
		}
	}
	return best, nil
}
