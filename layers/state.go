package layers

import (
	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// A Buffer is state of a model that is not trained, and its node: a running
// mean, say.
type Buffer struct {
	*Param
	Node  *G.Node
	scope *Scope
}

// Buffer declares the buffer called name in s, as [Scope.Param] declares a
// parameter. It lies among the graph's Params, shared by all graphs and saved
// with the rest, but has no gradient and no average and counts for nothing.
func (s *Scope) Buffer(name string, init Init, shape ...int) (*Buffer, error) {
	p, n, err := s.tensor(name, init, shape, true)
	if err != nil {
		return nil, err
	}
	return &Buffer{p, n, s}, nil
}

// Update makes the value of n, which has b's shape, what b holds after a
// training step. Who runs the graph sees to it: see [Scope.Updates].
func (b *Buffer) Update(n *G.Node) { b.scope.updates = append(b.scope.updates, Update{b.Param, n}) }

// An Update is a buffer that a training step is to change, and the node of its
// new value.
type Update struct {
	*Param
	Node *G.Node
}

// Updates lists the updates of buffers asked for so far. A training step that
// succeeds ends by copying the nodes' values to the buffers: operations are pure,
// so that a step that fails leaves no trace.
func (s *Scope) Updates() []Update { return s.updates }

// A Carry is what a graph hands on from one run to the next, and its node: the
// state of a recurrent layer. The node is an input; no gradient flows back through it
// to earlier runs.
type Carry struct {
	Name string
	Node *G.Node // the value when a run begins
	Next *G.Node // the value after it; nil: the same
}

// Carry declares what is called name in s and carried from run to run. It begins as
// zeros. A Trainer sets it to zero again where a pass over the data begins, training
// and evaluation having values of their own; it is not among the graph's Params.
func (s *Scope) Carry(name string, shape ...int) (*Carry, error) {
	full, err := s.declare(name)
	if err != nil {
		return nil, err
	}
	if err := checkShape(full, shape); err != nil {
		return nil, err
	}
	dtype := tensor.Float32
	if s.params.dtype == tensor.Float64 {
		dtype = tensor.Float64
	}
	zeros := tensor.New(tensor.Of(dtype), tensor.WithShape(shape...))
	n := G.NewTensor(s.graph, dtype, len(shape), G.WithShape(shape...), G.WithName(full), G.WithValue(zeros))
	c := &Carry{Name: full, Node: n}
	s.carries = append(s.carries, c)
	return c, nil
}

// Update makes the value of n, which has c's shape, what the next run begins with.
// As with a [Buffer], who runs the graph sees to it.
func (c *Carry) Update(n *G.Node) { c.Next = n }

// Carries lists what was declared so far to be carried from run to run.
func (s *Scope) Carries() []*Carry { return s.carries }

// Step returns the input that holds the number of training steps done, an int of
// shape (1). It is 0 until [Scope.SetStep].
func (s *Scope) Step() *G.Node {
	if s.step == nil {
		zero := tensor.New(tensor.WithShape(1), tensor.WithBacking([]int{0}))
		s.step = G.NewTensor(s.graph, tensor.Int, 1, G.WithShape(1), G.WithName("step"), G.WithValue(zero))
	}
	return s.step
}

// SetStep tells the graph how many training steps were done before its next run.
func (s *Scope) SetStep(n int) {
	if s.step != nil {
		s.step.Value().(*tensor.Dense).Ints()[0] = n
	}
}

// Key declares the random numbers called name in s and returns what keys them:
// it depends on the seed of the graph's Params and the full name alone.
func (s *Scope) Key(name string) (uint64, error) {
	full, err := s.declare(name)
	if err != nil {
		return 0, err
	}
	k := newKey(s.params.seed, full)
	return uint64(k[0]) | uint64(k[1])<<32, nil
}
