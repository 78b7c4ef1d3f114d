// Package bench measures training steps and predictions, and what they consist of:
// kernels, batches, checkpoints.
//
//	go test -run=^$ -bench=. ./bench
//
// README.md says what each benchmark is and how to read it. A step is what training
// does: a fresh batch copied in, forward, backward, penalties, update and averaging.
// %peak compares the arithmetic of its matrix products with a loop of fused
// multiply-adds on registers, measured in the same process with the same threads and
// instruction set. Commands compare, scaling and speed, below this folder, use the
// same steps.
package bench
