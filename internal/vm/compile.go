package vm

import (
	"slices"

	"github.com/pkg/errors"
	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/gorgonia-zoo/zoo/internal/op"
)

// New compiles the part of g that outs depend on. Nodes that are nil are skipped.
func New(g *G.ExprGraph, outs ...*G.Node) (*Machine, error) {
	m, err := compile(g, outs...)
	if err == nil {
		m.allocate()
	}
	return m, err
}

// compile is New without memory for values.
func compile(g *G.ExprGraph, outs ...*G.Node) (*Machine, error) {
	order, err := G.Sort(g) // a node before its operands
	if err != nil {
		return nil, errors.Wrap(err, "sort")
	}
	c := compiler{g: g, live: map[*G.Node]bool{}, from: map[*G.Node]source{}, m: &Machine{}, slot: map[*G.Node]int{}}
	for _, n := range outs {
		c.mark(n)
	}
	c.merge(order)
	for i := len(order) - 1; i >= 0; i-- {
		if c.live[order[i]] {
			c.add(order[i])
		}
	}
	for _, n := range outs {
		if n != nil {
			c.m.outs = append(c.m.outs, out{n, c.slot[n]})
		}
	}
	return c.m, nil
}

// A compiler makes a Machine.
type compiler struct {
	g    *G.ExprGraph
	live map[*G.Node]bool
	from map[*G.Node]source // nodes that are not computed on their own
	m    *Machine
	slot map[*G.Node]int
}

// A source is a node whose output has what another stands for, and what takes it
// from there.
type source struct {
	node *G.Node
	take *op.Operation
}

func (c *compiler) mark(n *G.Node) {
	if n == nil || c.live[n] {
		return
	}
	c.live[n] = true
	for _, in := range c.operands(n) {
		c.mark(in)
	}
}

// merge finds the nodes that another live one computes as well: the loss, where
// the operation for its gradient has it. It must not depend on that node.
func (c *compiler) merge(order G.Nodes) {
	for _, n := range order {
		if o, ok := n.Op().(*op.Operation); ok && c.live[n] {
			if other, take := o.Includes(); c.live[other] && !c.depends(n, other, map[*G.Node]bool{}) {
				c.from[other] = source{n, take}
			}
		}
	}
}

// depends reports whether n is computed from other, or is it. It leaves out nodes
// seen before.
func (c *compiler) depends(n, other *G.Node, seen map[*G.Node]bool) bool {
	if n == other {
		return true
	}
	if seen[n] {
		return false
	}
	seen[n] = true
	return slices.ContainsFunc(c.operands(n), func(in *G.Node) bool { return c.depends(in, other, seen) })
}

// operands returns what n is computed from.
func (c *compiler) operands(n *G.Node) []*G.Node {
	if s, ok := c.from[n]; ok {
		return []*G.Node{s.node}
	}
	it := c.g.From(n.ID())
	in := make([]*G.Node, 0, it.Len())
	for it.Next() {
		in = append(in, it.Node().(*G.Node))
	}
	return in
}

// add appends n's instruction, or what stands for it, after those of its operands.
func (c *compiler) add(n *G.Node) {
	if _, done := c.slot[n]; done {
		return
	}
	in := c.operands(n)
	for _, o := range in {
		c.add(o)
	}
	m, dst := c.m, len(c.m.vals)
	c.slot[n] = dst
	m.vals = append(m.vals, nil)
	if n.Op() == nil {
		m.vars = append(m.vars, variable{node: n, slot: dst})
		return
	}
	if len(in) == 0 && n.Value() != nil { // a constant
		m.vals[dst] = n.Value()
		return
	}
	i := instruction{node: n, op: n.Op(), dst: dst, in: make([]G.Value, len(in)), from: in}
	if s, ok := c.from[n]; ok {
		i.op = s.take
	} else if isSum(n, in) {
		i.op = op.Sum(n.Dims())
	}
	if o, ok := i.op.(*op.Operation); ok {
		i.fill = o
		i.first, i.view = o.View()
	}
	for _, o := range in {
		i.src = append(i.src, c.slot[o])
	}
	m.code = append(m.code, i)
}

// isSum recognizes the addition that Gorgonia inserts where gradients meet, if the
// zoo's can stand in for it. Gorgonia's own allocates.
func isSum(n *G.Node, in []*G.Node) bool {
	return op.IsSum(n) && !n.IsScalar() && isFloat(n) && slices.Equal(in[0].Shape(), in[1].Shape()) && in[0].Dims() == n.Dims()
}

func isFloat(n *G.Node) bool { return n.Dtype() == tensor.Float32 || n.Dtype() == tensor.Float64 }
