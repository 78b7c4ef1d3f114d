package device

import (
	"unsafe"

	"github.com/pkg/errors"
)

// A Store keeps copies of the host's memory on a device, and knows which side has
// changed since. Memory is told by where it begins.
type Store struct {
	Device
	copies map[*float32]*kept
}

type kept struct {
	host  []float32
	at    Pointer
	stale bool // the host has changed
	ahead bool // the device has
}

// NewStore returns an empty store.
func NewStore(d Device) *Store { return &Store{Device: d, copies: map[*float32]*kept{}} }

// Keep returns where the copy of x is, which it makes if there is none. An empty x
// has none.
func (s *Store) Keep(x []float32) (Pointer, error) {
	k, err := s.kept(x)
	if err != nil || k == nil {
		return 0, err
	}
	if k.stale {
		if err := s.Upload(k.at, Bytes(k.host)); err != nil {
			return 0, err
		}
		k.stale = false
	}
	return k.at, nil
}

func (s *Store) kept(x []float32) (*kept, error) {
	if len(x) == 0 {
		return nil, nil
	}
	if k, ok := s.copies[&x[0]]; ok {
		if len(k.host) != len(x) {
			return nil, errors.Errorf("%d floats are kept in place of %d", len(k.host), len(x))
		}
		return k, nil
	}
	at, err := s.Alloc(4 * len(x))
	if err != nil {
		return nil, err
	}
	k := &kept{host: x, at: at, stale: true}
	s.copies[&x[0]] = k
	return k, nil
}

// Has returns where the copy of x is, if there is one.
func (s *Store) Has(x []float32) (Pointer, bool) {
	if len(x) == 0 {
		return 0, false
	}
	k, ok := s.copies[&x[0]]
	if !ok || k.stale {
		return 0, false
	}
	return k.at, true
}

// Changed says that the device has changed the copy of x.
func (s *Store) Changed(x []float32) {
	if len(x) > 0 {
		s.copies[&x[0]].ahead = true
	}
}

// Replaced says that the host has changed x.
func (s *Store) Replaced(x []float32) {
	if len(x) == 0 {
		return
	}
	if k, ok := s.copies[&x[0]]; ok {
		k.stale, k.ahead = true, false
	}
}

// Pull brings what the device has changed to the host.
func (s *Store) Pull() error {
	for _, k := range s.copies {
		if !k.ahead {
			continue
		}
		if err := s.Download(Bytes(k.host), k.at); err != nil {
			return err
		}
		k.ahead = false
	}
	return nil
}

// Forget gives the copies back.
func (s *Store) Forget() {
	for _, k := range s.copies {
		s.Free(k.at)
	}
	clear(s.copies)
}

// Bytes returns the memory of x.
func Bytes[T float32 | float64 | int](x []T) []byte {
	if len(x) == 0 {
		return nil
	}
	return unsafe.Slice((*byte)(unsafe.Pointer(&x[0])), len(x)*int(unsafe.Sizeof(x[0])))
}
