package data

import (
	"sync"

	"github.com/pkg/errors"
)

// checkPosition says why there is no batch i in an epoch of n.
func checkPosition(epoch, i, n int) error {
	if epoch < 0 {
		return errors.Errorf("epoch %d is negative; count from 0", epoch)
	}
	if i < 0 || i >= n {
		return errors.Errorf("batch %d is outside the epoch; it has batches 0 to %d", i, n-1)
	}
	return nil
}

// inOrder deals a set from front to back.
type inOrder struct {
	set  Set
	size int
}

func (s inOrder) Len() int { return (s.set.Examples()-1)/s.size + 1 }

func (s inOrder) Read(epoch, i int, b *Batch) error {
	if err := checkPosition(epoch, i, s.Len()); err != nil {
		return err
	}
	lo := i * s.size
	n := min(s.size, s.set.Examples()-lo)
	b.X, b.Y = fit(b.X, s.set.X, n), fit(b.Y, s.set.Y, n)
	copyRange(b.X, s.set.X, lo)
	copyRange(b.Y, s.set.Y, lo)
	return nil
}

// shuffled deals a set in a new order each epoch.
type shuffled struct {
	set  Set
	size int
	seed uint64

	mu    sync.Mutex
	order []int // of the epoch below; nil before the first Read
	epoch int
}

func (s *shuffled) Len() int { return s.set.Examples() / s.size }

func (s *shuffled) Read(epoch, i int, b *Batch) error {
	if err := checkPosition(epoch, i, s.Len()); err != nil {
		return err
	}
	b.X, b.Y = fit(b.X, s.set.X, s.size), fit(b.Y, s.set.Y, s.size)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.order == nil {
		s.order = make([]int, s.set.Examples())
		s.epoch = -1
	}
	if s.epoch != epoch {
		permute(s.order, s.seed, epoch)
		s.epoch = epoch
	}
	at := s.order[i*s.size : (i+1)*s.size]
	gather(b.X, s.set.X, at)
	gather(b.Y, s.set.Y, at)
	return nil
}

// fault is the source of a set that can't be dealt.
type fault struct{ err error }

func (fault) Len() int                      { return 0 }
func (f fault) Read(int, int, *Batch) error { return f.err }
