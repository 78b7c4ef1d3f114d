// Package vm runs expression graphs.
//
// A [Machine] is compiled once for the nodes that are asked of it and then run
// as often as needed. It leaves out nodes that nothing asked for depends on, and
// those whose value another operation has anyway: a loss, where its gradient is
// asked for, too. It runs the others one by one (an operation may use all threads
// inside), lets values share memory when their lives do not overlap, and allocates
// nothing after the first run. A panic in an operation is returned as an error
// that names the node.
//
// Every result has the same bits as on Gorgonia's TapeMachine. Gorgonia's own
// operations run too, each making its result anew as it does there; only its
// sum of gradients is replaced.
package vm
