package train_test

import (
	"fmt"
	"strings"
	"testing"

	G "gorgonia.org/gorgonia"

	"github.com/gorgonia-zoo/zoo/layers"
	"github.com/gorgonia-zoo/zoo/models/mlp"
	"github.com/gorgonia-zoo/zoo/train"
	"github.com/gorgonia-zoo/zoo/train/optim"
)

// Where training fails, the parameters go back to a state that gave a finite
// loss: at most 100 steps old, with its averages, and the error says which.
func TestLastGoodState(t *testing.T) {
	src := examples(60).Shuffle(20, 1)
	for _, c := range []struct {
		at   int // the step, from 0, whose rate is too high
		good int
	}{
		{0, 0}, {42, 0}, {99, 0}, {100, 100}, {250, 200},
	} {
		for _, average := range []float64{0, 0.9} {
			schedule := func(step int) float64 {
				if step == c.at {
					return 1e30
				}
				return 0.1
			}
			tr := &train.Trainer{Model: mlp.Of(3, 16), Schedule: schedule, Average: average, Seed: 1}
			steps, err := fails(t, tr, src)
			want := fmt.Sprintf("the parameters are again those after step %d", c.good)
			if steps != c.at+1 || !strings.HasSuffix(err.Error(), want) {
				t.Errorf("after %d steps: %q, want %q at the end after %d", steps, err, want, c.at+1)
			}
			good := &train.Trainer{Model: mlp.Of(3, 16), Schedule: optim.Constant(0.1), Average: average, Seed: 1}
			if c.good == 0 && average == 0 {
				if _, err := good.Predict(examples(1).X); err != nil {
					t.Fatal(err)
				}
			}
			take(t, good, src, c.good)
			if c.good > 0 && digest(tr.Params) != digest(good.Params) || !finite(tr.Params) {
				t.Errorf("rate too high at step %d: the parameters are not those after step %d", c.at, c.good)
			}
		}
	}
}

// A gradient that is not finite has reached some parameters by then.
func TestLastGoodStateAfterGradient(t *testing.T) {
	root := layers.Sequential{layers.Flatten{}, layers.Dense{Name: "fc", Units: 3, Init: layers.Zeros}, layers.Func(G.Sqrt)}
	tr := &train.Trainer{Model: root}
	if _, err := fails(t, tr, examples(60).Shuffle(20, 1)); !strings.HasPrefix(err.Error(), "step 1: a gradient is not finite; ") {
		t.Error(err)
	}
	if !finite(tr.Params) {
		t.Error("parameters that are not finite")
	}
}
