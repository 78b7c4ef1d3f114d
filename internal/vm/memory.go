package vm

import (
	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/gorgonia-zoo/zoo/internal/kernel"
	"github.com/gorgonia-zoo/zoo/internal/op"
)

// allocate gives each value that an operation fills a place in memory.
func (m *Machine) allocate() {
	ends := m.ends()
	var p pool
	for i, c := range m.code {
		if c.fill != nil && !c.view {
			m.vals[c.dst] = p.value(c)
		}
		for _, s := range ends[i] {
			p.release(s)
		}
	}
	m.bytes = p.bytes
}

// ends returns, for each instruction, the slots whose memory is free after it: the
// last reader of their value, and of every view of it, has run. Values that were
// asked for, and values that one of Gorgonia's operations reads (its result may be a
// view), keep theirs.
func (m *Machine) ends() [][]int {
	owner := make([]int, len(m.vals)) // whose memory a slot's value lies in
	for i := range owner {
		owner[i] = i
	}
	last := make([]int, len(m.vals)) // the last instruction that reads it
	for i, c := range m.code {
		if c.view {
			owner[c.dst] = owner[c.src[0]]
		}
		last[owner[c.dst]] = max(last[owner[c.dst]], i)
		for _, s := range c.src {
			last[owner[s]] = max(last[owner[s]], i)
			if c.fill == nil {
				last[owner[s]] = len(m.code)
			}
		}
	}
	for _, o := range m.outs {
		last[owner[o.slot]] = len(m.code)
	}
	ends := make([][]int, len(m.code)+1)
	for _, c := range m.code {
		if c.fill != nil && !c.view {
			ends[last[c.dst]] = append(ends[last[c.dst]], c.dst)
		}
	}
	return ends
}

// A pool hands out memory that may have been used before.
type pool struct {
	free  []block
	used  map[int]block
	bytes int
}

// A block is memory for values of one type.
type block struct {
	f32 []float32
	f64 []float64
}

func (b block) cap() int { return max(len(b.f32), len(b.f64)) }

// value returns a value for c's output, to be known as its slot.
func (p *pool) value(c instruction) G.Value {
	n := c.node
	if v := c.fill.OwnValue(n.Dtype()); v != nil {
		p.bytes += int(v.MemSize())
		return v
	}
	if n.IsScalar() || !isFloat(n) {
		return op.NewValue(n.Dtype(), n.Shape())
	}
	size := n.Shape().TotalSize()
	b := p.take(n.Dtype(), size)
	if p.used == nil {
		p.used = map[int]block{}
	}
	p.used[c.dst] = b
	if n.Dtype() == tensor.Float32 {
		return tensor.New(tensor.WithShape(n.Shape()...), tensor.WithBacking(b.f32[:size:size]))
	}
	return tensor.New(tensor.WithShape(n.Shape()...), tensor.WithBacking(b.f64[:size:size]))
}

// take returns the smallest free block that is large enough, or a new one.
func (p *pool) take(t tensor.Dtype, size int) block {
	best := -1
	for i, b := range p.free {
		fits := t == tensor.Float32 && len(b.f32) >= size || t == tensor.Float64 && len(b.f64) >= size
		if fits && (best < 0 || b.cap() < p.free[best].cap()) {
			best = i
		}
	}
	if best >= 0 {
		b := p.free[best]
		p.free = append(p.free[:best], p.free[best+1:]...)
		return b
	}
	if t == tensor.Float32 {
		p.bytes += 4 * size
		return block{f32: kernel.New[float32](size)}
	}
	p.bytes += 8 * size
	return block{f64: kernel.New[float64](size)}
}

func (p *pool) release(slot int) {
	if b, ok := p.used[slot]; ok {
		delete(p.used, slot)
		p.free = append(p.free, b)
	}
}
