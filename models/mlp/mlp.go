// Package mlp has fully connected classifiers.
package mlp

import (
	"fmt"

	"github.com/gorgonia-zoo/zoo/layers"
)

// New returns the zoo's "mlp", 784-500-10 with 397,510 parameters: MNIST images
// (N, 28, 28, 1) to logits (N, 10). Weights begin truncated normal with deviation
// 0.1 and biases at 0, as in the TensorFlow tutorial that it re-creates.
func New() layers.Layer { return Of(10, 500) }

// Of returns a network of ReLU layers of the given widths and a linear layer of
// classes: (N, ...) to logits (N, classes).
func Of(classes int, hidden ...int) layers.Layer {
	init := layers.TruncatedNormal(0.1)
	net := layers.Sequential{layers.Flatten{}}
	for i, n := range hidden {
		net = append(net, layers.Dense{Name: fmt.Sprintf("fc%d", i+1), Units: n, Init: init}, layers.ReLU)
	}
	return append(net, layers.Dense{Name: fmt.Sprintf("fc%d", len(hidden)+1), Units: classes, Init: init})
}
