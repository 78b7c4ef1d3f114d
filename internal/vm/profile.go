package vm

import (
	"time"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// A Timing is the time spent in one operation since [Machine.Profile].
type Timing struct {
	Node  *G.Node
	In    []*G.Node // what it reads
	Name  string    // the node's, or the operation's
	Op    string
	View  bool // it computes nothing: its output is memory of its input
	Calls int
	Time  time.Duration
	FLOP  float64 // of the matrix products in one call, in float32; 0 where there are none
}

// Profile starts or stops the measuring of each operation.
func (m *Machine) Profile(on bool) {
	m.timing = on
	if on {
		for i := range m.code {
			m.code[i].time, m.code[i].calls = 0, 0
		}
	}
}

// Timings lists the operations in the order in which they run.
func (m *Machine) Timings() []Timing {
	ts := make([]Timing, len(m.code))
	for i := range m.code {
		c := &m.code[i]
		ts[i] = Timing{Node: c.node, In: c.from, Name: c.name(), Op: c.op.String(), View: c.view, Calls: c.calls, Time: c.time, FLOP: c.flop()}
	}
	return ts
}

func (c *instruction) flop() float64 {
	if c.fill == nil {
		return 0
	}
	shapes := make([]tensor.Shape, len(c.from))
	for i, n := range c.from {
		shapes[i] = n.Shape()
	}
	return c.fill.FLOP(shapes)
}
