package stock_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"gorgonia.org/tensor"

	"github.com/gorgonia-zoo/zoo/bench/stock"
	"github.com/gorgonia-zoo/zoo/data"
	"github.com/gorgonia-zoo/zoo/layers"
	"github.com/gorgonia-zoo/zoo/models/mlp"
	"github.com/gorgonia-zoo/zoo/train"
	"github.com/gorgonia-zoo/zoo/train/optim"
)

// lenet is the zoo's, without dropout.
func lenet() layers.Layer {
	return layers.Sequential{
		layers.Conv2D{Name: "conv1", Filters: 32, Kernel: 5, Same: true}, layers.ReLU,
		layers.MaxPool2D{Size: 2},
		layers.Conv2D{Name: "conv2", Filters: 64, Kernel: 5, Same: true}, layers.ReLU,
		layers.MaxPool2D{Size: 2}, layers.Flatten{},
		layers.Dense{Name: "fc1", Units: 512}, layers.ReLU,
		layers.Dense{Name: "fc2", Units: 10},
	}
}

// The nets that are timed against each other are the same: without dropout, three
// steps from equal values have equal losses, the later ones by equal gradients,
// and end with equal averages.
func TestStep(t *testing.T) {
	const (
		n         = 10
		tolerance = 1e-5 // of the loss, or of a value's size
	)
	for name, model := range map[string]layers.Layer{"mlp": mlp.New(), "lenet": lenet()} {
		t.Run(name, func(t *testing.T) {
			p := layers.NewParams(1)
			s := layers.NewScope(p, layers.Train)
			if _, err := model.Forward(s, s.Input("x", tensor.Float32, 1, 28, 28, 1)); err != nil {
				t.Fatal(err)
			}
			ours := train.Trainer{
				Model: model, Params: p, Schedule: optim.Exponential(0.01, 0.5, 1), Average: 0.9,
				Decay: []train.WeightDecay{{Pattern: "fc?.weight", L2: 0.1}},
			}
			theirs, err := stock.New(stock.Options{
				Model: name, Batch: n, Schedule: ours.Schedule, Average: ours.Average, L2: 0.1,
				Decayed: map[string]bool{"fc1.weight": true, "fc2.weight": true}, Begin: p,
			})
			if err != nil {
				t.Fatal(err)
			}
			defer theirs.Close()
			src := images(3 * n).Batches(n)
			var b data.Batch
			for step, err := range ours.Steps(t.Context(), src) {
				if err != nil {
					t.Fatal(err)
				}
				if err := src.Read(0, step.N-1, &b); err != nil {
					t.Fatal(err)
				}
				loss, err := theirs.Step(b)
				if err != nil {
					t.Fatal(err)
				}
				if !(math.Abs(loss-step.Loss()) <= tolerance*loss) {
					t.Errorf("step %d: Gorgonia's loss is %v, ours %v", step.N, loss, step.Loss())
				}
				if step.N == 3 {
					break
				}
			}
			i := 0
			for q := range p.All() {
				want, got := magnitude(q.Average), magnitude(theirs.Averages[i])
				if math.Abs(got-want) > tolerance*want {
					t.Errorf("%s: the mean magnitude of the average is %v, ours %v", q.Name, got, want)
				}
				i++
			}
		})
	}
	if _, err := stock.New(stock.Options{Model: "vgg"}); err == nil {
		t.Error("there is a net called vgg")
	}
}

func magnitude(t *tensor.Dense) (m float64) {
	for _, v := range t.Float32s() {
		m += math.Abs(float64(v))
	}
	return m / float64(t.Shape().TotalSize())
}

// images returns n random images with random labels.
func images(n int) data.Set {
	r := rand.New(rand.NewPCG(1, 1))
	x, y := make([]float32, n*28*28), make([]int, n)
	for i := range x {
		x[i] = r.Float32()
	}
	for i := range y {
		y[i] = r.IntN(10)
	}
	return data.Set{
		X: tensor.New(tensor.WithShape(n, 28, 28, 1), tensor.WithBacking(x)),
		Y: tensor.New(tensor.WithShape(n), tensor.WithBacking(y)),
	}
}
