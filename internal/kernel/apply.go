package kernel

import "math"

// A Map is a function applied to each element.
type Map uint8

// The maps.
const (
	Exp     Map = iota // eˣ
	ReLU               // max(x, 0)
	Sigmoid            // 1/(1 + e⁻ˣ)
	Tanh               // (eˣ - e⁻ˣ)/(eˣ + e⁻ˣ)
	maps    = iota
)

// chunk is the number of elements of a piece: small enough that a kernel, which
// the runtime cannot preempt, soon returns.
const chunk = 16 << 10

// Apply sets y = f(x), element by element. y may be x. NaN gives NaN.
func Apply[T Float](f Map, y, x []T) { elementwise(f, false, y, x, nil) }

// ApplyGrad sets dx = dy·f′, with the derivative f′ taken from y = f(x). dx may
// be dy.
func ApplyGrad[T Float](f Map, dx, y, dy []T) { elementwise(f, true, dx, y, dy) }

func elementwise[T Float](f Map, grad bool, out, a, b []T) {
	list := lists[mapping[T], mapping[float32], mapping[float64]](&mappings32, &mappings64)
	t := list.get(newMapping[T])
	*t = mapping[T]{f, grad, out, a[:len(out)], b}
	Run(t, ceilDiv(len(out), chunk))
	*t = mapping[T]{}
	list.put(t)
}

var (
	mappings32 freelist[mapping[float32]]
	mappings64 freelist[mapping[float64]]
)

type mapping[T Float] struct {
	f         Map
	grad      bool
	out, a, b []T
}

func newMapping[T Float]() *mapping[T] { return new(mapping[T]) }

// Do implements [Task].
func (t *mapping[T]) Do(_ *Worker, piece int) {
	lo, hi := piece*chunk, min((piece+1)*chunk, len(t.out))
	out, a := t.out[lo:hi], t.a[lo:hi]
	var b []T
	if t.grad {
		b = t.b[lo:hi]
	}
	if o, ok := f32(out); ok {
		x, _ := f32(a)
		d, _ := f32(b)
		n := active.whole(len(o))
		switch {
		case n == 0:
		case !t.grad:
			active.apply[t.f](n, &o[0], &x[0])
		default:
			active.applyGrad[t.f](n, &o[0], &x[0], &d[0])
			b = b[n:]
		}
		out, a = out[n:], a[n:]
	}
	if t.grad {
		portableGrad(t.f, out, a, b)
	} else {
		portableApply(t.f, out, a)
	}
}

// whole returns how many of n elements fill whole vectors.
func (s *isa) whole(n int) int {
	if s.lanes == 0 {
		return 0
	}
	return n &^ (s.lanes - 1)
}

func portableApply[T Float](f Map, y, x []T) {
	switch f {
	case Exp:
		for i, v := range x {
			y[i] = T(math.Exp(float64(v)))
		}
	case ReLU:
		for i, v := range x {
			if v <= 0 {
				v = 0
			}
			y[i] = v
		}
	case Sigmoid:
		for i, v := range x {
			y[i] = T(1 / (1 + math.Exp(-float64(v))))
		}
	case Tanh:
		for i, v := range x {
			y[i] = T(math.Tanh(float64(v)))
		}
	}
}

func portableGrad[T Float](f Map, dx, y, dy []T) {
	switch f {
	case Exp:
		for i, v := range y {
			dx[i] = dy[i] * v
		}
	case ReLU:
		for i, v := range y {
			d := dy[i]
			if v <= 0 {
				d = 0
			}
			dx[i] = d
		}
	case Sigmoid:
		for i, v := range y {
			dx[i] = dy[i] * (v * (1 - v))
		}
	case Tanh:
		for i, v := range y {
			dx[i] = dy[i] * (1 - v*v)
		}
	}
}
