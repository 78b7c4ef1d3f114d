package train

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"gorgonia.org/tensor"

	"github.com/gorgonia-zoo/zoo/data"
	"github.com/gorgonia-zoo/zoo/models/mlp"
	"github.com/gorgonia-zoo/zoo/train/optim"
)

func TestProf(t *testing.T) {
	x := make([]float32, 5000*784)
	for i := range x {
		x[i] = rand.Float32()
	}
	y := make([]int, 5000)
	for i := range y {
		y[i] = i % 10
	}
	set := data.Set{X: tensor.New(tensor.WithShape(5000, 28, 28, 1), tensor.WithBacking(x)), Y: tensor.New(tensor.WithShape(5000), tensor.WithBacking(y))}
	tr := &Trainer{Model: mlp.New(), Schedule: optim.Exponential(0.8, 0.99, 550), Average: 0.99, Seed: 1,
		Decay: []WeightDecay{{Pattern: "*.weight", L2: 1e-4}}}
	src := set.Shuffle(100, 1)
	n := 2000
	var start time.Time
	best := time.Hour
	last := time.Now()
	for s, err := range tr.Steps(context.Background(), src) {
		if err != nil {
			t.Fatal(err)
		}
		if s.N == 10 {
			s.program.machine.Profile(true)
			start = time.Now()
		}
		now := time.Now()
		best = min(best, now.Sub(last))
		last = now
		if s.N == n+10 {
			fmt.Println("step", time.Since(start)/time.Duration(n), "best", best)
			for _, tt := range s.program.machine.Timings() {
				fmt.Printf("%-12s %-20s %v\n", tt.Node, tt.Op, tt.Time/time.Duration(n))
			}
			break
		}
	}
	var rd, up time.Duration
	for i := range 1000 {
		a := time.Now()
		src.Read(0, i%50, &tr.batch)
		b := time.Now()
		tr.update(tr.programs[0], 0.001)
		up += time.Since(b)
		rd += b.Sub(a)
	}
	fmt.Println("read", rd/1000, "update", up/1000)
}
