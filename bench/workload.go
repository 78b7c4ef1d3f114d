package bench

import (
	"math/rand/v2"
	"slices"

	"gorgonia.org/tensor"

	"github.com/gorgonia-zoo/zoo/data"
	"github.com/gorgonia-zoo/zoo/data/text"
	"github.com/gorgonia-zoo/zoo/layers"
	"github.com/gorgonia-zoo/zoo/models/lenet"
	"github.com/gorgonia-zoo/zoo/models/lstmlm"
	"github.com/gorgonia-zoo/zoo/models/mlp"
	"github.com/gorgonia-zoo/zoo/train"
	"github.com/gorgonia-zoo/zoo/train/optim"
)

// A Workload is a model with the settings of its training step.
type Workload struct {
	Name     string
	Batch    int
	Examples int    // in a step
	Unit     string // what they are
	Trainer  func() *train.Trainer
	Source   func() data.Source
	Input    func(batch int) *tensor.Dense // to predict from
	// Forward and Step are the arithmetic of the matrix products, in
	// floating-point operations for one example.
	Forward, Step float64
}

// Workloads lists what is measured.
var Workloads = []Workload{
	{
		Name: "mlp", Batch: 100, Examples: 100, Unit: "examples", Input: digits,
		Trainer: func() *train.Trainer {
			return &train.Trainer{
				Model: mlp.New(), Schedule: optim.Exponential(0.8, 0.99, 550), Average: 0.99, Seed: 1,
				Decay: []train.WeightDecay{{Pattern: "*.weight", L2: 1e-4}},
			}
		},
		Source: func() data.Source { return images(5000, 28, 28, 1).Shuffle(100, 1) },
		// A product of (m, k) and (k, n) takes 2·m·n·k operations; the backward pass
		// has one for each weight, and one for the gradient of the hidden layer.
		Forward: 2 * (784*500 + 500*10),
		Step:    2 * (2*(784*500+500*10) + 500*10),
	},
	{
		Name: "lenet", Batch: 100, Examples: 100, Unit: "examples", Input: digits,
		Trainer: func() *train.Trainer {
			return &train.Trainer{
				Model: lenet.New(), Schedule: optim.Exponential(0.01, 0.99, 550), Average: 0.99, Seed: 1,
				Decay: []train.WeightDecay{{Pattern: "fc?.weight", L2: 1e-4}},
			}
		},
		Source: func() data.Source { return images(5000, 28, 28, 1).Shuffle(100, 1) },
		// conv1, conv2 (see winograd), fc1, fc2; the first has no gradient of its input.
		Forward: 2 * (784*25*32 + winograd + 3136*512 + 512*10),
		Step:    2 * (2*784*25*32 + 3*winograd + 3*3136*512 + 3*512*10),
	},
	{
		Name: "lenet5", Batch: 100, Examples: 100, Unit: "examples", Input: digits,
		Trainer: func() *train.Trainer {
			return &train.Trainer{
				Model: lenet.LeNet5(), Schedule: optim.Exponential(0.01, 0.99, 550), Average: 0.99, Seed: 1,
				Decay: []train.WeightDecay{{Pattern: "*.weight", L2: 1e-4}},
			}
		},
		Source:  func() data.Source { return images(5000, 28, 28, 1).Shuffle(100, 1) },
		Forward: 2 * (784*25*6 + 100*150*16 + 400*120 + 120*84 + 84*10),
		Step:    2 * (2*784*25*6 + 3*(100*150*16+400*120+120*84+84*10)),
	},
	{
		Name: "ptb-tutorial", Batch: 20, Examples: 20 * steps, Unit: "words",
		Trainer: func() *train.Trainer {
			c, _ := lstmlm.Find("tutorial") // there is one
			return &train.Trainer{
				Model: lstmlm.New(c, vocabulary), Loss: train.Scaled(train.CrossEntropy, float64(c.Steps)),
				Schedule: c.Rate, ClipNorm: c.ClipNorm, Seed: 1,
			}
		},
		Source: func() data.Source { return text.Stream(words(20*(50*steps+1)), 20, steps) },
		Input: func(batch int) *tensor.Dense {
			return tensor.New(tensor.WithShape(steps, batch), tensor.WithBacking(words(steps*batch)))
		},
		// Of a word: two products a layer with the gates' weights, and one with the
		// vocabulary; in training also the gradients of both factors of each.
		Forward: 2 * (2*2*units*4*units + units*vocabulary),
		Step:    3 * 2 * (2*2*units*4*units + units*vocabulary),
	},
}

// Variants lists what is measured besides, by itself: lenet without Winograd's
// algorithm, whose arithmetic is all in the products then.
var Variants = []Workload{
	{
		Name: "lenet-direct", Batch: 100, Examples: 100, Unit: "examples", Input: digits,
		Trainer: func() *train.Trainer {
			return &train.Trainer{
				Model: direct(lenet.New()), Schedule: optim.Exponential(0.01, 0.99, 550), Average: 0.99, Seed: 1,
				Decay: []train.WeightDecay{{Pattern: "fc?.weight", L2: 1e-4}},
			}
		},
		Source:  func() data.Source { return images(5000, 28, 28, 1).Shuffle(100, 1) },
		Forward: 2 * (784*25*32 + 196*25*32*64 + 3136*512 + 512*10),
		Step:    2 * (2*784*25*32 + 3*(196*25*32*64+3136*512+512*10)),
	},
}

// All lists the workloads and the variants.
func All() []Workload { return append(slices.Clone(Workloads), Variants...) }

// direct returns the net without Winograd's algorithm.
func direct(net layers.Layer) layers.Layer {
	s := slices.Clone(net.(layers.Sequential))
	for i, l := range s {
		if c, ok := l.(layers.Conv2D); ok {
			c.Direct = true
			s[i] = c
		}
	}
	return s
}

// digits returns n random images.
func digits(n int) *tensor.Dense { return images(n, 28, 28, 1).X }

// The sizes of the tutorial's language model.
const (
	vocabulary = 10_000
	units      = 200
	steps      = 35
)

// words returns n random ids of words.
func words(n int) []int {
	r := rand.New(rand.NewPCG(2, 2))
	w := make([]int, n)
	for i := range w {
		w[i] = r.IntN(vocabulary)
	}
	return w
}

// winograd is the number of products of lenet's second convolution by F(4×4, 5×5):
// 16 tiles of 64 frequencies, 32 by 64 channels. Directly it would take 4.8 times
// as many, as it does with the portable kernels.
const winograd = 16 * 64 * 32 * 64

// images returns n random images with random labels of ten classes.
func images(n int, shape ...int) data.Set {
	r := rand.New(rand.NewPCG(1, 1))
	full := append(tensor.Shape{n}, shape...)
	x, y := make([]float32, full.TotalSize()), make([]int, n)
	for i := range x {
		x[i] = r.Float32()
	}
	for i := range y {
		y[i] = r.IntN(10)
	}
	return data.Set{
		X: tensor.New(tensor.WithShape(full...), tensor.WithBacking(x)),
		Y: tensor.New(tensor.WithShape(n), tensor.WithBacking(y)),
	}
}
