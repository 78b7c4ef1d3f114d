//go:build cuda

package cuda

import (
	"math/bits"

	"github.com/gorgonia-zoo/zoo/internal/device"
)

// A pool keeps memory that was freed, by size, for the next allocation: asking the
// driver takes long and may wait for the GPU. Who gets memory that work in the
// stream still uses gets it in time, for whatever it does comes later in the stream.
type pool struct {
	exact bool                              // keep nothing
	get   func(int) (device.Pointer, error) // from the driver
	put   func(device.Pointer) error

	live map[device.Pointer]block
	free map[int][]device.Pointer // by size
	kept int                      // bytes in free
	used int                      // bytes in live

	graph *holding // what the graph that is being captured holds, or nil
}

type block struct{ asked, size int }

// A holding is memory that a graph uses after it was freed.
type holding struct{ free map[int][]device.Pointer }

func newPool(exact bool, get func(int) (device.Pointer, error), put func(device.Pointer) error) *pool {
	return &pool{exact: exact, get: get, put: put, live: map[device.Pointer]block{}, free: map[int][]device.Pointer{}}
}

// size returns what an allocation takes: four sizes between powers of 2, so at most
// a quarter more than was asked for, and no less than 512 bytes.
func (p *pool) size(bytes int) int {
	if p.exact {
		return max(1, bytes)
	}
	if bytes <= 512 {
		return 512
	}
	step := 1 << (bits.Len(uint(bytes-1)) - 3)
	return (bytes + step - 1) / step * step
}

// alloc's error is the driver's.
func (p *pool) alloc(bytes int) (device.Pointer, error) {
	size := p.size(bytes)
	var at device.Pointer
	var ok bool
	if p.graph != nil {
		at, ok = take(p.graph.free, size)
	}
	if !ok {
		if at, ok = take(p.free, size); ok {
			p.kept -= size
		}
	}
	if !ok {
		var err error
		if at, err = p.get(size); err != nil {
			return 0, err
		}
	}
	p.live[at] = block{bytes, size}
	p.used += size
	return at, nil
}

func take(free map[int][]device.Pointer, size int) (device.Pointer, bool) {
	list := free[size]
	if len(list) == 0 {
		return 0, false
	}
	free[size] = list[:len(list)-1]
	return list[len(list)-1], true
}

// release reports whether at was allocated.
func (p *pool) release(at device.Pointer) (bool, error) {
	b, ok := p.live[at]
	if !ok {
		return false, nil
	}
	delete(p.live, at)
	p.used -= b.size
	switch {
	case p.graph != nil:
		p.graph.free[b.size] = append(p.graph.free[b.size], at)
	case p.exact:
		return true, p.put(at)
	default:
		p.free[b.size] = append(p.free[b.size], at)
		p.kept += b.size
	}
	return true, nil
}

// capture has a graph keep what is freed from now on.
func (p *pool) capture() *holding {
	p.graph = &holding{map[int][]device.Pointer{}}
	return p.graph
}

// yield takes back what a graph holds.
func (p *pool) yield(h *holding) error {
	var first error
	for size, list := range h.free {
		for _, at := range list {
			if !p.exact {
				p.free[size] = append(p.free[size], at)
				p.kept += size
			} else if err := p.put(at); err != nil && first == nil {
				first = err
			}
		}
	}
	h.free = nil
	return first
}

// trim gives the driver what nobody uses.
func (p *pool) trim() error {
	var first error
	for _, list := range p.free {
		for _, at := range list {
			if err := p.put(at); err != nil && first == nil {
				first = err
			}
		}
	}
	clear(p.free)
	p.kept = 0
	return first
}

// close gives the driver everything.
func (p *pool) close() error {
	first := p.trim()
	for at := range p.live {
		if err := p.put(at); err != nil && first == nil {
			first = err
		}
	}
	clear(p.live)
	p.used = 0
	return first
}
