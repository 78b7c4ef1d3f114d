package kernel

// SumRows sets y[j] to the sum of column j of x (rows, len(y)): blocks of rows
// first, then the blocks in order.
func SumRows[T Float](y, x []T, rows int) {
	list := lists[rowSum[T], rowSum[float32], rowSum[float64]](&rowSums32, &rowSums64)
	t := list.get(func() *rowSum[T] { return new(rowSum[T]) })
	clear(y)
	// Of a narrow matrix, several rows are taken for one, whose parts add up at last.
	fold := 1
	if len(y) > 0 && len(y) < columns/2 {
		fold = columns / len(y)
	}
	t.x, t.rows, t.cols = x, rows/fold, len(y)*fold
	blocks := ceilDiv(t.rows, blockOfRows)
	t.part = resize(t.part, blocks*t.cols)
	Run(t, blocks*ceilDiv(t.cols, columns))
	for i := range blocks * fold {
		addTo(y, t.part[i*len(y):(i+1)*len(y)])
	}
	for i := t.rows * fold; i < rows; i++ {
		addTo(y, x[i*len(y):(i+1)*len(y)])
	}
	t.x = nil
	list.put(t)
}

const (
	columns     = 128 // of a piece
	blockOfRows = 512
)

var (
	rowSums32 freelist[rowSum[float32]]
	rowSums64 freelist[rowSum[float64]]
)

type rowSum[T Float] struct {
	x, part    []T
	rows, cols int
}

// Do implements [Task].
func (t *rowSum[T]) Do(_ *Worker, piece int) {
	across := ceilDiv(t.cols, columns)
	block, lo := piece/across, piece%across*columns
	hi := min(lo+columns, t.cols)
	y := t.part[block*t.cols+lo : block*t.cols+hi]
	first := block * blockOfRows
	rows, x := min(blockOfRows, t.rows-first), t.x[first*t.cols+lo:]
	if y32, ok := f32(y); ok && active.lanes > 0 {
		x32, _ := f32(x)
		for ; len(y) >= 8*active.lanes; y, y32, x, x32 = y[8*active.lanes:], y32[8*active.lanes:], x[8*active.lanes:], x32[8*active.lanes:] {
			active.sumRows(rows, t.cols*4, &y32[0], &x32[0])
		}
	}
	clear(y)
	for i := range rows {
		addTo(y, x[i*t.cols:][:len(y)])
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
