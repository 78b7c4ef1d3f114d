package bench

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gorgonia-zoo/zoo/internal/kernel"
)

func BenchmarkMatMul(b *testing.B)             { benchmarkKernels(b) }
func BenchmarkConv(b *testing.B)               { benchmarkKernels(b) }
func BenchmarkLSTM(b *testing.B)               { benchmarkKernels(b) }
func BenchmarkCrossEntropy(b *testing.B)       { benchmarkKernels(b) }
func BenchmarkLinearCrossEntropy(b *testing.B) { benchmarkKernels(b) }
func BenchmarkUpdate(b *testing.B)             { benchmarkKernels(b) }

// benchmarkKernels times the kernels that the benchmark is named after.
func benchmarkKernels(b *testing.B) {
	family := strings.TrimPrefix(b.Name(), "Benchmark") + "/"
	for _, k := range Kernels() {
		name, ok := strings.CutPrefix(k.Name, family)
		if !ok {
			continue
		}
		b.Run(name, func(b *testing.B) {
			run := k.New()
			run()
			b.ReportAllocs()
			if k.FLOP == 0 {
				b.SetBytes(k.Bytes)
			}
			for b.Loop() {
				run()
			}
			if k.FLOP > 0 {
				reportSpeed(b, k.FLOP)
			}
		})
	}
}

// Every kernel runs, allocates nothing the second time, and has a benchmark and a
// name of its own.
func TestKernels(t *testing.T) {
	benchmarks := []string{"MatMul", "Conv", "LSTM", "CrossEntropy", "LinearCrossEntropy", "Update"}
	used, names := map[string]bool{}, map[string]bool{}
	for _, k := range Kernels() {
		family, _, _ := strings.Cut(k.Name, "/")
		used[family] = true
		if names[k.Name] {
			t.Errorf("%s is there twice", k.Name)
		}
		names[k.Name] = true
		if (k.FLOP > 0) == (k.Bytes > 0) {
			t.Errorf("%s: %v operations and %d bytes; want one of the two", k.Name, k.FLOP, k.Bytes)
		}
		if kernel.Peak() == 0 && k.FLOP > 1e9 {
			continue // takes the portable kernels seconds
		}
		run := k.New()
		if got := testing.AllocsPerRun(1, run); got != 0 { // after a run that may
			t.Errorf("%s: %v allocations", k.Name, got)
		}
	}
	want := map[string]bool{}
	for _, b := range benchmarks {
		want[b] = true
	}
	if d := cmp.Diff(want, used); d != "" {
		t.Errorf("families of kernels (-benchmarks +kernels):\n%s", d)
	}
}

// The arithmetic of a workload, counted by hand, is that of the operations which its
// graph has.
func TestArithmetic(t *testing.T) {
	if kernel.Peak() == 0 {
		t.Skip("the figures are of vector kernels, which have Winograd's algorithm")
	}
	const tolerance = 0.005 // the recurrence's first step hands nothing back
	for _, w := range All() {
		t.Run(w.Name, func(t *testing.T) {
			tr := w.Trainer()
			tr.Profile = true
			for s, err := range tr.Steps(t.Context(), w.Source()) {
				if err != nil {
					t.Fatal(err)
				}
				if s.N == 2 {
					break
				}
			}
			var got float64
			for _, x := range tr.Timings() {
				got += x.FLOP / 2
			}
			if want := float64(w.Examples) * w.Step; got < (1-tolerance)*want || got > (1+tolerance)*want {
				t.Errorf("a step has %.6g operations, by hand %.6g", got, want)
			}
		})
	}
}
