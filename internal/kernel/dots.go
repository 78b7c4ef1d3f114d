package kernel

// Products of a few rows of A with columns of B that lie in order, such as those of
// a layer that predicts from one example: each number of C is a dot product, for
// which B is read once, where it lies, and as fast as memory is.

const (
	fewRows   = 4       // of A, for which that is faster than packing B
	dotFloats = 8 << 10 // of B in a piece
	dotGroup  = 8       // columns of B that a kernel takes at a time
)

func (p *product) isDots() bool {
	return p.m <= fewRows && p.n >= dotGroup && p.k >= p.isa.lanes && p.a.Col == 1 && p.b.Row == 1
}

// dotColumns returns the columns of a piece.
func (p *product) dotColumns() int { return dotGroup * max(1, dotFloats/(dotGroup*p.k)) }

func (p *product) doDots(w *Worker, piece int) {
	lo := piece * p.dotColumns()
	hi := min(lo+p.dotColumns(), p.n)
	for lo < hi {
		groups, from := (hi-lo)/dotGroup, lo
		if groups == 0 { // the last few, with some that are done
			groups, from = 1, p.n-dotGroup
		}
		sums := w.scratch[:groups*dotGroup]
		for i := range p.m {
			p.isa.dots(groups, p.k/p.isa.lanes, 4*p.b.Col, &sums[0], &p.a.Data[i*p.a.Row], &p.b.Data[from*p.b.Col], &maskWords[16-p.k%p.isa.lanes])
			p.e.store(p.c, i*p.ldc+lo, lo, sums[lo-from:])
		}
		lo = from + len(sums)
	}
}

// store stores what a product has for c[at:] and, in its row, the columns from j on.
func (e *Epilogue[T]) store(c []T, at, j int, x []T) {
	for i, v := range x {
		if e.Accumulate {
			v += c[at+i]
		}
		if e.Bias != nil {
			v += e.Bias[j+i]
		}
		if e.ReLU && v < 0 || e.Gate != nil && e.Gate[at+i] <= 0 {
			v = 0
		}
		c[at+i] = v
	}
}
