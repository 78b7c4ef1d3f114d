package bench

import (
	"math"
	"testing"
)

// Every workload trains: its first steps have finite losses.
func TestWorkloads(t *testing.T) {
	for _, w := range All() {
		t.Run(w.Name, func(t *testing.T) {
			tr := w.Trainer()
			for s, err := range tr.Steps(t.Context(), w.Source()) {
				if err != nil {
					t.Fatal(err)
				}
				if math.IsNaN(s.Loss()) {
					t.Fatalf("step %d: the loss is NaN", s.N)
				}
				if s.N == 2 {
					break
				}
			}
			if w.Step <= 2*w.Forward || w.Step > 3*w.Forward {
				t.Errorf("a step of %v operations, a forward pass of %v: want 2 to 3 times as many", w.Step, w.Forward)
			}
		})
	}
}
