//go:build cuda

package cuda

import (
	"unsafe"

	"gorgonia.org/cu"

	"github.com/gorgonia-zoo/zoo/internal/device"
)

// A staging area is pinned memory of the host, from which the GPU copies by itself.
// Copies are packed into one half until it is full, then into the other once what it
// held has been copied: whoever uploads a batch a step does not wait.
type staging struct {
	half  [2][]byte
	done  [2]cu.Event // after the last copy from the half
	busy  [2]bool
	which int
	used  int // bytes of half[which]
}

const stagingBytes = 4 << 20

func (d *gpu) newStaging() (*staging, error) {
	s := new(staging)
	for i := range s.half {
		var err error
		if s.half[i], err = d.pinned(stagingBytes); err != nil {
			return s, err
		}
		if s.done[i], err = cu.MakeEvent(cu.DisableTiming); err != nil {
			return s, err
		}
	}
	return s, nil
}

// upload copies src into the staging area and has the GPU copy it from there. It
// runs where the context is set.
func (d *gpu) upload(dst device.Pointer, src []byte) error {
	s := d.staging
	for len(src) > 0 {
		if s.used == stagingBytes {
			if err := s.done[s.which].Record(d.stream); err != nil {
				return err
			}
			s.busy[s.which] = true
			s.which, s.used = 1-s.which, 0
			if s.busy[s.which] {
				if err := s.done[s.which].Synchronize(); err != nil {
					return err
				}
				s.busy[s.which] = false
			}
		}
		n := copy(s.half[s.which][s.used:], src)
		from := unsafe.Pointer(&s.half[s.which][s.used])
		if err := cu.MemcpyHtoDAsync(cu.DevicePtr(dst), from, int64(n), d.stream); err != nil {
			return err
		}
		s.used = min(stagingBytes, (s.used+n+255)/256*256)
		dst += device.Pointer(n)
		src = src[n:]
	}
	return nil
}

// download copies by way of pinned memory of its own, and waits.
func (d *gpu) download(dst []byte, src device.Pointer) error {
	for len(dst) > 0 {
		n := min(len(dst), len(d.landing))
		if err := cu.MemcpyDtoHAsync(unsafe.Pointer(&d.landing[0]), cu.DevicePtr(src), int64(n), d.stream); err != nil {
			return err
		}
		if err := d.stream.Synchronize(); err != nil {
			return err
		}
		copy(dst, d.landing[:n])
		dst = dst[n:]
		src += device.Pointer(n)
	}
	return nil
}

func (s *staging) close() error {
	var first error
	for i := range s.half {
		if s.half[i] != nil {
			if err := freePinned(s.half[i]); err != nil && first == nil {
				first = err
			}
		}
		if s.done[i] != (cu.Event{}) {
			if err := cu.DestroyEvent(&s.done[i]); err != nil && first == nil {
				first = err
			}
		}
	}
	return first
}
