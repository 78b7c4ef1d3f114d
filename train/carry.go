package train

import (
	"slices"

	"github.com/pkg/errors"
	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/gorgonia-zoo/zoo/layers"
)

// A pass is what carried state belongs to. Each kind has its own.
type pass int

const (
	training   pass = iota // an epoch
	evaluation             // one Evaluate
	prediction             // a Predict and the calls of Continue after it
)

// carried is what batches of a pass hand on, by the name of a [layers.Carry]. It
// belongs to no program, so that batches of another length go on from it.
type carried struct {
	pass  pass
	name  string
	shape tensor.Shape // for a batch of so many; another begins with zeros
	value []float32
	begun bool // value comes from a run

	kept      []float32 // training's, after step keptAt
	keptShape tensor.Shape
}

// A carry is where a program gets and puts such a state.
type carry struct {
	state *carried
	shape tensor.Shape
	node  *G.Node
	next  *G.Node // nil: it stays as it is
}

// carries finds what the program carries among what the Trainer holds.
func (t *Trainer) carries(s *layers.Scope, of pass) (cs []carry, err error) {
	for _, c := range s.Carries() {
		shape := c.Node.Shape()
		if c.Next != nil && (!slices.Equal(c.Next.Shape(), shape) || c.Next.Dtype() != c.Node.Dtype()) {
			return nil, errors.Errorf("%s is a %v of %v, its next value a %v of %v", c.Name, shape, c.Node.Dtype(), c.Next.Shape(), c.Next.Dtype())
		}
		i := slices.IndexFunc(t.carried, func(d *carried) bool { return d.pass == of && d.name == c.Name })
		if i < 0 {
			i = len(t.carried)
			t.carried = append(t.carried, &carried{pass: of, name: c.Name})
		}
		cs = append(cs, carry{t.carried[i], shape, c.Node, c.Next})
	}
	return cs, nil
}

// forget makes the next batch of such a pass begin with zeros.
func (t *Trainer) forget(of pass) {
	for _, c := range t.carried {
		if c.pass == of {
			clear(c.value)
			c.begun = false
			if t.device != nil {
				t.device.store.Replaced(c.value)
			}
		}
	}
}

// ready reports whether there is a state to go on from.
func (c *carry) ready() bool {
	return c.next == nil || c.state.begun && slices.Equal(c.state.shape, c.shape)
}

// fit makes what was carried be zeros if it was for another number of sequences.
func (c *carry) fit() {
	if d := c.state; !slices.Equal(d.shape, c.shape) {
		d.shape, d.value, d.begun = c.shape, make([]float32, c.shape.TotalSize()), false
	}
}

// load gives the program's node what was carried so far.
func (c *carry) load() {
	c.fit()
	copy(c.node.Value().(*tensor.Dense).Float32s(), c.state.value)
}

// save keeps what a run hands on.
func (c *carry) save() {
	if c.next != nil {
		copy(c.state.value, c.next.Value().(*tensor.Dense).Float32s())
		c.state.begun = true
	}
}

// keep copies training's state, for restore to go back to.
func (c *carried) keep() {
	if c.pass == training {
		c.kept, c.keptShape = append(c.kept[:0], c.value...), c.shape
	}
}

func (c *carried) restore() {
	if c.pass == training {
		c.value, c.shape = append(c.value[:0], c.kept...), c.keptShape
	}
}
