package train_test

import (
	"slices"
	"testing"

	"github.com/gorgonia-zoo/zoo/train"
)

// The losses of the last steps are those that each step gave, and only so many are
// remembered.
func TestLosses(t *testing.T) {
	tr := small()
	if _, err := tr.Losses(1); err == nil {
		t.Error("there is a loss of no step")
	}
	var want []float64
	for s, err := range tr.Steps(t.Context(), examples(40).Shuffle(4, 1)) {
		if err != nil {
			t.Fatal(err)
		}
		want = append(want, s.Loss())
		if s.N == train.Remembered+10 {
			break
		}
	}
	for _, n := range []int{0, 1, 15, train.Remembered} {
		got, err := tr.Losses(n)
		if err != nil || !slices.Equal(got, want[len(want)-n:]) {
			t.Errorf("the last %d losses are %v, %v", n, got, err)
		}
	}
	for _, n := range []int{-1, train.Remembered + 1} {
		if _, err := tr.Losses(n); err == nil {
			t.Errorf("there are the losses of %d steps", n)
		}
	}
}
