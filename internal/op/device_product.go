package op

import (
	"gorgonia.org/tensor"

	"github.com/gorgonia-zoo/zoo/internal/device"
)

func (l linear) launch(c *call) {
	n, units, features := c.shape(0)[0], c.shape(1)[0], c.shape(1)[1]
	c.matMul(device.MatMul{
		M: n, N: units, K: features,
		A: c.in[0].Pointer, LDA: features,
		B: c.in[1].Pointer, LDB: features, TransB: true,
		C: c.out.Pointer, LDC: units,
	})
	bias := null
	if l.bias {
		bias = c.p(2)
	}
	if l.bias || l.act != Identity {
		c.each("finish", n*units, c.out.Arg(), bias, device.Int(n*units), device.Int(units), device.Arg(l.act))
	}
}

func (m matmul) launch(c *call) {
	a := c.shape(0)
	rows, inner := m.sizes(a, c.shape(1))
	cols := c.shape(1)[1]
	c.matMul(device.MatMul{
		M: rows, N: cols, K: inner,
		A: c.in[0].Pointer, LDA: a[1], TransA: m.transposed,
		B: c.in[1].Pointer, LDB: cols,
		C: c.out.Pointer, LDC: cols,
	})
	if m.gate {
		c.activationGrad(ReLU, c.out.Pointer, c.in[2].Pointer, c.out.Pointer, rows*cols)
	}
}

func (sumRows) launch(c *call) {
	x := c.shape(0)
	c.sumRows(c.out.Pointer, c.in[0].Pointer, x[0], x[1], c.scratch, false)
}

func (sumRows) scratch(in []tensor.Shape) int { return sumScratch(in[0][0], in[0][1]) }

// sumRows sets y to the sums of the columns of x, or adds them to it.
func (c *call) sumRows(y, x device.Pointer, rows, cols int, scratch device.Pointer, more bool) {
	s := sumsOf(rows, cols)
	if s.blocks > 1 {
		c.sumColumns(scratch, x, rows, cols, s, false)
		x, rows = scratch, s.blocks
		s.high, s.blocks = rows, 1
	}
	c.sumColumns(y, x, rows, cols, s, more)
}

func (c *call) sumColumns(y, x device.Pointer, rows, cols int, s columnSums, more bool) {
	c.launch("sumColumns", s.layout(cols), y.Arg(), x.Arg(), device.Int(rows), device.Int(cols), device.Int(s.wide), device.Int(s.high), flag(more))
}

// sumScratch is what sumRows needs, in bytes.
func sumScratch(rows, cols int) int {
	if s := sumsOf(rows, cols); s.blocks > 1 {
		return 4 * s.blocks * cols
	}
	return 0
}

// columnSums say how the columns of a matrix are added up: by blocks of 256 threads,
// wide columns and high rows each.
type columnSums struct{ wide, high, blocks int }

func sumsOf(rows, cols int) columnSums {
	wide := 32
	for wide > 1 && wide/2 >= cols {
		wide /= 2
	}
	const eachThread, enough = 8, 512 // rows at least, and blocks
	blocks := max(1, min(ceilDiv(enough, ceilDiv(cols, wide)), rows/(256/wide*eachThread)))
	high := max(1, ceilDiv(rows, blocks))
	return columnSums{wide, high, max(1, ceilDiv(rows, high))}
}

func (s columnSums) layout(cols int) device.Layout {
	return device.Layout{X: ceilDiv(cols, s.wide), Y: s.blocks, Threads: 256}
}
