package kernel

// portableRowBlock is the number of rows of a piece.
const portableRowBlock = 8

type portableProduct[T Float] struct {
	m, n, k int
	c       []T
	ldc     int
	a, b    Matrix[T]
	e       Epilogue[T]
}

var (
	portable32 freelist[portableProduct[float32]]
	portable64 freelist[portableProduct[float64]]
)

func portableMatMul[T Float](m, n, k int, c []T, ldc int, a, b Matrix[T], e Epilogue[T]) {
	list, ok := any(&portable32).(*freelist[portableProduct[T]])
	if !ok {
		list = any(&portable64).(*freelist[portableProduct[T]])
	}
	p := list.get(func() *portableProduct[T] { return new(portableProduct[T]) })
	*p = portableProduct[T]{m, n, k, c, ldc, a, b, e}
	Run(p, ceilDiv(m, portableRowBlock))
	*p = portableProduct[T]{}
	list.put(p)
}

// Do implements [Task].
func (p *portableProduct[T]) Do(_ *Worker, piece int) {
	lo := piece * portableRowBlock
	for i := lo; i < min(lo+portableRowBlock, p.m); i++ {
		row := p.c[i*p.ldc:][:p.n]
		if !p.e.Accumulate {
			clear(row)
		}
		a := p.a.from(i, 0)
		if p.b.Col == 1 {
			p.addRows(row, a)
		} else {
			p.addDots(row, a)
		}
		if p.e.Bias != nil {
			for j, v := range p.e.Bias[:p.n] {
				row[j] += v
			}
		}
		if p.e.ReLU {
			portableApply(ReLU, row, row)
		}
		if p.e.Gate != nil {
			portableGrad(ReLU, row, p.e.Gate[i*p.ldc:][:p.n], row)
		}
	}
}

// addRows adds the sum over q of a(q) times row q of B, four rows at a time.
func (p *portableProduct[T]) addRows(c []T, a Matrix[T]) {
	q := 0
	for ; q+4 <= p.k; q += 4 {
		a0, a1, a2, a3 := a.Data[q*a.Col], a.Data[(q+1)*a.Col], a.Data[(q+2)*a.Col], a.Data[(q+3)*a.Col]
		b0 := p.b.Data[q*p.b.Row:][:len(c)]
		b1 := p.b.Data[(q+1)*p.b.Row:][:len(c)]
		b2 := p.b.Data[(q+2)*p.b.Row:][:len(c)]
		b3 := p.b.Data[(q+3)*p.b.Row:][:len(c)]
		for j := range c {
			c[j] += a0*b0[j] + a1*b1[j] + (a2*b2[j] + a3*b3[j])
		}
	}
	for ; q < p.k; q++ {
		v := a.Data[q*a.Col]
		for j, b := range p.b.Data[q*p.b.Row:][:len(c)] {
			c[j] += v * b
		}
	}
}

// addDots adds the product of a with each column of B, four columns at a time.
func (p *portableProduct[T]) addDots(c []T, a Matrix[T]) {
	j := 0
	for ; j+4 <= len(c); j += 4 {
		b0 := p.b.Data[j*p.b.Col:][:p.k]
		b1 := p.b.Data[(j+1)*p.b.Col:][:p.k]
		b2 := p.b.Data[(j+2)*p.b.Col:][:p.k]
		b3 := p.b.Data[(j+3)*p.b.Col:][:p.k]
		var s0, s1, s2, s3 T
		for q := range b0 {
			v := a.Data[q*a.Col]
			s0 += v * b0[q]
			s1 += v * b1[q]
			s2 += v * b2[q]
			s3 += v * b3[q]
		}
		c[j] += s0
		c[j+1] += s1
		c[j+2] += s2
		c[j+3] += s3
	}
	for ; j < len(c); j++ {
		var s T
		for q, b := range p.b.Data[j*p.b.Col:][:p.k] {
			s += a.Data[q*a.Col] * b
		}
		c[j] += s
	}
}
