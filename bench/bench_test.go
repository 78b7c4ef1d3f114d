package bench

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"gorgonia.org/tensor"

	"github.com/gorgonia-zoo/zoo/internal/kernel"
	"github.com/gorgonia-zoo/zoo/train"
)

func BenchmarkTrainStep(b *testing.B) {
	for _, w := range All() {
		b.Run(fmt.Sprintf("model=%s/batch=%d", w.Name, w.Batch), func(b *testing.B) {
			t := w.Trainer()
			defer t.Close()
			b.ReportAllocs()
			for s, err := range t.Steps(context.Background(), w.Source()) {
				if err != nil {
					b.Fatal(err)
				}
				if s.N > 2 && !b.Loop() {
					break
				}
			}
			report(b, w, w.Examples, w.Step)
		})
	}
}

func BenchmarkPredict(b *testing.B) {
	for _, w := range Workloads {
		for _, n := range []int{1, 100} {
			b.Run(fmt.Sprintf("model=%s/batch=%d", w.Name, n), func(b *testing.B) {
				t := w.Trainer()
				defer t.Close()
				x := w.Input(n)
				predict := func() *tensor.Dense {
					y, err := t.Predict(x)
					if err != nil {
						b.Fatal(err)
					}
					return y
				}
				predict()
				b.ReportAllocs()
				for b.Loop() {
					predict()
				}
				examples := n * w.Examples / w.Batch
				report(b, w, examples, w.Forward)
				reportFloor(b, t, float64(examples)*w.Forward)
			})
		}
	}
}

// report adds the figures of a run of w whose every iteration handles so many
// examples, each with so many operations.
func report(b *testing.B, w Workload, examples int, flops float64) {
	b.ReportMetric(float64(examples*b.N)/b.Elapsed().Seconds(), w.Unit+"/s")
	reportSpeed(b, float64(examples)*flops)
}

// reportSpeed adds the figures of a run whose every iteration has so many operations.
func reportSpeed(b *testing.B, flop float64) {
	gflops := flop * float64(b.N) / b.Elapsed().Seconds() / 1e9
	b.ReportMetric(gflops, "GFLOP/s")
	if measurePeak() > 0 {
		b.ReportMetric(100*gflops/peak, "%peak")
	}
}

// reportFloor adds how much of the time of a prediction is the least that it can take:
// that of its arithmetic on registers, or of reading the weights once from where they
// lie, whichever is longer.
func reportFloor(b *testing.B, t *train.Trainer, flop float64) {
	n := 0
	for p := range t.Params.All() {
		if !strings.HasPrefix(p.Name, "embed") { // of which it reads a few rows
			n += p.Value.DataSize()
		}
	}
	stream := kernel.Stream(n)
	if measurePeak() == 0 || stream == 0 {
		return
	}
	floor := max(flop/peak/1e9, 4*float64(n)/stream)
	b.ReportMetric(100*floor*float64(b.N)/b.Elapsed().Seconds(), "%floor")
}

func measurePeak() float64 {
	peak = max(peak, kernel.Peak())
	return peak
}

// peak is the best of the run: a slow phase of the machine must not flatter.
var peak = kernel.Peak()
