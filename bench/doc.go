// Package bench measures whole training steps and predictions.
//
//	go test -run=^$ -bench=. ./bench
//
// A step is what training does: a fresh batch copied in, forward, backward,
// penalties, update and averaging. %peak compares the arithmetic of its matrix
// products with a loop of fused multiply-adds on registers, measured in the same
// process with the same threads and instruction set. Command compare, below this
// folder, times the same steps beside other frameworks'.
package bench
