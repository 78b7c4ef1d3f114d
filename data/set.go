package data

import (
	"github.com/pkg/errors"
	"gorgonia.org/tensor"
)

// A Set is n examples in memory: X (n, …) and Y (n, …), for instance images
// (n, 28, 28, 1) as float32 and labels (n) as int. Elements are float32,
// float64 or int, rows lie one after the other. The zero Set holds no
// examples.
type Set struct{ X, Y *tensor.Dense }

// Examples returns the number of examples.
func (s Set) Examples() int { return rows(s.X) }

// Slice returns the examples lo to hi-1, which share memory with s. Bounds
// outside the set are moved to its ends.
func (s Set) Slice(lo, hi int) Set { return Set{view(s.X, lo, hi), view(s.Y, lo, hi)} }

// Batches deals all examples in order, size at a time; the last batch is
// short where size does not divide their number. All epochs are equal.
// Goroutines may read it at the same time, each into its own Batch.
//
// A set or size that can't be dealt makes a source with no batches, whose
// Read says why.
func (s Set) Batches(size int) Source {
	if err := s.check(size); err != nil {
		return fault{err}
	}
	return inOrder{s, size}
}

// Shuffle deals ⌊n/size⌋ full batches an epoch, in an order drawn from (seed,
// epoch) alone; the examples at the end of that order sit the epoch out. The
// order is part of the package's contract: a Fisher–Yates shuffle of 0 … n-1
// from the last place down, driven by a PCG-DXSM generator with the state
// (seed, epoch), that draws below a bound by Lemire's method.
// Goroutines may read it at the same time, each into its own Batch; the order
// of one epoch is kept, so reads that alternate between epochs are slow.
//
// A set or size that can't be dealt makes a source with no batches, whose
// Read says why.
func (s Set) Shuffle(size int, seed uint64) Source {
	err := s.check(size)
	if n := s.Examples(); err == nil && size > n {
		err = errors.Errorf("batch %d is larger than the set of %d examples; use a smaller batch", size, n)
	}
	if err != nil {
		return fault{err}
	}
	return &shuffled{set: s, size: size, seed: seed}
}

// check says why s can't be dealt in batches of size.
func (s Set) check(size int) error {
	if size < 1 {
		return errors.Errorf("batch size is %d; use 1 or more", size)
	}
	if err := checkTensor("X", s.X); err != nil {
		return err
	}
	if err := checkTensor("Y", s.Y); err != nil {
		return err
	}
	if x, y := rows(s.X), rows(s.Y); x != y {
		return errors.Errorf("the set has %d examples in X and %d in Y; give both the same number of rows", x, y)
	}
	if s.Examples() == 0 {
		return errors.New("the set holds no examples; give it at least one")
	}
	return nil
}
