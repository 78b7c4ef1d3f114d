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
				report(b, w, n*w.Examples/w.Batch, w.Forward)
			})
		}
	}
}

// report adds the figures of a run of w whose every iteration handles so many
// examples, each with so many operations.
func report(b *testing.B, w Workload, examples int, flops float64) {
	seconds := b.Elapsed().Seconds() / float64(b.N)
	gflops := float64(examples) * flops / seconds / 1e9
	b.ReportMetric(float64(examples)/seconds, w.Unit+"/s")
	b.ReportMetric(gflops, "GFLOP/s")
	peak = max(peak, kernel.Peak())
	if peak > 0 {
		b.ReportMetric(100*gflops/peak, "%peak")
	}
}

// peak is the best of the run: a slow phase of the machine must not flatter.
var peak = kernel.Peak()
