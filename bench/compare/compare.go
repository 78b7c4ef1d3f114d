package main

import (
	"context"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/pkg/errors"
)

// A result is the comparison of one model's step, or prediction.
type result struct {
	Model   string    `json:"model"`
	Batch   int       `json:"batch"`
	Threads int       `json:"threads"`
	Zoo     figures   `json:"zoo"`
	Peers   []figures `json:"peers"`
}

// figures are those of one side.
type figures struct {
	Peer        string            `json:"peer"`
	Framework   string            `json:"framework"` // with its version
	Library     string            `json:"library"`
	Settings    map[string]string `json:"settings,omitempty"` // of the environment
	Best        candidate         `json:"best"`               // the fastest of those tried
	Tried       []trial           `json:"tried,omitempty"`
	Min         float64           `json:"min_ms"`
	Median      float64           `json:"median_ms"`
	Peak        float64           `json:"peak_mib"`     // of resident memory; 0: unknown
	Startup     float64           `json:"startup_s"`    // from the process's start to the end of its first step
	Ratio       float64           `json:"ratio"`        // of the zoo's fastest step to this one's; 0: the zoo
	MemoryRatio float64           `json:"memory_ratio"` // of the zoo's peak to this one's; 0: unknown
}

// A trial is one candidate's turn.
type trial struct {
	candidate
	Min   float64 `json:"min_ms,omitempty"`
	Error string  `json:"error,omitempty"`
}

// A side is a process, with what it took and has to tell.
type side struct {
	*process
	turn    command
	times   []time.Duration
	figures figures
}

// compare lets the zoo and the peers carry out t in turns.
func compare(ctx context.Context, o options, t task, threads int, peers []peer, stderr io.Writer) (r result, err error) {
	r = result{Model: t.Name, Batch: t.Batch, Threads: threads, Peers: []figures{}}
	turn := command{Model: t.Name, Batch: t.Batch, Threads: threads, Predict: t.predict, Seconds: o.turn.Seconds()}
	cmd, err := itself(ctx, "zoo", threads)
	if err != nil {
		return r, err
	}
	zoo := &side{turn: turn, figures: figures{Peer: "zoo"}}
	if zoo.process, err = start("zoo", cmd, stderr); err != nil {
		return r, err
	}
	sides := []*side{zoo}
	defer func() {
		for _, s := range sides {
			s.close()
		}
	}()
	if err := zoo.take(); err != nil {
		return r, err
	}
	for _, p := range peers {
		if !p.has(t) {
			continue
		}
		s, err := best(ctx, o, p, t, turn, stderr)
		if err != nil {
			fmt.Fprintf(stderr, "%s, %s: %v; left out\n", t, p.name, err)
			continue
		}
		sides = append(sides, s)
	}
	for range o.rounds {
		for _, s := range sides {
			if err := s.take(); err != nil {
				return r, err
			}
			if err := pause(ctx); err != nil {
				return r, err
			}
		}
	}
	for _, s := range sides {
		s.summarize(zoo)
	}
	r.Zoo = zoo.figures
	for _, s := range sides[1:] {
		r.Peers = append(r.Peers, s.figures)
	}
	return r, nil
}

// pause waits for a side's idle threads, which spin for a while.
func pause(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(100 * time.Millisecond):
		return nil
	}
}

// best gives each of a peer's candidates a turn and returns the process of the
// fastest.
func best(ctx context.Context, o options, p peer, what task, turn command, stderr io.Writer) (fastest *side, err error) {
	var tried []trial
	for _, c := range o.candidates(p, what) {
		t := trial{candidate: c}
		s, err := try(ctx, o, p, turn, c, stderr)
		if err != nil {
			t.Error = err.Error()
			fmt.Fprintf(stderr, "%s, %s: %v\n", what, c, err)
		} else {
			t.Min = milliseconds(slices.Min(s.times))
			fmt.Fprintf(stderr, "%s, %s %s: %.3f ms\n", what, p.name, c, t.Min)
			if fastest == nil || slices.Min(s.times) < slices.Min(fastest.times) {
				s, fastest = fastest, s
			}
			if s != nil {
				s.close()
			}
		}
		tried = append(tried, t)
		if err := pause(ctx); err != nil {
			return nil, err
		}
	}
	if fastest == nil {
		return nil, errors.Errorf("nothing that was tried works: %s", tried[len(tried)-1].Error)
	}
	fastest.figures.Tried = tried
	return fastest, nil
}

// try gives a candidate a turn.
func try(ctx context.Context, o options, p peer, turn command, c candidate, stderr io.Writer) (*side, error) {
	cmd, err := p.command(ctx, o, turn.Threads, c)
	if err != nil {
		return nil, err
	}
	turn.Variant = c.Variant
	s := &side{turn: turn, figures: figures{Peer: p.name, Best: c}}
	if s.process, err = start(p.name, cmd, stderr); err != nil {
		return nil, err
	}
	if err := s.take(); err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}

// take takes a turn.
func (s *side) take() error {
	r, err := s.ask(s.turn)
	if err != nil {
		return err
	}
	s.times = append(s.times, r.Times...)
	f := &s.figures
	f.Framework, f.Library, f.Settings, f.Startup = r.Framework, r.Library, r.Settings, s.startup(r).Seconds()
	return nil
}

// summarize fills in the figures, some of them beside the zoo's.
func (s *side) summarize(zoo *side) {
	s.order()
	f := &s.figures
	f.Peak = s.peak()
	if s == zoo {
		return
	}
	f.Ratio = zoo.figures.Min / f.Min
	if f.Peak > 0 {
		f.MemoryRatio = zoo.figures.Peak / f.Peak
	}
}

// order finds the fastest step and the median.
func (s *side) order() {
	slices.Sort(s.times)
	s.figures.Min, s.figures.Median = milliseconds(s.times[0]), milliseconds(s.times[len(s.times)/2])
}

func milliseconds(d time.Duration) float64 { return d.Seconds() * 1e3 }
