package op

import (
	"gorgonia.org/tensor"

	"github.com/gorgonia-zoo/zoo/internal/device"
)

// channelSums adds up two numbers for each channel of x in the scratch memory, in blocks
// of rows, and returns how many. Without dy they are the moments around shift.
func (c *call) channelSums(dy, shift device.Arg) (blocks, rows, cols int) {
	x := c.shape(0)
	cols = channelsOf(x)
	rows = x.TotalSize() / cols
	s := sumsOf(rows, cols)
	c.launch("columnSums", s.layout(cols), c.scratch.Arg(), c.p(0), dy, shift, device.Int(rows), device.Int(cols), device.Int(s.wide), device.Int(s.high))
	return s.blocks, rows, cols
}

// channelScratch is what channelSums needs for x, in bytes.
func channelScratch(x tensor.Shape) int {
	cols := channelsOf(x)
	return 2 * 8 * cols * sumsOf(x.TotalSize()/cols, cols).blocks
}

func (moments) scratch(in []tensor.Shape) int { return channelScratch(in[0]) }

func (moments) launch(c *call) {
	blocks, rows, cols := c.channelSums(null, c.p(0))
	c.launch("moments", device.Layout{X: cols, Threads: 32}, c.out.Arg(), c.scratch.Arg(), c.p(0), device.Int(blocks), device.Int(rows), device.Int(cols))
}

func (b batchNorm) launch(c *call) {
	n, cols := c.out.Len(), channelsOf(c.out.Shape)
	c.each("batchNorm", n, c.out.Arg(), c.p(0), c.p(1), c.p(2), c.p(3), c.p(4), device.Int(n), device.Int(cols), device.Float(b.epsilon))
}

func (batchNormSums) scratch(in []tensor.Shape) int { return channelScratch(in[0]) }

func (b batchNormSums) launch(c *call) {
	blocks, _, cols := c.channelSums(c.p(1), c.p(2))
	c.launch("batchNormSums", device.Layout{X: cols, Threads: 32}, c.out.Arg(), c.scratch.Arg(), c.p(3), device.Int(blocks), device.Int(cols), device.Float(b.epsilon))
}

func (b batchNormGrad) launch(c *call) {
	n, cols, sums := c.out.Len(), channelsOf(c.out.Shape), null
	if b.batch {
		sums = c.p(5)
	}
	c.each("batchNormGrad", n, c.out.Arg(), c.p(0), c.p(1), c.p(2), c.p(3), c.p(4), sums, device.Int(n), device.Int(cols), device.Float(b.epsilon))
}
