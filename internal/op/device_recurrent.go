package op

import (
	"gorgonia.org/tensor"

	"github.com/gorgonia-zoo/zoo/internal/device"
	"github.com/gorgonia-zoo/zoo/internal/kernel"
)

// step asks for the product of a recurrent layer's step, y = x·wᵀ or, on the way back,
// x·w, where w is (gates·H, H).
func (c *call) step(s kernel.Sequence, gates int, y, x, w device.Pointer, back bool) {
	m := device.MatMul{M: s.N, N: gates * s.H, K: s.H, A: x, LDA: s.H, B: w, LDB: s.H, TransB: true, C: y, LDC: gates * s.H}
	if back {
		m.N, m.K, m.LDA, m.TransB, m.LDC = s.H, gates*s.H, gates*s.H, false, s.H
	}
	c.matMul(m)
}

func (l lstm) launch(c *call) {
	s := recurrence(l.steps, c.shape(2))
	state := s.N * s.H
	h, cell := c.out.Pointer, c.out.Add((s.T+1)*state)
	gates := c.out.Add(2 * (s.T + 1) * state)
	c.copy(h, c.in[2].Pointer, state)
	c.copy(cell, c.in[3].Pointer, state)
	for t := range s.T {
		g := gates.Add(4 * t * state)
		c.step(s, 4, g, h.Add(t*state), c.in[1].Pointer, false)
		c.each("lstmStep", state, h.Add((t+1)*state).Arg(), cell.Add((t+1)*state).Arg(), g.Arg(), c.in[0].Add(4*t*state).Arg(),
			cell.Add(t*state).Arg(), device.Int(state), device.Int(s.H))
	}
}

// sequence is what lstm put out, the first input.
func (l lstmGrad) sequence(all tensor.Shape) kernel.Sequence {
	return kernel.Sequence{T: l.steps, N: all[0] / (6*l.steps + 2), H: all[1]}
}

func (l lstmGrad) scratch(in []tensor.Shape) int {
	s := l.sequence(in[0])
	return 4 * s.N * s.H
}

func (l lstmGrad) launch(c *call) {
	s := l.sequence(c.shape(0))
	state := s.N * s.H
	cell, gates := c.in[0].Add((s.T+1)*state), c.in[0].Add(2*(s.T+1)*state)
	var given [3]device.Pointer
	next := 2
	for i, ok := range l.given {
		if ok {
			given[i] = c.in[next].Pointer
			next++
		}
	}
	dgates, dc := c.out.Pointer, c.out.Add(4*s.T*state)
	if l.given[2] {
		c.copy(dc, given[2], state)
	} else {
		c.clear(dc, state)
	}
	for t := s.T - 1; t >= 0; t-- {
		d := stepGrads(given[0], given[1], c.scratch, t, s)
		if t < s.T-1 {
			c.step(s, 4, c.scratch, dgates.Add(4*(t+1)*state), c.in[1].Pointer, true)
		}
		c.each("lstmStepGrad", state, dgates.Add(4*t*state).Arg(), dc.Arg(), gates.Add(4*t*state).Arg(), cell.Add((t+1)*state).Arg(),
			cell.Add(t*state).Arg(), d[0], d[1], d[2], device.Int(state), device.Int(s.H))
	}
}

// stepGrads returns what adds up to the gradient of h at step t: a share of dy, dh at the
// last step, and what comes from the step after.
func stepGrads(dy, dh, after device.Pointer, t int, s kernel.Sequence) (d [3]device.Arg) {
	if dy != 0 {
		d[0] = dy.Add(t * s.N * s.H).Arg()
	}
	if t == s.T-1 {
		d[1] = dh.Arg()
	} else {
		d[2] = after.Arg()
	}
	return d
}

func (r rnn) launch(c *call) {
	s := recurrence(r.steps, c.shape(2))
	state := s.N * s.H
	h := c.out.Pointer
	c.copy(h, c.in[2].Pointer, state)
	for t := range s.T {
		y := h.Add((t + 1) * state)
		c.step(s, 1, y, h.Add(t*state), c.in[1].Pointer, false)
		c.each("rnnStep", state, y.Arg(), c.in[0].Add(t*state).Arg(), device.Int(state))
	}
}

func (r rnnGrad) launch(c *call) {
	all := c.shape(0)
	s := kernel.Sequence{T: r.steps, N: all[0] / (r.steps + 1), H: all[1]}
	state := s.N * s.H
	var given [2]device.Pointer
	next := 2
	for i, ok := range r.given {
		if ok {
			given[i] = c.in[next].Pointer
			next++
		}
	}
	for t := s.T - 1; t >= 0; t-- {
		dpre := c.out.Add(t * state)
		d := stepGrads(given[0], given[1], dpre, t, s)
		if t < s.T-1 {
			c.step(s, 1, dpre, dpre.Add(state), c.in[1].Pointer, true)
		}
		c.each("rnnStepGrad", state, dpre.Arg(), c.in[0].Add((t+1)*state).Arg(), d[0], d[1], d[2], device.Int(state))
	}
}
