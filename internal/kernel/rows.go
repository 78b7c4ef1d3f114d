package kernel

import "slices"

// Gather sets row i of y to row rows[i] of x. Rows have cols elements.
func Gather[T Float](y, x []T, rows []int, cols int) {
	list := lists[gathering[T], gathering[float32], gathering[float64]](&gatherings32, &gatherings64)
	t := list.get(func() *gathering[T] { return new(gathering[T]) })
	*t = gathering[T]{y, x, rows, cols}
	Run(t, ceilDiv(len(rows), gatherRows))
	*t = gathering[T]{}
	list.put(t)
}

// gatherRows is the number of rows of a piece.
const gatherRows = 32

var (
	gatherings32 freelist[gathering[float32]]
	gatherings64 freelist[gathering[float64]]
)

type gathering[T Float] struct {
	y, x []T
	rows []int
	cols int
}

// Do implements [Task].
func (t *gathering[T]) Do(_ *Worker, piece int) {
	lo := piece * gatherRows
	for i, r := range t.rows[lo:min(lo+gatherRows, len(t.rows))] {
		copy(t.y[(lo+i)*t.cols:][:t.cols], t.x[r*t.cols:])
	}
}

// Groups tell at which places of a list each of its numbers stands.
type Groups struct {
	Numbers []int    // each once, in increasing order
	keys    []uint64 // number << 32 | place, in increasing order
	first   []int    // of each number, in keys
}

// Set makes g those of list, whose numbers must be in [0, 2³²). It re-uses memory.
func (g *Groups) Set(list []int) {
	n := len(list)
	g.Numbers, g.first, g.keys = slices.Grow(g.Numbers[:0], n), slices.Grow(g.first[:0], n+1), slices.Grow(g.keys[:0], n)
	for place, v := range list {
		g.keys = append(g.keys, uint64(v)<<32|uint64(place))
	}
	slices.Sort(g.keys)
	for i, k := range g.keys {
		if i == 0 || k>>32 != g.keys[i-1]>>32 {
			g.Numbers, g.first = append(g.Numbers, int(k>>32)), append(g.first, i)
		}
	}
	g.first = append(g.first, n)
}

// SumGroups sets row i of y to the sum of the rows of x at the places of
// g.Numbers[i], in their order. Rows have cols elements.
func SumGroups[T Float](y, x []T, g *Groups, cols int) {
	list := lists[groupSum[T], groupSum[float32], groupSum[float64]](&groupSums32, &groupSums64)
	t := list.get(func() *groupSum[T] { return new(groupSum[T]) })
	*t = groupSum[T]{y, x, g, cols}
	Run(t, ceilDiv(len(g.Numbers), gatherRows))
	*t = groupSum[T]{}
	list.put(t)
}

var (
	groupSums32 freelist[groupSum[float32]]
	groupSums64 freelist[groupSum[float64]]
)

type groupSum[T Float] struct {
	y, x []T
	g    *Groups
	cols int
}

// Do implements [Task].
func (t *groupSum[T]) Do(_ *Worker, piece int) {
	for i := piece * gatherRows; i < min((piece+1)*gatherRows, len(t.g.Numbers)); i++ {
		y := t.y[i*t.cols:][:t.cols]
		clear(y)
		for _, k := range t.g.keys[t.g.first[i]:t.g.first[i+1]] {
			addTo(y, t.x[int(uint32(k))*t.cols:][:t.cols])
		}
	}
}
