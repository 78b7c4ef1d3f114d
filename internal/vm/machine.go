package vm

import (
	"slices"
	"strings"
	"time"

	"github.com/pkg/errors"
	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/gorgonia-zoo/zoo/internal/op"
)

// A Machine runs a graph. It is a [G.VM].
//
// After a run the value of a node that was asked for is in [G.Node.Value].
// Other nodes have none.
type Machine struct {
	code  []instruction
	vars  []variable
	vals  []G.Value // a slot a node
	outs  []out
	bytes int
	dev   *placement // nil: the host

	timing bool
	pc     int
}

// An instruction runs one operation.
type instruction struct {
	node  *G.Node
	op    G.Op
	fill  *op.Operation // fills the value at dst; nil: op makes a value
	view  bool          // dst is the input's memory from element first on
	first int
	seen  G.Value // the input that dst is a view of
	src   []int
	dst   int
	in    []G.Value
	from  []*G.Node // the nodes of these
	time  time.Duration
	calls int
}

// A variable is a node whose value comes from outside.
type variable struct {
	node *G.Node
	slot int
	seen G.Value
}

type out struct {
	node *G.Node
	slot int
}

// RunAll runs the graph on the values that its variables have now.
func (m *Machine) RunAll() error {
	if m.dev != nil {
		return m.runOn()
	}
	if err := m.load(); err != nil {
		return err
	}
	if err := m.execute(); err != nil {
		return err
	}
	for _, o := range m.outs {
		if v := m.vals[o.slot]; o.node.Value() != v {
			if err := G.UnsafeLet(o.node, v); err != nil {
				return errors.Wrapf(err, "bind %v", o.node)
			}
		}
	}
	return nil
}

// load looks up the variables' values.
func (m *Machine) load() error {
	for i := range m.vars {
		v := &m.vars[i]
		val := v.node.Value()
		if val == nil {
			return errors.Errorf("%s has no value; bind one before the run", v.node.Name())
		}
		if val != v.seen {
			if !slices.Equal(val.Shape(), v.node.Shape()) {
				return errors.Errorf("%s has shape %v, its value %v", v.node.Name(), v.node.Shape(), val.Shape())
			}
			v.seen, m.vals[v.slot] = val, val
		}
	}
	return nil
}

func (m *Machine) execute() (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = errors.Errorf("%s: %v", m.code[m.pc].name(), r)
		}
	}()
	var start time.Time
	for m.pc = 0; m.pc < len(m.code); m.pc++ {
		c := &m.code[m.pc]
		for j, s := range c.src {
			c.in[j] = m.vals[s]
		}
		if m.timing {
			start = time.Now()
		}
		switch {
		case c.view:
			if c.seen != c.in[0] {
				m.vals[c.dst], c.seen, err = view(c.in[0], c.first, c.node.Shape())
			}
		case c.fill != nil:
			_, err = c.fill.UsePreallocDo(m.vals[c.dst], c.in...)
		default:
			m.vals[c.dst], err = c.op.Do(c.in...)
		}
		if err != nil {
			return errors.Wrap(err, c.name())
		}
		if m.timing {
			c.time += time.Since(start)
			c.calls++
		}
	}
	return nil
}

// view returns the elements of v from the first on in another shape, and v again if
// the two share memory.
func view(v G.Value, first int, s tensor.Shape) (_, shared G.Value, err error) {
	d, ok := v.(*tensor.Dense)
	if !ok {
		return nil, nil, errors.Errorf("no view of a %T", v)
	}
	p := op.Plain(d)
	if p == d {
		shared = v
	}
	data := p.Data()
	switch end := first + s.TotalSize(); x := data.(type) {
	case []float32:
		data = x[first:end:end]
	case []float64:
		data = x[first:end:end]
	}
	return tensor.New(tensor.WithShape(s...), tensor.WithBacking(data)), shared, nil
}

// name is the node's or, where Gorgonia would make up one of numbers, the
// operation's.
func (c *instruction) name() string {
	if n := c.node.Name(); n != "" && !strings.Contains(n, "(%") {
		return n
	}
	return c.op.String()
}

// Reset implements [G.VM]. A Machine needs none between runs.
func (m *Machine) Reset() {}

// Close implements [G.VM]. It gives back a device's memory.
func (m *Machine) Close() error {
	if m.dev != nil {
		m.dev.close()
	}
	return nil
}

// Bytes returns the size of the memory that the machine owns.
func (m *Machine) Bytes() int { return m.bytes }

// Len returns the number of operations in a run.
func (m *Machine) Len() int { return len(m.code) }

var _ G.VM = (*Machine)(nil)
