package main

import (
	. "github.com/gomlx/gomlx/pkg/core/graph"
)

// products are those of a net's forward pass, in order, for their gradients.
// GoMLX's own gradient of a product is a sum over a tensor of rank 3, which XLA
// turns into a product and the Go backend does not: it takes a hundred times as long.
type products []struct{ x, w, y, b *Node }

// affine is x·w + b.
func (ps *products) affine(x, w, b *Node) *Node {
	y := StopGradient(DotGeneral(x, []int{1}, nil, w, []int{0}, nil))
	*ps = append(*ps, struct{ x, w, y, b *Node }{x, w, y, b})
	return Add(y, ExpandLeftToRank(b, 2))
}

// gradient returns that of the loss by each product's w and b. Between products it
// is GoMLX's: of ⟨dx, x⟩, where dx is the gradient by x.
func (ps products) gradient(loss *Node) []*Node {
	grads := make([]*Node, 2*len(ps))
	for k := len(ps) - 1; k >= 0; k-- {
		p := ps[k]
		v := Gradient(loss, p.y, p.b)
		grads[2*k], grads[2*k+1] = DotGeneral(p.x, []int{0}, nil, v[0], []int{0}, nil), v[1]
		if k > 0 {
			dx := DotGeneral(v[0], []int{1}, nil, p.w, []int{1}, nil)
			loss = ReduceAllSum(Mul(StopGradient(dx), p.x))
		}
	}
	return grads
}
