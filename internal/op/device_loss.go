package op

import (
	"gorgonia.org/tensor"

	"github.com/gorgonia-zoo/zoo/internal/device"
)

// rowThreads is the number of threads for a row of a softmax.
func rowThreads(cols int) int {
	switch {
	case cols <= 128:
		return 32
	case cols <= 1024:
		return 128
	}
	return 512
}

// rows launches a block for each of n rows.
func (c *call) rows(kernel string, n, cols int, args ...device.Arg) {
	if n > 0 {
		c.launch(kernel, device.Layout{X: n, Threads: rowThreads(cols)}, args...)
	}
}

// sumParts sets a number to factor · the sum of n float64s.
func (c *call) sumParts(y, part device.Pointer, n int, factor float64) {
	c.launch("sumParts", device.Layout{Threads: 256}, y.Arg(), part.Arg(), device.Int(n), device.Float(factor))
}

func (crossEntropy) check(y []int, in []tensor.Shape) error { return checkLabels(y, in[0][1]) }

func (crossEntropy) launch(c *call) {
	n, classes := c.shape(0)[0], c.shape(0)[1]
	c.rows("crossEntropy", n, classes, c.scratch.Arg(), null, c.p(0), c.p(1), null, device.Float(float64(n)), device.Int(classes))
	c.sumParts(c.out.Pointer, c.scratch, n, 1/float64(n))
}

func (crossEntropy) scratch(in []tensor.Shape) int { return 8 * in[0][0] }

func (crossEntropyGrad) check(y []int, in []tensor.Shape) error { return checkLabels(y, in[0][1]) }

func (crossEntropyGrad) launch(c *call) {
	n, classes := c.shape(0)[0], c.shape(0)[1]
	c.rows("crossEntropy", n, classes, null, c.out.Arg(), c.p(0), c.p(1), c.p(2), device.Float(float64(n)), device.Int(classes))
}

// blockBytes is the most that a block of logits takes: little beside a device's memory,
// and enough for products that keep it busy.
var blockBytes = 64 << 20

// A linearLossPlan says how a linear operation and its cross-entropy go by blocks of
// rows, and where in the scratch memory what lies, in bytes.
type linearLossPlan struct {
	rows, features, classes int
	high                    int // rows of a block
	losses, sums, size      int // after the logits; the sums are those of columns
}

func (l linearCrossEntropy) plan(in []tensor.Shape) linearLossPlan {
	p := linearLossPlan{rows: in[0][0], features: in[0][1], classes: in[1][0]}
	p.high = ceilDiv(p.rows, max(1, ceilDiv(4*p.rows*p.classes, blockBytes)))
	p.losses = roundUp(4*p.high*p.classes, 256)
	p.sums = p.losses + roundUp(8*p.rows, 256)
	p.size = p.sums
	for _, rows := range []int{p.high, p.rows % max(1, p.high)} {
		p.size = max(p.size, p.sums+sumScratch(rows, p.classes))
	}
	return p
}

func (l linearCrossEntropy) check(y []int, in []tensor.Shape) error {
	return checkLabels(y, in[1][0])
}

func (l linearCrossEntropy) scratch(in []tensor.Shape) int { return l.plan(in).size }

func (l linearCrossEntropy) launch(c *call) { l.blocks(c, c.out.Pointer, nil, null) }

func (l linearCrossEntropyGrad) check(y []int, in []tensor.Shape) error { return l.of.check(y, in) }

func (l linearCrossEntropyGrad) scratch(in []tensor.Shape) int { return l.of.plan(in).size }

func (l linearCrossEntropyGrad) launch(c *call) {
	var grads []device.Pointer
	for _, first := range l.first {
		grads = append(grads, c.out.Add(first))
	}
	l.of.blocks(c, c.out.Pointer, grads, c.p(len(c.in)-1))
}

