package kernel

// Transpose sets y to the transposes of the n matrices (rows, cols) in x.
func Transpose[T Float](y, x []T, n, rows, cols int) {
	list := lists[transposition[T], transposition[float32], transposition[float64]](&transpositions32, &transpositions64)
	t := list.get(func() *transposition[T] { return new(transposition[T]) })
	*t = transposition[T]{y, x, rows, cols}
	Run(t, n)
	*t = transposition[T]{}
	list.put(t)
}

var (
	transpositions32 freelist[transposition[float32]]
	transpositions64 freelist[transposition[float64]]
)

type transposition[T Float] struct {
	y, x       []T
	rows, cols int
}

// Do implements [Task]: it transposes one matrix.
func (t *transposition[T]) Do(w *Worker, piece int) {
	size := t.rows * t.cols
	src, dst := t.x[piece*size:(piece+1)*size], t.y[piece*size:(piece+1)*size]
	if s, ok := f32(src); ok && active.lanes > 0 {
		d, _ := f32(dst)
		active.packColsOf(w, d, s, t.cols, t.cols, t.rows, t.rows)
		return
	}
	const block = 8 // rows and columns that are read and written by whole cache lines
	for i0 := 0; i0 < t.rows; i0 += block {
		i1 := min(i0+block, t.rows)
		for j := range t.cols {
			row := dst[j*t.rows:][:t.rows]
			for i := i0; i < i1; i++ {
				row[i] = src[i*t.cols+j]
			}
		}
	}
}
