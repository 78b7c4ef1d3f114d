package optim_test

import (
	"math"
	"testing"

	"github.com/gorgonia-zoo/zoo/train/optim"
)

func TestSchedules(t *testing.T) {
	for _, c := range []struct {
		name     string
		schedule optim.Schedule
		step     int
		want     float64
	}{
		{"constant", optim.Constant(0.3), 0, 0.3},
		{"constant", optim.Constant(0.3), 1_000_000, 0.3},
		{"exponential", optim.Exponential(2, 0.25, 10), 0, 2},
		{"exponential", optim.Exponential(2, 0.25, 10), 5, 1},
		{"exponential", optim.Exponential(2, 0.25, 10), 10, 0.5},
		{"exponential, half a step", optim.Exponential(2, 0.25, 0.5), 1, 0.125},
		{"staircase", optim.Staircase(2, 0.25, 10), 9, 2},
		{"staircase", optim.Staircase(2, 0.25, 10), 10, 0.5},
		{"staircase", optim.Staircase(2, 0.25, 10), 29, 0.125},
		{"staircase, growing", optim.Staircase(1, 2, 3), 9, 8},
	} {
		if got := c.schedule(c.step); math.Abs(got-c.want) > 1e-15 { // a power in float64
			t.Errorf("%s at step %d is %v, want %v", c.name, c.step, got, c.want)
		}
	}
}
