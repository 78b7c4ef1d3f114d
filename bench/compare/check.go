package main

import (
	"context"
	"fmt"
	"io"
	"math"

	"github.com/pkg/errors"

	"github.com/gorgonia-zoo/zoo/bench"
)

const (
	checkSteps = 3
	// Sums in another order: all that were tried agree to 1e-6.
	checkTolerance = 1e-5
	// Losses begin near the logarithm of the number of classes.
	nearChance = 1
)

// check compares the losses of a few steps, and the averages after them, of each
// peer's candidates with the zoo's.
func check(ctx context.Context, o options, peers []peer, stdout, stderr io.Writer) error {
	failed := 0
	for _, w := range o.workloads {
		turn := command{Model: w.Name, Batch: w.Batch, Threads: o.threads[0], Check: checkSteps}
		want, err := zooChecks(ctx, w, turn)
		if err != nil {
			return err
		}
		fmt.Fprintf(stdout, "%s zoo: losses %.6f, averages %.7f\n", w.Name, want.Losses, want.Average)
		for _, p := range peers {
			if !p.has(w.Name) {
				continue
			}
			for _, c := range o.candidates(p, w.Name) {
				verdict := "agrees"
				s, err := ask(ctx, o, p, turn, c, stderr)
				if err == nil {
					err = agree(s, want)
				}
				if err != nil {
					verdict = err.Error()
					failed++
				}
				fmt.Fprintf(stdout, "%s %s %s: %s\n", w.Name, p.name, c, verdict)
			}
		}
	}
	if failed > 0 {
		return errors.Errorf("%d ways to train do not agree with the zoo", failed)
	}
	return nil
}

// zooChecks returns the zoo's answer, whose first loss must be that of chance.
func zooChecks(ctx context.Context, w bench.Workload, turn command) (r reply, err error) {
	t := &trainee{side: "zoo", steps: steps{stop: func() {}}}
	if r, err = t.train(ctx, turn); err != nil {
		return r, err
	}
	defer t.steps.stop()
	classes := 10.
	if w.Unit == "words" {
		classes = 10_000
	}
	if math.Abs(r.Losses[0]-math.Log(classes)) > nearChance {
		return r, errors.Errorf("%s: the first loss is %v, far from ln %v", w.Name, r.Losses[0], classes)
	}
	return r, nil
}

// ask has a candidate carry out one command.
func ask(ctx context.Context, o options, p peer, turn command, c candidate, stderr io.Writer) (r reply, err error) {
	cmd, err := p.command(ctx, o, turn.Threads, c)
	if err != nil {
		return r, err
	}
	turn.Variant = c.Variant
	s, err := start(p.name, cmd, stderr)
	if err != nil {
		return r, err
	}
	defer s.close()
	return s.ask(turn)
}

// agree says where a peer's check and the zoo's differ.
func agree(got, want reply) error {
	for i, loss := range want.Losses {
		if !(math.Abs(got.Losses[i]-loss) <= checkTolerance*loss) {
			return errors.Errorf("loss %d is %v, the zoo's %v", i+1, got.Losses[i], loss)
		}
	}
	if !(math.Abs(got.Average-want.Average) <= checkTolerance*want.Average) {
		return errors.Errorf("the averages' mean magnitude is %v, the zoo's %v", got.Average, want.Average)
	}
	return nil
}
