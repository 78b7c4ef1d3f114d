package kernel

import "math"

// A portableCell is what one time step does after its product, for some rows.
type portableCell[T Float] struct {
	n, h                int
	last, c, gates, out []T // forward: out is h
	dgates, dc, dh      []T // backward: dh takes the sum of all that reaches h
	back                bool

	weight Packed[T] // the recurrent weight, or its transpose
	sum    []T       // memory for dh
}

var (
	portableCells32 freelist[portableCell[float32]]
	portableCells64 freelist[portableCell[float64]]
)

func getPortableCell[T Float]() (*portableCell[T], *freelist[portableCell[T]]) {
	list := lists[portableCell[T], portableCell[float32], portableCell[float64]](&portableCells32, &portableCells64)
	return list.get(func() *portableCell[T] { return new(portableCell[T]) }), list
}

func portableLSTM[T Float](s Sequence, h, c, gates, pre, w []T) {
	p, list := getPortableCell[T]()
	p.weight.Pack(s.H, 4*s.H, Cols(w, s.H))
	p.n, p.h, p.back = s.N, s.H, false
	state := s.N * s.H
	for t := range s.T {
		p.gates = gates[4*t*state : 4*(t+1)*state]
		copy(p.gates, pre[4*t*state:])
		p.weight.MatMul(s.N, p.gates, 4*s.H, Rows(h[t*state:], s.H), Epilogue[T]{Accumulate: true})
		p.last, p.c, p.out = c[t*state:], c[(t+1)*state:], h[(t+1)*state:]
		Run(p, ceilDiv(s.N, portableRowBlock))
	}
	p.clear()
	list.put(p)
}

func portableLSTMGrad[T Float](s Sequence, dgates, dc, c, gates, w, dy, dh []T) {
	p, list := getPortableCell[T]()
	p.weight.Pack(4*s.H, s.H, Rows(w, s.H))
	p.n, p.h, p.back = s.N, s.H, true
	state := s.N * s.H
	if cap(p.sum) < state {
		p.sum = New[T](state)
	}
	p.dh, p.dc = p.sum[:state], dc
	for t := s.T - 1; t >= 0; t-- {
		clear(p.dh)
		if dy != nil {
			copy(p.dh, dy[t*state:])
		}
		if t < s.T-1 {
			p.weight.MatMul(s.N, p.dh, s.H, Rows(p.dgates, 4*s.H), Epilogue[T]{Accumulate: true})
		} else if dh != nil {
			addTo(p.dh, dh)
		}
		p.gates, p.dgates = gates[4*t*state:], dgates[4*t*state:4*(t+1)*state]
		p.last, p.c = c[t*state:], c[(t+1)*state:]
		Run(p, ceilDiv(s.N, portableRowBlock))
	}
	p.clear()
	list.put(p)
}

// clear forgets the caller's memory.
func (p *portableCell[T]) clear() { *p = portableCell[T]{weight: p.weight, sum: p.sum} }

// Do implements [Task].
func (p *portableCell[T]) Do(_ *Worker, piece int) {
	lo, hi := piece*portableRowBlock, min((piece+1)*portableRowBlock, p.n)
	for r := lo; r < hi; r++ {
		gates, at := p.gates[4*r*p.h:][:4*p.h], r*p.h
		i, f, g, o := gates[:p.h], gates[p.h:2*p.h], gates[2*p.h:3*p.h], gates[3*p.h:]
		if p.back {
			d := p.dgates[4*r*p.h:][:4*p.h]
			lstmGradRow(i, f, g, o, p.last[at:], p.c[at:], p.dh[at:], p.dc[at:], d[:p.h], d[p.h:], d[2*p.h:], d[3*p.h:])
		} else {
			lstmRow(i, f, g, o, p.last[at:], p.c[at:], p.out[at:])
		}
	}
}

func lstmRow[T Float](i, f, g, o, last, c, h []T) {
	portableApply(Sigmoid, i, i)
	portableApply(Sigmoid, f, f)
	portableApply(Tanh, g, g)
	portableApply(Sigmoid, o, o)
	for j := range i {
		c[j] = f[j]*last[j] + i[j]*g[j]
		h[j] = o[j] * T(math.Tanh(float64(c[j])))
	}
}

func lstmGradRow[T Float](i, f, g, o, last, c, dh, dc, di, df, dg, do []T) {
	for j := range i {
		y := T(math.Tanh(float64(c[j])))
		do[j] = dh[j] * y * (o[j] * (1 - o[j]))
		d := dc[j] + dh[j]*o[j]*(1-y*y)
		di[j] = d * g[j] * (i[j] * (1 - i[j]))
		df[j] = d * last[j] * (f[j] * (1 - f[j]))
		dg[j] = d * i[j] * (1 - g[j]*g[j])
		dc[j] = d * f[j]
	}
}
