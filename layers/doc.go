// Package layers has what networks are made of.
//
// A [Layer] is a plain description: a struct literal whose Forward adds nodes to
// the graph of a [Scope]. Layers compose with [Sequential], [Sum] and [Block]:
//
//	net := layers.Sequential{
//		layers.Flatten{},
//		layers.Dense{Name: "fc1", Units: 500}, layers.ReLU,
//		layers.Dense{Name: "fc2", Units: 10},
//	}
//
// The values of parameters live in [Params], by name. Any number of graphs, for
// training or evaluation and for any batch size, can be built on the same
// Params and then share them.
//
// Names, shapes and layouts are PyTorch's: a Dense called fc1 has fc1.weight
// (out, in) and fc1.bias (out).
//
// In comments N is the batch, H and W are height and width, C channels, which
// come last, D features, T the steps of a sequence, which come first.
package layers
