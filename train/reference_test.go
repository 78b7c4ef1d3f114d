package train_test

import (
	"context"
	"strconv"
	"testing"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/gorgonia-zoo/zoo/data"
	"github.com/gorgonia-zoo/zoo/layers"
	"github.com/gorgonia-zoo/zoo/train"
	"github.com/gorgonia-zoo/zoo/train/optim"
)

// point is a model that ignores its input and puts out its one parameter, x,
// which begins at 5.
type point struct{}

func (point) Forward(s *layers.Scope, _ *G.Node) (*G.Node, error) {
	return s.Sub("point").Param("x", layers.Constant(5), 1)
}

// square is J(x) = x².
func square(x, _ *G.Node) (*G.Node, error) {
	y, err := G.Square(x)
	if err != nil {
		return nil, err
	}
	return G.Sum(y)
}

// descend follows x by gradient descent on x² until stop says so.
func descend(t *testing.T, rate float64, stop func(step int, x float32) bool) {
	t.Helper()
	zero := tensor.New(tensor.WithShape(1), tensor.Of(tensor.Float32))
	tr := train.Trainer{Model: point{}, Loss: square, Optimizer: optim.SGD{Rate: rate}}
	for s, err := range tr.Steps(context.Background(), data.Set{X: zero, Y: zero}.Batches(1)) {
		if err != nil {
			t.Fatal(err)
		}
		if stop(s.N, tr.Params.Get("point.x").Value.Float32s()[0]) {
			return
		}
	}
}

// Gradient descent on x² from 5, as the tutorial series that the zoo re-creates
// prints it: with a good learning rate, one too high and one too low.
func TestReferenceDescent(t *testing.T) {
	for _, c := range []struct {
		rate float64
		want []string
	}{
		{0.3, []string{"2", "0.8", "0.32", "0.128", "0.0512"}},
		{1, []string{"-5", "5", "-5"}},
		{0.001, []string{"4.99", "4.98", "4.97", "4.96", "4.95"}},
	} {
		descend(t, c.rate, func(step int, x float32) bool {
			if got := strconv.FormatFloat(float64(x), 'g', 3, 32); got != c.want[step-1] {
				t.Errorf("rate %v, step %d: x is %s, want %s", c.rate, step, got, c.want[step-1])
			}
			return step == len(c.want)
		})
	}
}

// At the low rate x reaches 0.05 after "about 2300 steps", the series says:
// 0.998ⁿ = 0.01 at n = 2300.3, and float32 rounds x 2300 times on the way.
func TestReferenceSlowDescent(t *testing.T) {
	descend(t, 0.001, func(step int, x float32) bool {
		if x > 0.05 && step < 3000 {
			return false
		}
		if step < 2300 || step > 2302 {
			t.Errorf("x is %v after %d steps, want 0.05 after about 2300", x, step)
		}
		return true
	})
}
