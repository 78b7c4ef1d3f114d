package bench

import (
	"context"
	"fmt"
	"testing"

	"gorgonia.org/tensor"

	"github.com/gorgonia-zoo/zoo/internal/kernel"
)

func BenchmarkTrainStep(b *testing.B) {
	for _, w := range Workloads {
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
			report(b, float64(w.Batch), w.Step)
		})
	}
}

func BenchmarkPredict(b *testing.B) {
	for _, w := range Workloads {
		for _, n := range []int{1, 100} {
			b.Run(fmt.Sprintf("model=%s/batch=%d", w.Name, n), func(b *testing.B) {
				t := w.Trainer()
				defer t.Close()
				x := images(n, 28, 28, 1).X
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
				report(b, float64(n), w.Forward)
			})
		}
	}
}

// report adds the figures of a run whose every iteration handles so many
// examples, each with so many operations.
func report(b *testing.B, examples, flops float64) {
	seconds := b.Elapsed().Seconds() / float64(b.N)
	gflops := examples * flops / seconds / 1e9
	b.ReportMetric(examples/seconds, "examples/s")
	b.ReportMetric(gflops, "GFLOP/s")
	peak = max(peak, kernel.Peak())
	if peak > 0 {
		b.ReportMetric(100*gflops/peak, "%peak")
	}
}

// peak is the best of the run: a slow phase of the machine must not flatter.
var peak = kernel.Peak()
