package main

import (
	"context"
	"fmt"
	"io"
	"math"
	"slices"

	"github.com/pkg/errors"
)

const (
	checkSteps = 3
	// Sums in another order: all that were tried agree to 1e-6.
	checkTolerance = 1e-5
	// Losses begin near the logarithm of the number of classes.
	nearChance = 1
)

// check compares the losses of a few steps, and the averages after them, or the
// logits of a prediction, of each peer's candidates with the zoo's.
func check(ctx context.Context, o options, peers []peer, stdout, stderr io.Writer) error {
	failed := 0
	for _, t := range o.tasks() {
		turn := command{Model: t.Name, Batch: t.Batch, Threads: o.threads[0], Check: checkSteps, Predict: t.predict}
		want, err := zooChecks(ctx, t, turn)
		if err != nil {
			return err
		}
		fmt.Fprintf(stdout, "%s zoo: %s\n", t, want.checked())
		for _, p := range peers {
			if !p.has(t) {
				continue
			}
			for _, c := range o.candidates(p, t) {
				verdict := "agrees"
				s, err := ask(ctx, o, p, turn, c, stderr)
				if err == nil {
					err = agree(s, want)
				}
				if err != nil {
					verdict = err.Error()
					failed++
				}
				fmt.Fprintf(stdout, "%s %s %s: %s\n", t, p.name, c, verdict)
			}
		}
	}
	if failed > 0 {
		return errors.Errorf("%d of the peers' ways do not agree with the zoo", failed)
	}
	return nil
}

// checked says what a check has computed.
func (r reply) checked() string {
	if r.Outputs != nil {
		return fmt.Sprintf("%d logits of magnitude %.6f or less", len(r.Outputs), largest(r.Outputs))
	}
	return fmt.Sprintf("losses %.6f, averages %.7f", r.Losses, r.Average)
}

// largest is the largest magnitude.
func largest(x []float32) (most float64) {
	for _, v := range x {
		most = max(most, math.Abs(float64(v)))
	}
	return most
}

// zooChecks returns the zoo's answer. Its first loss must be that of chance, and its
// logits not all alike.
func zooChecks(ctx context.Context, w task, turn command) (r reply, err error) {
	side := &trainee{side: "zoo", steps: steps{stop: func() {}}}
	if r, err = side.train(ctx, turn); err != nil {
		return r, err
	}
	defer side.steps.stop()
	if w.predict {
		if slices.Min(r.Outputs) == slices.Max(r.Outputs) {
			return r, errors.Errorf("%s: all logits are %v", w.Name, r.Outputs[0])
		}
		return r, nil
	}
	classes := 10.
	if w.Unit == "words" {
		classes = vocabulary
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
	if len(got.Outputs) != len(want.Outputs) {
		return errors.Errorf("it predicts %d logits, the zoo %d", len(got.Outputs), len(want.Outputs))
	}
	size := largest(want.Outputs)
	for i, z := range want.Outputs {
		if !(math.Abs(float64(got.Outputs[i]-z)) <= checkTolerance*size) {
			return errors.Errorf("logit %d is %v, the zoo's %v", i+1, got.Outputs[i], z)
		}
	}
	return nil
}
