// Package lstmlm has language models of LSTM layers, in the sizes in which they
// were published:
//
//	config    units  steps  dropout  init  epochs  learning rate                        clip  published perplexity, valid / test
//	tutorial  200    35     0.5      0.05  2       1                                    5     183.44 / 179.42
//	small     200    20     0        0.1   13      1, × 0.5 an epoch after epoch 4      5     121.39 / 115.91, paper 114.5
//	medium    650    35     0.5      0.05  39      1, × 0.8 an epoch after epoch 6      5     86.16 / 82.07, paper 82.7
//	large     1500   35     0.65     0.04  55      1, × 1/1.15 an epoch after epoch 14  10    82.62 / 78.29, paper 78.4
//	tiny      8      5      0        0.1   1       1                                    1     none: for tests
//	classics  256    35     0.5      0.05  14      1, × 0.7 an epoch after epoch 5      5     none: our own, for text.Classics
//
// All have two layers, classics and tiny one, and batches of 20, tiny of 4.
//
//	units     size of the embedding and of each layer's state
//	steps     words through which gradients flow back; the state is carried on beyond
//	dropout   the part that is dropped of the embedding and of each layer's output
//	init      weights and the last layer's biases begin in [-init, init), LSTM biases at 0,
//	          but for the forget gate's, which begin at 1 in tutorial and classics
//	biases    of the two of an LSTM layer, PyTorch's, one stays 0 in tutorial, small, medium and
//	          large, whose figures are TensorFlow's, which has one: training both moves their sum
//	          twice as far
//	clip      bound of the gradient's global norm, where the loss is the sum over the steps of the mean over the batch
//
// tutorial is the program of a TensorFlow 1.0 tutorial series of 2017. The next
// three are those of Zaremba, Sutskever, Vinyals, "Recurrent neural network
// regularization", 2014 (arXiv 1409.2329), with the figures of TensorFlow's own PTB
// tutorial and those of the paper. All figures are for the Penn Treebank as Mikolov
// prepared it.
package lstmlm
