package kernel

// A Packed is a matrix B (k, n) in the form in which products read it, for a B
// that many products share: the weights of a recurrent layer, or of a model that
// only predicts.
type Packed[T Float] struct {
	k, n  int
	panel []T       // float32: B in panels, on an instruction set
	isa   *isa      // nil: plain holds B
	plain Matrix[T] // a copy of B
	copy  []T
}

// Pack sets p to b (k, n), one of whose strides is 1. It may be called again, and
// then re-uses its memory.
func (p *Packed[T]) Pack(k, n int, b Matrix[T]) {
	p.k, p.n, p.isa = k, n, nil
	if panel, ok := f32(p.panel); ok && active.lanes > 0 && k > 0 && n > 0 {
		q := products.get(newProduct)
		spare := q.packed
		q.isa, q.n, q.k, q.b, q.packed = active, n, k, any(b).(Matrix[float32]), panel
		q.shared = true
		q.plan()
		q.pack()
		p.isa, p.panel = active, any(q.packed).([]T)
		q.packed = spare
		q.clear()
		products.put(q)
		return
	}
	if cap(p.copy) < k*n {
		p.copy = New[T](k * n)
	}
	p.copy = p.copy[:k*n]
	if b.Col == 1 {
		copyRows(p.copy, b.Data, k, n, b.Row)
		p.plain = Rows(p.copy, n)
	} else {
		copyRows(p.copy, b.Data, n, k, b.Col)
		p.plain = Cols(p.copy, k)
	}
}

// MatMul computes C = epilogue(A·B) as [MatMul] does, with the B that was packed.
func (p *Packed[T]) MatMul(m int, c []T, ldc int, a Matrix[T], e Epilogue[T]) {
	if p.isa == nil {
		MatMul(m, p.n, p.k, c, ldc, a, p.plain, e)
		return
	}
	if m == 0 {
		return
	}
	q := products.get(newProduct)
	spare := q.packed
	q.isa = p.isa
	q.m, q.n, q.k, q.c, q.ldc = m, p.n, p.k, any(c).([]float32), ldc
	q.a, q.e = any(a).(Matrix[float32]), any(e).(Epilogue[float32])
	q.packed, q.shared = any(p.panel).([]float32), true
	q.plan()
	Run(q, q.across*ceilDiv(m, q.rowBlock))
	q.packed = spare
	q.clear()
	products.put(q)
}

// copyRows copies rows of cols elements, which lie ld apart.
func copyRows[T Float](dst, src []T, rows, cols, ld int) {
	for i := range rows {
		copy(dst[i*cols:(i+1)*cols], src[i*ld:])
	}
}
