// Package op has the operations that zoo graphs are made of.
//
// An operation is a [gorgonia.SDOp]: it runs on the zoo's executor, which gives
// it a buffer for its output, and on Gorgonia's TapeMachine, where it makes one.
// It has no memory of its own: what a gradient needs reaches it over an edge of
// the graph. Gradients are nodes, made of operations from here.
//
// Operations work on float32, and in portable code on float64 for gradient
// checks. On a device they work on float32, with kernels of cuda/kernels that the
// files device_*.go launch. Shapes and labels are checked here; the layers above
// check what a user is likely to get wrong, in the user's words.
package op

import (
	_ "go4.org/unsafe/assume-no-moving-gc" // an older one stops every program on today's Go
)
