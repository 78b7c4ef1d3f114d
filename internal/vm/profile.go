package vm

import "time"

// A Timing is the time spent in one operation since [Machine.Profile].
type Timing struct {
	Node string // its name, or the operation's
	Op   string
	Time time.Duration
}

// Profile starts or stops the measuring of each operation.
func (m *Machine) Profile(on bool) {
	m.timing = on
	if on {
		for i := range m.code {
			m.code[i].time = 0
		}
	}
}

// Timings lists the operations in the order in which they run.
func (m *Machine) Timings() []Timing {
	ts := make([]Timing, len(m.code))
	for i := range m.code {
		c := &m.code[i]
		ts[i] = Timing{c.name(), c.op.String(), c.time}
	}
	return ts
}
