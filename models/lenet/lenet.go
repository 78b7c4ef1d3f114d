// Package lenet has convolutional networks for 28×28 images in ten classes.
//
// Both take grey images (N, 28, 28, 1) to logits (N, 10). They are of the family
// of LeCun, Bottou, Bengio, Haffner, "Gradient-based learning applied to document
// recognition", Proceedings of the IEEE 1998.
//
// The recipes of cmd/mnist, and what they reach on MNIST's test set, with batches
// of 100:
//
//	        recipe  steps   seeds  test accuracy  published
//	lenet5  best    22,000  3      0.9952         0.992
//	lenet   best    11,000  1      0.9947         0.994
//	both    plain   30,000  –      –              –
//
// plain is that of a TensorFlow tutorial series of 2017, whose figure for lenet is
// the one published: SGD, rate 0.01·0.99^(step/550), L2 1e-4 on the weights of
// dense layers, moving averages of decay 0.99. The series names no rate; its losses
// fit this one.
//
// best is our own, chosen on the validation set: Nesterov momentum 0.9; a rate that
// rises for 550 steps to 0.05 (lenet5) or 0.02 (lenet) and falls along a cosine; L2
// 1e-4 on all weights; moving averages of decay 0.999; images shifted by up to 2
// pixels, turned by up to 10° and scaled by up to 10 %.
package lenet

import "github.com/gorgonia-zoo/zoo/layers"

// LeNet5 returns the zoo's "lenet5", the net of 1998 with 61,706 parameters. It
// departs from the paper in the usual ways: max-pooling, every map of the second
// convolution sees all of the first, ReLU, and a linear output layer.
func LeNet5() layers.Layer {
	init := layers.HeNormal
	return layers.Sequential{
		layers.Conv2D{Name: "conv1", Filters: 6, Kernel: 5, Pad: 2, Init: init}, layers.ReLU, // (N, 28, 28, 6)
		layers.MaxPool2D{Size: 2}, // (N, 14, 14, 6)
		layers.Conv2D{Name: "conv2", Filters: 16, Kernel: 5, Init: init}, layers.ReLU, // (N, 10, 10, 16)
		layers.MaxPool2D{Size: 2}, // (N, 5, 5, 16)
		layers.Flatten{},          // (N, 400)
		layers.Dense{Name: "fc1", Units: 120, Init: init}, layers.ReLU,
		layers.Dense{Name: "fc2", Units: 84, Init: init}, layers.ReLU,
		layers.Dense{Name: "fc3", Units: 10},
	}
}

// New returns the zoo's "lenet", the wider net of a TensorFlow tutorial series of
// 2017, with 1,663,370 parameters and dropout before the last layer.
func New() layers.Layer {
	init, tenth := layers.TruncatedNormal(0.1), layers.Constant(0.1)
	return layers.Sequential{
		layers.Conv2D{Name: "conv1", Filters: 32, Kernel: 5, Same: true, Init: init}, layers.ReLU, // (N, 28, 28, 32)
		layers.MaxPool2D{Size: 2}, // (N, 14, 14, 32)
		layers.Conv2D{Name: "conv2", Filters: 64, Kernel: 5, Same: true, Init: init}, layers.ReLU, // (N, 14, 14, 64)
		layers.MaxPool2D{Size: 2}, // (N, 7, 7, 64)
		layers.Flatten{},          // (N, 3136)
		layers.Dense{Name: "fc1", Units: 512, Init: init, BiasInit: tenth}, layers.ReLU,
		layers.Dropout{Name: "drop", Rate: 0.5},
		layers.Dense{Name: "fc2", Units: 10, Init: init, BiasInit: tenth},
	}
}
