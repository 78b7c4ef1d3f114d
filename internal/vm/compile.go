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
	order, err := G.Sort(g) // a node before its operands
	if err != nil {
		return nil, errors.Wrap(err, "sort")
	}
	live := map[*G.Node]bool{}
	for _, n := range outs {
		mark(g, n, live)
	}
	m := &Machine{}
	slot := map[*G.Node]int{}
	for i := len(order) - 1; i >= 0; i-- {
		n := order[i]
		if !live[n] {
			continue
		}
		slot[n] = len(m.vals)
		m.vals = append(m.vals, nil)
		if err := m.add(g, n, slot); err != nil {
			return nil, err
		}
	}
	for _, n := range outs {
		if n != nil {
			m.outs = append(m.outs, out{n, slot[n]})
		}
	}
	m.allocate()
	return m, nil
}

func mark(g *G.ExprGraph, n *G.Node, live map[*G.Node]bool) {
	if n == nil || live[n] {
		return
	}
	live[n] = true
	for _, c := range operands(g, n) {
		mark(g, c, live)
	}
}

func operands(g *G.ExprGraph, n *G.Node) []*G.Node {
	it := g.From(n.ID())
	in := make([]*G.Node, 0, it.Len())
	for it.Next() {
		in = append(in, it.Node().(*G.Node))
	}
	return in
}

// add appends n's instruction, or what stands for it.
func (m *Machine) add(g *G.ExprGraph, n *G.Node, slot map[*G.Node]int) error {
	in := operands(g, n)
	if n.Op() == nil {
		m.vars = append(m.vars, variable{node: n, slot: slot[n]})
		return nil
	}
	if len(in) == 0 && n.Value() != nil { // a constant
		m.vals[slot[n]] = n.Value()
		return nil
	}
	c := instruction{node: n, op: n.Op(), dst: slot[n], in: make([]G.Value, len(in))}
	if isSum(n, in) {
		c.op = op.Sum(n.Dims())
	}
	if o, ok := c.op.(*op.Operation); ok {
		c.fill = o
		c.first, c.view = o.View()
	}
	for _, child := range in {
		s, ok := slot[child]
		if !ok {
			return errors.Errorf("%v is used before it is computed", child)
		}
		c.src = append(c.src, s)
	}
	m.code = append(m.code, c)
	return nil
}

// isSum recognizes the addition that Gorgonia inserts where gradients meet, if the
// zoo's can stand in for it. Gorgonia's own allocates.
func isSum(n *G.Node, in []*G.Node) bool {
	return op.IsSum(n) && !n.IsScalar() && isFloat(n) && slices.Equal(in[0].Shape(), in[1].Shape()) && in[0].Dims() == n.Dims()
}

func isFloat(n *G.Node) bool { return n.Dtype() == tensor.Float32 || n.Dtype() == tensor.Float64 }
