package train

import (
	"context"
	"slices"
	"testing"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/gorgonia-zoo/zoo/data"
	"github.com/gorgonia-zoo/zoo/internal/golden"
	"github.com/gorgonia-zoo/zoo/internal/op"
	"github.com/gorgonia-zoo/zoo/layers"
)

// windows is a stream of noise, 500 windows an epoch, with targets.
type windows struct{}

func (windows) Len() int { return 500 }

func (windows) Read(_, i int, b *data.Batch) error {
	b.X = tensor.New(tensor.WithShape(3, 2, 4), tensor.WithBacking(golden.Noise(uint32(2*i), 24)))
	b.Y = tensor.New(tensor.WithShape(6, 4), tensor.WithBacking(golden.Noise(uint32(2*i+1), 24)))
	return nil
}

// Where training fails, what it carries goes back to the last good state with the
// parameters.
func TestCarriedStateIsRestored(t *testing.T) {
	merge := layers.Func(func(y *G.Node) (*G.Node, error) { return op.Reshape(y, 6, 4) })
	model := layers.Sequential{layers.LSTM{Name: "r", Units: 4}, merge, layers.Dense{Name: "fc", Units: 4}}
	run := func(failAt, steps int) *Trainer {
		tr := &Trainer{Model: model, Loss: SquaredError, Seed: 1, Schedule: func(step int) float64 {
			if step == failAt {
				return 1e38
			}
			return 0.1
		}}
		for s, err := range tr.Steps(context.Background(), windows{}) {
			if err != nil {
				if failAt < 0 {
					t.Fatal(err)
				}
				break
			}
			if s.N == steps {
				break
			}
		}
		return tr
	}
	failed, good := run(142, 500), run(-1, 100)
	if failed.failed == nil || failed.steps != 100 || len(failed.carried) != 2 {
		t.Fatalf("error %v after %d steps, %d carried", failed.failed, failed.steps, len(failed.carried))
	}
	for i, c := range failed.carried {
		if want := good.carried[i]; c.name != want.name || !slices.Equal(c.value, want.value) || !slices.Equal(c.shape, want.shape) {
			t.Errorf("%s is %v, want that after step 100, %v", c.name, c.value, want.value)
		}
	}
	for q := range failed.Params.All() {
		if !slices.Equal(q.Value.Float32s(), good.Params.Get(q.Name).Value.Float32s()) {
			t.Errorf("%s is not that after step 100", q.Name)
		}
	}
}
