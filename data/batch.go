package data

import "gorgonia.org/tensor"

// A Batch is some examples: X, and in the same rows of Y their answers.
// The zero Batch is ready for use. Read fills its tensors again each time, so
// copy what must outlive the next Read.
type Batch struct{ X, Y *tensor.Dense }

// A Source yields batches by position.
type Source interface {
	// Len returns the number of batches in an epoch.
	Len() int

	// Read fills b with batch i of an epoch, both counted from 0. What it
	// fills in depends on (epoch, i) alone and not on earlier reads.
	Read(epoch, i int, b *Batch) error
}
