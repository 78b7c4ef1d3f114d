package op

import "gorgonia.org/tensor"

// FLOP returns the floating-point operations of the matrix products in a run of o
// on float32 inputs of the given shapes; 0 where it has none.
func (o *Operation) FLOP(in []tensor.Shape) float64 {
	if c, ok := o.computation.(interface{ flop([]tensor.Shape) float64 }); ok {
		return c.flop(in)
	}
	return 0
}

// productFLOP is that of a product of (m, k) and (k, n).
func productFLOP(m, n, k int) float64 { return 2 * float64(m) * float64(n) * float64(k) }

func (linear) flop(in []tensor.Shape) float64 { return productFLOP(in[0][0], in[1][0], in[1][1]) }

func (m matmul) flop(in []tensor.Shape) float64 {
	rows, inner := m.sizes(in[0], in[1])
	return productFLOP(rows, in[1][1], inner)
}

// A pass over all words; the gradient has two products more.
func (linearCrossEntropy) flop(in []tensor.Shape) float64 { return linear{}.flop(in) }

func (linearCrossEntropyGrad) flop(in []tensor.Shape) float64 { return 3 * linear{}.flop(in) }

func (c conv) flop(in []tensor.Shape) float64 {
	k := c.geometry.kernel(in[0], in[1])
	return k.FLOP()
}

func (c convPool) flop(in []tensor.Shape) float64 { return c.of.flop(in) }

func (c convDataGrad) flop(in []tensor.Shape) float64 {
	k := c.geometry.kernel(c.x, in[1])
	return k.GradFLOP()
}

func (c convWeightGrad) flop(in []tensor.Shape) float64 {
	k := c.geometry.kernel(in[0], c.w)
	return k.GradFLOP()
}

func (c convGrads) flop([]tensor.Shape) float64 {
	k := c.geometry.kernel(c.x, c.w)
	return 2 * k.GradFLOP()
}

func (l lstm) flop(in []tensor.Shape) float64 {
	s := recurrence(l.steps, in[2])
	return productFLOP(s.T*s.N, 4*s.H, s.H)
}

// The first step hands nothing back.
func (l lstmGrad) flop(in []tensor.Shape) float64 {
	n, h := in[0][0]/(6*l.steps+2), in[0][1]
	return productFLOP((l.steps-1)*n, h, 4*h)
}

func (r rnn) flop(in []tensor.Shape) float64 {
	s := recurrence(r.steps, in[2])
	return productFLOP(s.T*s.N, s.H, s.H)
}

func (r rnnGrad) flop(in []tensor.Shape) float64 {
	n, h := in[0][0]/(r.steps+1), in[0][1]
	return productFLOP((r.steps-1)*n, h, h)
}
