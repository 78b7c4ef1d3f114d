package kernel

import (
	"math"
	"unsafe"
)

// An Update is what an optimizer does to one parameter in one step. All slices
// have the length of W; those that are nil are left out.
//
// The gradient in use is g = Scale·(G + L2·W + L1·sign(W)). In one pass over memory:
//
//	[SGD]   V ← Momentum·V + g      W ← W - Rate·V     (without V: W - Rate·g)
//	        with Nesterov           W ← W - Rate·(g + Momentum·V)
//	[Adam]  M ← Beta1·M + New1·g    V ← Beta2·V + New2·g²
//	                                W ← W - Rate·M / (√V·Root + Epsilon)
//	both    Average ← Average + Blend·(W - Average)
type Update struct {
	W, G, M, V, Average []float32

	Rate, Scale, L2, L1, Blend float32

	Momentum float32 // SGD
	Nesterov bool

	Beta1, New1   float32 // Adam; New is 1-Beta, subtracted in float64
	Beta2, New2   float32
	Epsilon, Root float32 // Root is 1/√(1-β₂ᵗ); Rate holds the rate divided by 1-β₁ᵗ
}

// SGD does u as stochastic gradient descent and reports whether every element
// of the gradient was finite.
func SGD(u *Update) (finite bool) { return runUpdate(u, false) }

// Adam does u by the method of Kingma & Ba (2015), written as PyTorch does, and
// reports whether every element of the gradient was finite.
func Adam(u *Update) (finite bool) { return runUpdate(u, true) }

// SquaredNorm returns Σg² for Scale 1: the share of one parameter in the square of
// the global norm. Squares are added up in float32 within pieces of fixed size, the
// pieces in float64.
func SquaredNorm(u *Update) float64 {
	t := norms.get(func() *norm { return new(norm) })
	n := ceilDiv(len(u.W), chunk)
	if cap(t.part) < n {
		t.part = make([]float64, n)
	}
	t.Update, t.part = *u, t.part[:n]
	Run(t, n)
	var sum float64
	for _, v := range t.part {
		sum += v
	}
	t.Update = Update{}
	norms.put(t)
	return sum
}

var norms freelist[norm]

type norm struct {
	Update
	part []float64
}

// Do implements [Task].
func (t *norm) Do(w *Worker, piece int) {
	lo, hi := piece*chunk, min((piece+1)*chunk, len(t.W))
	u := t.Update.slice(lo, hi)
	var sum float64
	if n := active.whole(hi - lo); n > 0 {
		a := &w.update
		*a = update{w: ptr(u.W), g: ptr(u.G), n: n, l2: u.L2, l1: u.L1}
		active.squares((*byte)(unsafe.Pointer(a)))
		for _, v := range a.check[:active.lanes] {
			sum += float64(v)
		}
		u = u.slice(n, hi-lo)
	}
	for i, g := range u.G {
		g := float64(u.decayed(g, u.W[i]))
		sum += g * g
	}
	t.part[piece] = sum
}

func runUpdate(u *Update, adam bool) bool {
	t := updates.get(newUpdating)
	n := ceilDiv(len(u.W), chunk)
	if cap(t.bad) < n {
		t.bad = make([]bool, n)
	}
	t.Update, t.adam, t.bad = *u, adam, t.bad[:n]
	Run(t, n)
	finite := true
	for _, b := range t.bad {
		finite = finite && !b
	}
	t.Update = Update{}
	updates.put(t)
	return finite
}

var updates freelist[updating]

type updating struct {
	Update
	adam bool
	bad  []bool
}

func newUpdating() *updating { return new(updating) }

// update is the argument of the vector kernels for one piece. They store in
// check, a value a lane, a sum that is 0 if the gradient is finite, NaN if not.
type update struct {
	w, g, m, v, average        unsafe.Pointer
	n                          int
	rate, scale, l2, l1, blend float32
	momentum, ahead            float32 // ahead is the momentum where Nesterov is set
	beta1, new1, beta2, new2   float32
	epsilon, root              float32
	check                      [16]float32
}

// Do implements [Task].
func (t *updating) Do(w *Worker, piece int) {
	lo, hi := piece*chunk, min((piece+1)*chunk, len(t.W))
	t.bad[piece] = t.Update.slice(lo, hi).run(w, t.adam)
}

// run does u on one thread and reports whether the gradient was not finite.
func (u Update) run(w *Worker, adam bool) (bad bool) {
	if n := active.whole(len(u.W)); n > 0 {
		a := &w.update
		*a = update{
			w: ptr(u.W), g: ptr(u.G), m: ptr(u.M), v: ptr(u.V), average: ptr(u.Average), n: n,
			rate: u.Rate, scale: u.Scale, l2: u.L2, l1: u.L1, blend: u.Blend, momentum: u.Momentum,
			beta1: u.Beta1, new1: u.New1, beta2: u.Beta2, new2: u.New2, epsilon: u.Epsilon, root: u.Root,
		}
		if u.Nesterov {
			a.ahead = u.Momentum
		}
		if adam {
			active.adam((*byte)(unsafe.Pointer(a)))
		} else {
			active.sgd((*byte)(unsafe.Pointer(a)))
		}
		for _, v := range a.check[:active.lanes] {
			bad = bad || v != 0
		}
		u = u.slice(n, len(u.W))
	}
	var sum float32
	if adam {
		sum = u.portableAdam()
	} else {
		sum = u.portableSGD()
	}
	return bad || sum != 0
}

func (u Update) slice(lo, hi int) Update {
	for _, s := range []*[]float32{&u.W, &u.G, &u.M, &u.V, &u.Average} {
		if *s != nil {
			*s = (*s)[lo:hi]
		}
	}
	return u
}

func (u *Update) portableSGD() (check float32) {
	for i, g := range u.G {
		check += 0 * g
		g = u.Scale * u.decayed(g, u.W[i])
		if u.V != nil {
			v := u.Momentum*u.V[i] + g
			u.V[i] = v
			if u.Nesterov {
				g += u.Momentum * v
			} else {
				g = v
			}
		}
		u.W[i] -= u.Rate * g
	}
	u.average()
	return check
}

func (u *Update) portableAdam() (check float32) {
	for i, g := range u.G {
		check += 0 * g
		g = u.Scale * u.decayed(g, u.W[i])
		m := u.Beta1*u.M[i] + u.New1*g
		v := u.Beta2*u.V[i] + u.New2*g*g
		u.M[i], u.V[i] = m, v
		u.W[i] -= u.Rate * m / (float32(math.Sqrt(float64(v)))*u.Root + u.Epsilon)
	}
	u.average()
	return check
}

// decayed returns the gradient g of the weight w with that of the penalties.
func (u *Update) decayed(g, w float32) float32 {
	g += u.L2 * w
	switch {
	case w > 0:
		g += u.L1
	case w < 0:
		g -= u.L1
	}
	return g
}

func (u *Update) average() {
	for i := range u.Average {
		u.Average[i] += u.Blend * (u.W[i] - u.Average[i])
	}
}
