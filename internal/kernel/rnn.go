package kernel

// RNN runs a simple recurrent layer: for each step h = tanh(pre + last h·wᵀ).
//
//	h    (T+1, N, H)  of which the first step is given
//	pre  (T, N, H)    what the input adds
//	w    (H, H)
//
// Elman, "Finding structure in time", Cognitive Science 1990.
func RNN[T Float](s Sequence, h, pre, w []T) {
	p, list := getRecurrentWeight[T]()
	p.Pack(s.H, s.H, Cols(w, s.H))
	state := s.N * s.H
	for t := range s.T {
		y := h[(t+1)*state : (t+2)*state]
		copy(y, pre[t*state:])
		p.MatMul(s.N, y, s.H, Rows(h[t*state:], s.H), Epilogue[T]{Accumulate: true})
		Apply(Tanh, y, y)
	}
	list.put(p)
}

// RNNGrad sets dpre to the gradient of pre. That of a step's h is its own and what
// comes from the step after:
//
//	dpre = (dy + later dpre·w)·(1-h²)
//
//	dpre  (T, N, H)
//	h     as [RNN] leaves it
//	dy    (T, N, H)  gradient of every step's h; may be nil
//	dh    (N, H)     gradient of the last h, to be added; may be nil
func RNNGrad[T Float](s Sequence, dpre, h, w, dy, dh []T) {
	p, list := getRecurrentWeight[T]()
	p.Pack(s.H, s.H, Rows(w, s.H))
	state := s.N * s.H
	for t := s.T - 1; t >= 0; t-- {
		d := dpre[t*state : (t+1)*state]
		if dy != nil {
			copy(d, dy[t*state:])
		} else {
			clear(d)
		}
		if t < s.T-1 {
			p.MatMul(s.N, d, s.H, Rows(dpre[(t+1)*state:], s.H), Epilogue[T]{Accumulate: true})
		} else if dh != nil {
			addTo(d, dh)
		}
		ApplyGrad(Tanh, d, h[(t+1)*state:(t+2)*state], d)
	}
	list.put(p)
}

var (
	recurrentWeights32 freelist[Packed[float32]]
	recurrentWeights64 freelist[Packed[float64]]
)

func getRecurrentWeight[T Float]() (*Packed[T], *freelist[Packed[T]]) {
	list := lists[Packed[T], Packed[float32], Packed[float64]](&recurrentWeights32, &recurrentWeights64)
	return list.get(func() *Packed[T] { return new(Packed[T]) }), list
}
