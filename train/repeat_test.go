package train_test

import (
	"context"
	"runtime"
	"sync"
	"testing"

	"gorgonia.org/tensor"

	"github.com/gorgonia-zoo/zoo/data"
	"github.com/gorgonia-zoo/zoo/internal/golden"
	"github.com/gorgonia-zoo/zoo/models/mlp"
	"github.com/gorgonia-zoo/zoo/train"
)

// images returns noise in MNIST's shape.
func images(n int) data.Set {
	y := make([]int, n)
	for i := range y {
		y[i] = 7 * i % 10
	}
	x := tensor.New(tensor.WithShape(n, 28, 28, 1), tensor.WithBacking(golden.Noise(1, n*784)))
	return data.Set{X: x, Y: tensor.New(tensor.WithShape(n), tensor.WithBacking(y))}
}

// The bits of all parameters after 20 steps of the zoo's mlp, whatever the
// number of threads, and again.
func TestThreadsChangeNothing(t *testing.T) {
	set := images(300)
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	var want string
	for i, threads := range []int{1, 2, 4, 2} {
		runtime.GOMAXPROCS(threads)
		tr := &train.Trainer{Model: mlp.New(), Average: 0.99, ClipNorm: 1, Decay: []train.WeightDecay{{Pattern: "*.weight", L2: 1e-4}}, Seed: 1}
		take(t, tr, set.Shuffle(100, 1), 20)
		if got := digest(tr.Params); i == 0 {
			want = got
		} else if got != want {
			t.Errorf("%d threads give\n%swant\n%s", threads, got, want)
		}
	}
}

func TestSeedsDiffer(t *testing.T) {
	set := examples(60)
	var digests [2]string
	for i := range digests {
		tr := small()
		tr.Seed = uint64(i)
		take(t, tr, set.Shuffle(20, 1), 1)
		digests[i] = digest(tr.Params)
	}
	if digests[0] == digests[1] {
		t.Error("seeds 0 and 1 give the same parameters")
	}
}

// Trainers in several goroutines, on sets of their own and on a shared one, end
// with the bits of one alone.
func TestTrainersAtOnce(t *testing.T) {
	set := examples(200)
	src := set.Shuffle(20, 1)
	alone := small()
	losses := take(t, alone, src, 40)
	want := digest(alone.Params)
	var wg sync.WaitGroup
	for range 3 {
		wg.Go(func() {
			tr := small()
			n := 0
			for s, err := range tr.Steps(context.Background(), src) {
				if err != nil {
					t.Error(err)
					return
				}
				if s.Loss() != losses[n] {
					t.Errorf("step %d: loss %v, alone %v", s.N, s.Loss(), losses[n])
				}
				if n++; n == len(losses) {
					break
				}
			}
			if got := digest(tr.Params); got != want {
				t.Errorf("at the same time as others:\n%salone:\n%s", got, want)
			}
		})
	}
	wg.Wait()
}

// Breaking out of the loop and going on, with evaluations and predictions of
// other sizes between, equals a run without breaks.
func TestBreakAndGoOn(t *testing.T) {
	set := examples(90)
	src := set.Shuffle(20, 1) // 4 batches an epoch
	whole := small()
	want := take(t, whole, src, 30)
	parts := small()
	var got []float64
	for _, n := range []int{1, 6, 1, 9, 13} {
		got = append(got, take(t, parts, src, n)...)
		if _, err := parts.Evaluate(context.Background(), set.Batches(7+n)); err != nil {
			t.Fatal(err)
		}
		if _, err := parts.Predict(set.Slice(0, n).X); err != nil {
			t.Fatal(err)
		}
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("step %d: loss %v, without breaks %v", i+1, got[i], want[i])
		}
	}
	if digest(parts.Params) != digest(whole.Params) {
		t.Error("the parameters differ")
	}
	if want[29] > want[0]/2 {
		t.Errorf("the loss went from %v to %v: nothing was learned", want[0], want[29])
	}
}

// Close and Freeze of nothing new lose no state of the optimizer.
func TestCloseAndGoOn(t *testing.T) {
	src := examples(90).Shuffle(20, 1)
	whole := small()
	take(t, whole, src, 12)
	parts := small()
	take(t, parts, src, 5)
	if err := parts.Close(); err != nil {
		t.Fatal(err)
	}
	take(t, parts, src, 7)
	if digest(parts.Params) != digest(whole.Params) {
		t.Error("the parameters differ")
	}
}
