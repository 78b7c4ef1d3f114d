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
		{"cosine, warming up", optim.Cosine(2, 10, 110), 0, 0.2},
		{"cosine, warm", optim.Cosine(2, 10, 110), 9, 2},
		{"cosine", optim.Cosine(2, 10, 110), 10, 2},
		{"cosine, half way", optim.Cosine(2, 10, 110), 60, 1},
		{"cosine, at the end", optim.Cosine(2, 10, 110), 110, 0},
		{"cosine, beyond", optim.Cosine(2, 10, 110), 500, 0},
		{"cosine without warm-up", optim.Cosine(2, 0, 100), 50, 1},
		{"held, before", optim.Hold(optim.Exponential(2, 0.25, 10), 21), 20, 0.125},
		{"held", optim.Hold(optim.Exponential(2, 0.25, 10), 21), 21, 0.125},
		{"held, beyond", optim.Hold(optim.Exponential(2, 0.25, 10), 21), 500, 0.125},
		{"held from the first step", optim.Hold(optim.Exponential(2, 0.25, 10), 0), 500, 2},
		{"staircase, growing", optim.Staircase(1, 2, 3), 9, 8},
	} {
		if got := c.schedule(c.step); math.Abs(got-c.want) > 1e-15 { // a power in float64
			t.Errorf("%s at step %d is %v, want %v", c.name, c.step, got, c.want)
		}
	}
}
