// Package mlp has fully connected networks.
package mlp

import (
	"fmt"

	"github.com/gorgonia-zoo/zoo/layers"
)

// New returns the zoo's "mlp": MNIST images (N, 28, 28, 1) to logits (N, 10), with
// 397,510 parameters. Weights begin truncated normal with deviation 0.1 and biases
// at 0, as in the TensorFlow tutorial that it re-creates.
func New() layers.Layer {
	init := layers.TruncatedNormal(0.1)
	return layers.Sequential{
		layers.Flatten{}, // (N, 784)
		layers.Dense{Name: "fc1", Units: 500, Init: init}, layers.ReLU, // (N, 500)
		layers.Dense{Name: "fc2", Units: 10, Init: init}, // (N, 10)
	}
}

// Of returns a network of your own size, ReLU layers of the hidden widths and a
// linear layer of outputs, (N, ...) to (N, outputs): a classifier's logits or a
// regressor's estimates.
func Of(outputs int, hidden ...int) layers.Layer {
	net := layers.Sequential{layers.Flatten{}}
	for i, n := range append(hidden[:len(hidden):len(hidden)], outputs) {
		if i > 0 {
			net = append(net, layers.ReLU)
		}
		net = append(net, layers.Dense{Name: fmt.Sprintf("fc%d", i+1), Units: n})
	}
	return net
}
