package op

import (
	"gorgonia.org/tensor"

	"github.com/gorgonia-zoo/zoo/internal/device"
	"github.com/gorgonia-zoo/zoo/internal/kernel"
)

// pool launches a thread for each of n elements of images of the given pooling.
func (c *call) pool(name string, g kernel.Pool, n int, arrays ...device.Arg) {
	args := append(arrays, device.Int(n))
	for _, v := range []int{g.H, g.W, g.C, g.OutH(), g.OutW(), g.KH, g.KW, g.Stride, g.Pad} {
		args = append(args, device.Int(v))
	}
	c.each(name, n, args...)
}

func (p maxPool) launch(c *call) {
	c.pool("maxPool", p.geometry(c.shape(0)), c.out.Len(), c.out.Arg(), c.p(0))
}

func (p maxPoolGrad) launch(c *call) {
	c.pool("maxPoolGrad", p.geometry(c.shape(0)), c.out.Len(), c.out.Arg(), c.p(0), c.p(1), c.p(2))
}

func (p avgPool) launch(c *call) {
	c.pool("avgPool", p.geometry(c.shape(0)), c.out.Len(), c.out.Arg(), c.p(0))
}

func (p avgPoolGrad) launch(c *call) {
	c.pool("avgPoolGrad", p.of.geometry(p.x), c.out.Len(), c.out.Arg(), c.p(0))
}

func (m maxCornerGrad) launch(c *call) {
	c.maxCornerGrad(c.out.Pointer, c.in[1].Pointer, c.in[0].Add(pooledShape(m.full).TotalSize()), m.full)
}

// maxCorner pools x, of shape s, by windows of 2×2.
func (c *call) maxCorner(y, corner, x device.Pointer, s tensor.Shape) {
	words := cornerWords(s)
	const threads = 16 // for a word
	c.each("maxCorner", threads*words, y.Arg(), corner.Arg(), x.Arg(), device.Int(words), device.Int(s[1]), device.Int(s[2]), device.Int(s[3]))
}

// maxCornerGrad sets dx, of shape s, to the gradient before pooling.
func (c *call) maxCornerGrad(dx, dy, corner device.Pointer, s tensor.Shape) {
	n := s.TotalSize()
	c.each("maxCornerGrad", n, dx.Arg(), dy.Arg(), corner.Arg(), device.Int(n), device.Int(s[1]), device.Int(s[2]), device.Int(s[3]))
}
