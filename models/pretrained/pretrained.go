// Package pretrained has weights that are trained already, as part of the program:
//
//	p, err := pretrained.LeNet5()
//	t := train.Trainer{Model: lenet.LeNet5(), Params: p}
//	logits, err := t.Predict(x) // x (N, 28, 28, 1): ink 1 on paper 0; mnist.FromImage makes it so
//
// They are what these runs end with:
//
//	        command                                                   validation  test
//	MLP     go run ./cmd/mnist --model mlp --recipe best --seed 1     0.9854      0.9847
//	LeNet5  go run ./cmd/mnist --model lenet5 --recipe best --seed 3  0.9956      0.9948
//
// Of LeNet-5's seeds 1 to 3 this one is best on the validation set. Beside each file
// a JSON record says how it was made, and a test counts the right answers again.
// train.sh makes both anew: on a processor with the kernels that the record names
// with the same bytes.
//
// A program that calls one of the functions carries the weights of that model only.
package pretrained

import (
	"embed"

	"github.com/gorgonia-zoo/zoo/layers"
)

// A file system for each model, so that the linker leaves out those not in use.
var (
	//go:embed mlp.safetensors
	mlpFiles embed.FS
	//go:embed lenet5.safetensors
	lenet5Files embed.FS
)

// MLP returns the weights of mlp.New for MNIST, 1.6 MB. Each call returns new ones,
// which can be trained on.
func MLP() (*layers.Params, error) { return load(mlpFiles, "mlp.safetensors") }

// LeNet5 returns the weights of lenet.LeNet5 for MNIST, 0.25 MB. Each call returns
// new ones, which can be trained on.
func LeNet5() (*layers.Params, error) { return load(lenet5Files, "lenet5.safetensors") }

func load(files embed.FS, name string) (*layers.Params, error) {
	p := layers.NewParams(0)
	return p, p.LoadFS(files, name)
}
