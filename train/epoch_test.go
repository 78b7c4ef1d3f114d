package train_test

import (
	"context"
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/gorgonia-zoo/zoo/train"
)

// Epochs are counted from the beginning of training, their loss is the mean of
// their steps', and training to n epochs twice is training once.
func TestEpochs(t *testing.T) {
	set := examples(90)
	src := set.Shuffle(20, 1) // 4 steps an epoch
	byStep := small()
	losses := take(t, byStep, src, 12)
	tr := small()
	var n int
	for _, until := range []int{1, 1, 3} {
		for e, err := range tr.Epochs(context.Background(), src, set.Batches(50), until) {
			if err != nil {
				t.Fatal(err)
			}
			var mean float64
			for _, l := range losses[4*n : 4*n+4] {
				mean += l / 4
			}
			if n++; e.N != n || math.Abs(e.Loss-mean) > 1e-12 || e.Valid.Examples != 90 || e.Time <= 0 {
				t.Errorf("%+v, want epoch %d with loss %v and 90 examples validated", e, n, mean)
			}
			if r := evaluate(t, tr, set.Batches(50)); r != e.Valid {
				t.Errorf("epoch %d: validation %+v, evaluated again %+v", n, e.Valid, r)
			}
		}
	}
	if n != 3 {
		t.Errorf("%d epochs, want 3", n)
	}
	if digest(tr.Params) != digest(byStep.Params) {
		t.Error("the parameters are not those of the same steps")
	}
}

// Breaking out of epochs leaves the rest to another call; without a validation
// source there is no validation.
func TestEpochsBreak(t *testing.T) {
	src := examples(90).Shuffle(20, 1)
	tr := small()
	take(t, tr, src, 2) // in the midst of the first
	var got []string
	for range 2 {
		for e, err := range tr.Epochs(context.Background(), src, nil, 3) {
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, fmt.Sprint(e.N, e.Valid))
			if e.N == 1 {
				break
			}
		}
	}
	if want := "[1 {0 0 0} 2 {0 0 0} 3 {0 0 0}]"; fmt.Sprint(got) != want {
		t.Errorf("%v, want %s", got, want)
	}
	whole := small()
	take(t, whole, src, 12)
	if digest(tr.Params) != digest(whole.Params) {
		t.Error("the parameters are not those of 12 steps")
	}
}

// A step says how many there were, in which epoch, and at which rate.
func TestSteps(t *testing.T) {
	src := examples(90).Shuffle(20, 1)
	tr := small()
	for s, err := range tr.Steps(context.Background(), src) {
		if err != nil {
			t.Fatal(err)
		}
		n := s.N - 1
		if rate := 0.2 * math.Pow(0.9, float64(n)/50); s.Epoch != n/4 || math.Abs(s.Rate-rate) > 1e-15 {
			t.Errorf("step %d: epoch %d and rate %v, want %d and %v", s.N, s.Epoch, s.Rate, n/4, rate)
		}
		if s.N == 10 {
			break
		}
	}
}

func TestEpochString(t *testing.T) {
	for _, c := range []struct {
		e    train.Epoch
		want string
	}{
		{train.Epoch{N: 3, Loss: 0.25, Time: 1500 * time.Millisecond}, "epoch   3  loss 0.2500  1.5s"},
		{train.Epoch{N: 12, Loss: 0.25, Valid: train.Result{Loss: 0.5, Accuracy: 0.75, Examples: 4}}, "epoch  12  loss 0.2500  validation loss 0.5000  accuracy 0.7500  0.0s"},
		{train.Epoch{N: 1, Valid: train.Result{Loss: 0.5, Accuracy: math.NaN(), Examples: 4}}, "epoch   1  loss 0.0000  validation loss 0.5000  0.0s"},
	} {
		if got := c.e.String(); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
}