// blocks sets loss and, if they are wanted, the gradients of x, w and b, times dloss.
func (l linearCrossEntropy) blocks(c *call, loss device.Pointer, grads []device.Pointer, dloss device.Arg) {
	shapes := make([]tensor.Shape, len(c.in))
	for i, a := range c.in {
		shapes[i] = a.Shape
	}
	p := l.plan(shapes)
	x, w, bias, labels := c.in[0], c.in[1], null, c.in[2]
	if l.bias {
		bias, labels = c.p(2), c.in[3]
	}
	z, losses, sums := c.scratch, c.scratch+device.Pointer(p.losses), c.scratch+device.Pointer(p.sums)
	for lo := 0; lo < p.rows; lo += p.high {
		n := min(p.high, p.rows-lo)
		x := x.Add(lo * p.features)
		c.matMul(device.MatMul{
			M: n, N: p.classes, K: p.features,
			A: x, LDA: p.features, B: w.Pointer, LDB: p.features, TransB: true, C: z, LDC: p.classes,
		})
		if l.bias {
			c.each("finish", n*p.classes, z.Arg(), bias, device.Int(n*p.classes), device.Int(p.classes), device.Arg(Identity))
		}
		dz := null
		if grads != nil {
			dz = z.Arg()
		}
		c.rows("crossEntropy", n, p.classes, (losses + device.Pointer(8*lo)).Arg(), dz, z.Arg(), (labels.Pointer + device.Pointer(8*lo)).Arg(),
			dloss, device.Float(float64(p.rows)), device.Int(p.classes))
		if grads == nil {
			continue
		}
		c.matMul(device.MatMul{
			M: n, N: p.features, K: p.classes,
			A: z, LDA: p.classes, B: w.Pointer, LDB: p.features, C: grads[0].Add(lo * p.features), LDC: p.features,
		})
		dw := device.MatMul{
			M: p.classes, N: p.features, K: n,
			A: z, LDA: p.classes, TransA: true, B: x, LDB: p.features, C: grads[1], LDC: p.features,
		}
		if lo > 0 {
			dw.Beta = 1
		}
		c.matMul(dw)
		if l.bias {
			c.sumRows(grads[2], z, n, p.classes, sums, lo > 0)
		}
	}
	c.sumParts(loss, losses, p.rows, 1/float64(p.rows))
}

func (softmax) launch(c *call) {
	n, classes := c.shape(0)[0], c.shape(0)[1]
	c.rows("softmax", n, classes, c.out.Arg(), c.p(0), device.Int(classes))
}

func (softmaxGrad) launch(c *call) {
	n, classes := c.shape(0)[0], c.shape(0)[1]
	c.rows("softmaxGrad", n, classes, c.out.Arg(), c.p(0), c.p(1), device.Int(classes))
}

func (squaredError) launch(c *call) {
	n := c.in[0].Len()
	parts := squaredParts(n)
	c.launch("squaredErrors", device.Layout{X: parts, Threads: 256}, c.scratch.Arg(), c.p(0), c.p(1), device.Int(n))
	c.sumParts(c.out.Pointer, c.scratch, parts, 1/float64(n))
}

func (squaredError) scratch(in []tensor.Shape) int { return 8 * squaredParts(in[0].TotalSize()) }

func squaredParts(n int) int { return max(1, min(ceilDiv(n, 2048), 1024)) }

func (squaredErrorGrad) launch(c *call) {
	n := c.out.Len()
	c.each("scaledDifference", n, c.out.Arg(), c.p(0), c.p(1), c.p(2), device.Int(n), device.Float(2/float64(n)))
}

func (correct) launch(c *call) {
	n, classes := c.shape(0)[0], c.shape(0)[1]
	c.rows("correct", n, classes, c.scratch.Arg(), c.p(0), c.p(1), device.Int(classes))
	c.sumParts(c.out.Pointer, c.scratch, n, 1)
}

func (correct) scratch(in []tensor.Shape) int { return 8 * in[0][0] }
