package kernel

// SumRows sets y[j] to the sum of column j of x (rows, len(y)).
func SumRows[T Float](y, x []T, rows int) {
	list := lists[rowSum[T], rowSum[float32], rowSum[float64]](&rowSums32, &rowSums64)
	t := list.get(func() *rowSum[T] { return new(rowSum[T]) })
	*t = rowSum[T]{y, x, rows}
	Run(t, ceilDiv(len(y), columns))
	*t = rowSum[T]{}
	list.put(t)
}

// columns is the number of columns of a piece.
const columns = 128

var (
	rowSums32 freelist[rowSum[float32]]
	rowSums64 freelist[rowSum[float64]]
)

type rowSum[T Float] struct {
	y, x []T
	rows int
}

// Do implements [Task].
func (t *rowSum[T]) Do(_ *Worker, piece int) {
	lo, hi := piece*columns, min((piece+1)*columns, len(t.y))
	y := t.y[lo:hi]
	clear(y)
	for i := range t.rows {
		addTo(y, t.x[i*len(t.y)+lo:][:len(y)])
	}
}

// addTo adds x to y.
func addTo[T Float](y, x []T) {
	if y32, ok := f32(y); ok {
		if n := active.whole(len(y)); n > 0 {
			x32, _ := f32(x)
			active.add(n, &y32[0], &x32[0])
			y, x = y[n:], x[n:]
		}
	}
	for i, v := range x {
		y[i] += v
	}
}

// lists returns whichever of its arguments is a list of Ts.
func lists[T, A, B any](a *freelist[A], b *freelist[B]) *freelist[T] {
	if l, ok := any(a).(*freelist[T]); ok {
		return l
	}
	return any(b).(*freelist[T])
}

// SquaredError returns the mean of (x - y)², summed in float64.
func SquaredError[T Float](x, y []T) float64 {
	var sum float64
	for i, v := range x {
		d := float64(v) - float64(y[i])
		sum += d * d
	}
	return sum / float64(len(x))
}

// ScaledDifference sets dx = a·(x - y).
func ScaledDifference[T Float](dx, x, y []T, a T) {
	for i, v := range x {
		dx[i] = a * (v - y[i])
	}
}
