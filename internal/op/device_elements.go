package op

import (
	"math"

	"github.com/gorgonia-zoo/zoo/internal/device"
)

func (a activation) launch(c *call) {
	c.activation(a.Activation, c.out.Pointer, c.in[0].Pointer, c.out.Len())
}

func (c *call) activation(f Activation, y, x device.Pointer, n int) {
	c.each("activation", n, y.Arg(), x.Arg(), device.Int(n), device.Arg(f))
}

func (a activationGrad) launch(c *call) {
	c.activationGrad(a.of, c.out.Pointer, c.in[0].Pointer, c.in[1].Pointer, c.out.Len())
}

func (c *call) activationGrad(f Activation, dx, y, dy device.Pointer, n int) {
	c.each("activationGrad", n, dx.Arg(), y.Arg(), dy.Arg(), device.Int(n), device.Arg(f))
}

func (add) launch(c *call) {
	c.each("add", c.out.Len(), c.out.Arg(), c.p(0), c.p(1), device.Int(c.out.Len()))
}

func (s scale) launch(c *call) {
	c.each("multiply", 1, c.out.Arg(), c.p(0), device.Int(1), device.Float(s.forward))
}

func (b blend) launch(c *call) {
	c.each("blend", c.out.Len(), c.out.Arg(), c.p(0), c.p(1), device.Int(c.out.Len()), device.Float(b.momentum), device.Float(b.factor))
}

// The threshold and the scale are those of kernel.Dropout.
func (d dropout) launch(c *call) {
	n := c.out.Len()
	threshold := math.RoundToEven(d.rate * (1 << 32))
	if threshold > math.MaxUint32 {
		c.clear(c.out.Pointer, n)
		return
	}
	const group, counters = 64, 16 // elements, and threads for them
	c.each("dropout", ceilDiv(n, group)*counters, c.out.Arg(), c.p(0), c.p(1), device.Int(n), device.Arg(d.key),
		device.Int(int(threshold)), device.Float(float64(float32(1/(1-d.rate)))))
}

func (reshape) launch(c *call) { c.copy(c.out.Pointer, c.in[0].Pointer, c.out.Len()) }

func (p part) launch(c *call) { c.copy(c.out.Pointer, c.in[0].Add(p.first), c.out.Len()) }

func (p placed) launch(c *call) {
	c.clear(c.out.Pointer, c.out.Len())
	c.copy(c.out.Add(p.first), c.in[0].Pointer, c.in[0].Len())
}

func (head) launch(c *call) { c.copy(c.out.Pointer, c.in[0].Pointer, 1) }

func (o channels) launch(c *call) {
	s := c.shape(0)
	n, rows, cols := s[0], s[1]*s[2], s[3]
	if !o.first {
		rows, cols = s[1], s[2]*s[3]
	}
	const tile = 32
	if blocks := n * ceilDiv(rows, tile) * ceilDiv(cols, tile); blocks > 0 {
		c.launch("transpose", device.Layout{X: blocks, Threads: 256}, c.out.Arg(), c.p(0), device.Int(rows), device.Int(cols))
	}
}

func (embedding) launch(c *call) {
	w := c.shape(0)
	c.each("gather", c.out.Len(), c.out.Arg(), c.p(0), c.p(1), device.Int(c.out.Len()), device.Int(w[0]), device.Int(w[1]))
}

func (embeddingGrad) launch(c *call) {
	c.clear(c.out.Pointer, c.out.Len())
	if n := c.in[0].Len(); n > 0 {
		w := c.out.Shape
		c.launch("scatter", device.Layout{X: n, Threads: 256}, c.out.Arg(), c.p(1), c.p(0), device.Int(n), device.Int(w[0]), device.Int(w[1]))
	}
}
