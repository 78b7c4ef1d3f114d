package kernel

import (
	"math"
	"unsafe"
)

// Dropout sets y = x·m/(1-rate), where m is 0 with probability rate and else 1,
// drawn element by element: m of element i is 1 where word i that [PhiloxFill]
// gives for the key, from the counter step·2³² on, is at least rate·2³². An
// element that is dropped is 0 whatever it was. y may be x.
func Dropout[T Float](y, x []T, rate float64, step int, key uint64) {
	threshold := uint64(math.RoundToEven(rate * (1 << 32)))
	if threshold > math.MaxUint32 {
		clear(y)
		return
	}
	list := lists[dropping[T], dropping[float32], dropping[float64]](&droppings32, &droppings64)
	t := list.get(func() *dropping[T] { return new(dropping[T]) })
	*t = dropping[T]{y, x[:len(y)], uint32(threshold), T(1 / (1 - rate)), uint64(step) << 32, key}
	Run(t, ceilDiv(len(y), chunk))
	*t = dropping[T]{}
	list.put(t)
}

var (
	droppings32 freelist[dropping[float32]]
	droppings64 freelist[dropping[float64]]
)

type dropping[T Float] struct {
	y, x       []T
	threshold  uint32
	scale      T
	first, key uint64
}

// Do implements [Task].
func (t *dropping[T]) Do(w *Worker, piece int) {
	lo, hi := piece*chunk, min((piece+1)*chunk, len(t.y))
	y, x, first := t.y[lo:hi], t.x[lo:hi], t.first+uint64(lo)/4
	if y32, ok := f32(y); ok && active.dropout != nil {
		x32, _ := f32(x)
		if n := len(y) / group; n > 0 {
			active.dropout(n, &y32[0], &x32[0], t.threshold, float32(t.scale), first, t.key)
			y, x, first = y[n*group:], x[n*group:], first+uint64(n)*group/4
		}
	}
	const block = 32 * group // of words, that stay in the first-level cache
	words := unsafe.Slice((*uint32)(unsafe.Pointer(&w.scratch[0])), block)
	for len(y) > 0 {
		n := min(block, len(y))
		PhiloxFill(words[:n], first, t.key)
		portableDropout(y[:n], x[:n], words[:n], t.threshold, t.scale)
		y, x, first = y[n:], x[n:], first+block/4
	}
}

func portableDropout[T Float](y, x []T, words []uint32, threshold uint32, scale T) {
	if y32, ok := f32(y); ok {
		x32, _ := f32(x)
		for i, v := range x32 { // without a branch, which would be mispredicted
			kept := ^uint32((int64(words[i]) - int64(threshold)) >> 63)
			y32[i] = math.Float32frombits(math.Float32bits(v*float32(scale)) & kept)
		}
		return
	}
	for i, v := range x {
		if words[i] < threshold {
			v = 0
		}
		y[i] = v * scale
	}
}
