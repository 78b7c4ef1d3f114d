package cuda_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"gorgonia.org/tensor"

	"github.com/gorgonia-zoo/zoo/cuda/cudatest"
	"github.com/gorgonia-zoo/zoo/data"
	"github.com/gorgonia-zoo/zoo/data/text"
	"github.com/gorgonia-zoo/zoo/internal/device"
	"github.com/gorgonia-zoo/zoo/layers"
	"github.com/gorgonia-zoo/zoo/models/lenet"
	"github.com/gorgonia-zoo/zoo/models/lstmlm"
	"github.com/gorgonia-zoo/zoo/models/mlp"
	"github.com/gorgonia-zoo/zoo/train"
	"github.com/gorgonia-zoo/zoo/train/optim"
)

// A run is a training to be done on both sides.
type run struct {
	name    string
	trainer func() *train.Trainer
	source  func() data.Source
	batch   int // bytes that a step has to upload
}

const numbers = 48 // bytes of a step's rate and so on

func runs() []run {
	images := func(batch int) func() data.Source {
		return func() data.Source { return digits(20*batch).Shuffle(batch, 1) }
	}
	config, _ := lstmlm.Find("tutorial")
	config.Units, config.Steps = 24, 5
	return []run{
		{"mlp", func() *train.Trainer {
			return &train.Trainer{
				Model: mlp.New(), Schedule: optim.Exponential(0.5, 0.99, 10), Average: 0.99, Seed: 1,
				Decay: []train.WeightDecay{{Pattern: "*.weight", L2: 1e-4, L1: 1e-6}},
			}
		}, images(20), 20 * (784*4 + 8)},
		{"lenet", func() *train.Trainer {
			return &train.Trainer{Model: lenet.New(), Optimizer: optim.SGD{Rate: 0.01, Momentum: 0.9, Nesterov: true}, Average: 0.9, Seed: 1}
		}, images(2), 2*(784*4+8) + 8},
		{"lenet5", func() *train.Trainer {
			return &train.Trainer{Model: lenet.LeNet5(), Optimizer: optim.Adam{Rate: 1e-3}, Seed: 1}
		}, images(4), 4 * (784*4 + 8)},
		{"ptb-tiny", func() *train.Trainer {
			return &train.Trainer{
				Model: lstmlm.New(config, 50), Loss: train.Scaled(train.CrossEntropy, float64(config.Steps)),
				Schedule: optim.Constant(0.5), ClipNorm: 1, Seed: 1,
			}
		}, func() data.Source { return text.Stream(words(4*(5*20+1), 50), 4, 5) }, 2*4*5*8 + 8},
	}
}

func digits(n int) data.Set {
	r := rand.New(rand.NewPCG(1, 2))
	x, y := make([]float32, n*784), make([]int, n)
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

func words(n, size int) []int {
	r := rand.New(rand.NewPCG(3, 4))
	w := make([]int, n)
	for i := range w {
		w[i] = r.IntN(size)
	}
	return w
}

// Twenty steps end with the parameters that the processor's end with. Of these a step
// uploads the batch and no more, waits for nothing, and is replayed as a graph.
func TestTraining(t *testing.T) {
	const steps, tolerance = 20, 1e-4
	for _, r := range runs() {
		t.Run(r.name, func(t *testing.T) {
			d := cudatest.Open(t, device.Options{})
			want := r.trainer()
			wantLoss := fit(t, want, r.source(), steps, nil)

			got := r.trainer()
			got.Device = d
			// What is asked for is done late, so that it is counted between two losses, which are waited for.
			const first = 4
			var before, after cudatest.Stats
			gotLoss := fit(t, got, r.source(), steps, func(s train.Step) {
				switch s.N {
				case first:
					s.Loss()
					before = cudatest.Count()
				case steps:
					s.Loss()
					after = cudatest.Count()
				}
			})
			if cudatest.Emulated() {
				if up, want := int(after.Uploaded-before.Uploaded), (steps-first)*(r.batch+numbers); up != want {
					t.Errorf("%d steps upload %d bytes, want %d: of the batch %d, of numbers %d", steps-first, up, want, r.batch, numbers)
				}
				if n := after.Synchronizations - before.Synchronizations; n != 1 { // for the loss
					t.Errorf("%d steps wait %d times", steps-first, n)
				}
				if n := after.GraphLaunches - before.GraphLaunches; n != steps-first {
					t.Errorf("%d steps launch %d graphs", steps-first, n)
				}
			}
			if math.Abs(gotLoss-wantLoss) > tolerance*(1+math.Abs(wantLoss)) {
				t.Errorf("loss %v, on the processor %v", gotLoss, wantLoss)
			}
			result, err := got.Evaluate(t.Context(), r.source())
			if err != nil {
				t.Fatal(err)
			}
			wantResult, err := want.Evaluate(t.Context(), r.source())
			if err != nil {
				t.Fatal(err)
			}
			if math.Abs(result.Loss-wantResult.Loss) > tolerance*(1+wantResult.Loss) || result.Examples != wantResult.Examples {
				t.Errorf("evaluated %v, on the processor %v", result, wantResult)
			}
			if err := got.Close(); err != nil {
				t.Fatal(err)
			}
			agree(t, got.Params, want.Params, tolerance)
		})
	}
}

// fit trains, and returns the last loss.
func fit(t *testing.T, tr *train.Trainer, src data.Source, steps int, after func(s train.Step)) (loss float64) {
	t.Helper()
	for s, err := range tr.Steps(t.Context(), src) {
		if err != nil {
			t.Fatal(err)
		}
		if after != nil {
			after(s)
		}
		if s.N == steps {
			return s.Loss()
		}
	}
	return
}

func agree(t *testing.T, got, want *layers.Params, tolerance float64) {
	t.Helper()
	for q := range want.All() {
		p := got.Get(q.Name)
		for part, pair := range map[string][2]*tensor.Dense{"value": {p.Value, q.Value}, "average": {p.Average, q.Average}} {
			if pair[1] == nil {
				continue
			}
			var worst float64
			for i, w := range pair[1].Float32s() {
				worst = max(worst, math.Abs(float64(pair[0].Float32s()[i])-float64(w)))
			}
			if !(worst <= tolerance) {
				t.Errorf("%s, %s: off by %.3g", q.Name, part, worst)
			}
		}
	}
}
