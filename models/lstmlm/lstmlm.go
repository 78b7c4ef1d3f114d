package lstmlm

import (
	"strings"

	"github.com/pkg/errors"

	"github.com/gorgonia-zoo/zoo/layers"
)

// A Config is the size of a model and how it is trained; the package comment
// explains the words.
type Config struct {
	Name string

	Units, Layers int
	Dropout       float64
	Init          float64 // of all weights and of the last layer's biases: uniform in [-Init, Init)
	ForgetBias    float64
	OneBias       bool // of the two biases of an LSTM layer one stays 0, as in TensorFlow, which has one

	Batch, Steps, Epochs int
	LearningRate         float64
	Hold                 int     // epochs before it falls
	Decay                float64 // its factor an epoch from then on
	ClipNorm             float64
}

// Configs lists the configurations.
var Configs = []Config{
	{
		Name: "classics", Units: 256, Layers: 1, Dropout: 0.5, Init: 0.05, ForgetBias: 1,
		Batch: 20, Steps: 35, Epochs: 14, LearningRate: 1, Hold: 5, Decay: 0.7, ClipNorm: 5,
	},
	{
		Name: "tutorial", Units: 200, Layers: 2, Dropout: 0.5, Init: 0.05, ForgetBias: 1, OneBias: true,
		Batch: 20, Steps: 35, Epochs: 2, LearningRate: 1, Hold: 2, Decay: 1, ClipNorm: 5,
	},
	{
		Name: "small", Units: 200, Layers: 2, Init: 0.1, OneBias: true,
		Batch: 20, Steps: 20, Epochs: 13, LearningRate: 1, Hold: 4, Decay: 0.5, ClipNorm: 5,
	},
	{
		Name: "medium", Units: 650, Layers: 2, Dropout: 0.5, Init: 0.05, OneBias: true,
		Batch: 20, Steps: 35, Epochs: 39, LearningRate: 1, Hold: 6, Decay: 0.8, ClipNorm: 5,
	},
	{
		Name: "large", Units: 1500, Layers: 2, Dropout: 0.65, Init: 0.04, OneBias: true,
		Batch: 20, Steps: 35, Epochs: 55, LearningRate: 1, Hold: 14, Decay: 1 / 1.15, ClipNorm: 10,
	},
	{
		Name: "tiny", Units: 8, Layers: 1, Init: 0.1,
		Batch: 4, Steps: 5, Epochs: 1, LearningRate: 1, Hold: 1, Decay: 0.5, ClipNorm: 1,
	},
}

// Find returns the configuration called name.
func Find(name string) (Config, error) {
	var names []string
	for _, c := range Configs {
		if c.Name == name {
			return c, nil
		}
		names = append(names, c.Name)
	}
	return Config{}, errors.Errorf("no configuration called %q; there is %s", name, strings.Join(names, ", "))
}

// New returns the model for a vocabulary of the given size.
//
//	x  (T, N)            int, ids of words
//	y  (T, N, vocabulary)  logits of the word after each
func New(c Config, vocabulary int) layers.Layer {
	init := layers.Uniform(c.Init)
	return layers.Sequential{
		layers.Embedding{Name: "embed", Size: vocabulary, Units: c.Units, Init: init}, // (T, N, Units)
		layers.Dropout{Name: "drop1", Rate: c.Dropout},
		layers.LSTM{Name: "lstm", Units: c.Units, Layers: c.Layers, Dropout: c.Dropout, ForgetBias: c.ForgetBias, OneBias: c.OneBias, Init: init},
		layers.Dropout{Name: "drop2", Rate: c.Dropout},
		layers.Dense{Name: "fc", Units: vocabulary, Init: init, BiasInit: init}, // (T, N, vocabulary)
	}
}

// Rate is the learning rate in an epoch, counted from 0:
//
//	LearningRate·Decay^max(0, epoch + 1 - Hold)
func (c Config) Rate(epoch int) float64 {
	rate := c.LearningRate
	for range epoch + 1 - c.Hold {
		rate *= c.Decay
	}
	return rate
}

// Params returns the number of scalars for a vocabulary of the given size.
func (c Config) Params(vocabulary int) int {
	biases := 2
	if c.OneBias {
		biases = 1
	}
	lstm := c.Layers * (2*4*c.Units*c.Units + biases*4*c.Units)
	return vocabulary*c.Units + lstm + vocabulary*(c.Units+1)
}
