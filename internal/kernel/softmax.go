package kernel

import "math"

// Softmax sets each row of y to e^(x-m)/Σe^(x-m), where m is the largest of the
// row of x. Both are (rows, cols).
func Softmax[T Float](y, x []T, cols int) { softmaxRows(y, x, nil, cols, 0) }

// CrossEntropy returns the mean over the rows of x (rows, cols) of
// -log softmax(x)[label], computed as log Σe^(x-m) + m - x[label], which
// overflows for no finite x. rows is len(labels).
func CrossEntropy[T Float](x []T, labels []int, cols int) float64 {
	return softmaxRows(nil, x, labels, cols, 0) / float64(len(labels))
}

// CrossEntropyGrad sets dx = a·(softmax(x) - onehot(labels)), row by row, and
// returns what [CrossEntropy] does. dx may be x.
func CrossEntropyGrad[T Float](dx, x []T, labels []int, cols int, a T) float64 {
	return softmaxRows(dx, x, labels, cols, a) / float64(len(labels))
}

// SoftmaxGrad sets each row of dx to y·(dy - Σ y·dy), the gradient of a softmax
// with output y. All are (rows, cols).
func SoftmaxGrad[T Float](dx, y, dy []T, cols int) {
	for i := 0; i < len(y); i += cols {
		var dot T
		for j, v := range y[i : i+cols] {
			dot += v * dy[i+j]
		}
		for j, v := range y[i : i+cols] {
			dx[i+j] = v * (dy[i+j] - dot)
		}
	}
}

var (
	softmaxes32 freelist[softmax[float32]]
	softmaxes64 freelist[softmax[float64]]
)

// A softmax does one of the three: without labels the softmax, without y the
// loss, with both the loss and the gradient.
type softmax[T Float] struct {
	y, x   []T
	labels []int
	cols   int
	a      T
	rows   int // of a piece
	part   []float64
}

func softmaxRows[T Float](y, x []T, labels []int, cols int, a T) float64 {
	list := lists[softmax[T], softmax[float32], softmax[float64]](&softmaxes32, &softmaxes64)
	t := list.get(func() *softmax[T] { return new(softmax[T]) })
	t.y, t.x, t.labels, t.cols, t.a = y, x, labels, cols, a
	t.rows = max(1, pieceElements/cols)
	n := ceilDiv(len(x)/cols, t.rows)
	if cap(t.part) < n {
		t.part = make([]float64, n)
	}
	t.part = t.part[:n]
	Run(t, n)
	var sum float64
	for _, v := range t.part {
		sum += v
	}
	t.y, t.x, t.labels = nil, nil, nil
	list.put(t)
	return sum
}

// pieceElements is about the number of elements of a piece.
const pieceElements = 1024

// Do implements [Task].
func (t *softmax[T]) Do(w *Worker, piece int) {
	if x, ok := any(t).(*softmax[float32]); ok && active.lanes > 0 && t.cols < narrow {
		doNarrow(x, w, piece)
		return
	}
	var loss float64
	for i := piece * t.rows; i < min((piece+1)*t.rows, len(t.x)/t.cols); i++ {
		x := t.x[i*t.cols : (i+1)*t.cols]
		var y []T
		if t.y != nil {
			y = t.y[i*t.cols : (i+1)*t.cols]
		}
		m := maximum(w, x)
		if t.labels == nil {
			scale(y, y, 1/T(expSum(w, y, x, m)))
			continue
		}
		label := t.labels[i]
		margin := float64(m) - float64(x[label]) // before y, which may be x, is written
		sum := expSum(w, y, x, m)
		loss += math.Log(sum) + margin
		if y != nil {
			scale(y, y, t.a/T(sum))
			y[label] -= t.a
		}
	}
	t.part[piece] = loss
}

// maximum returns the largest element of x, NaN if there is one.
func maximum[T Float](w *Worker, x []T) T {
	m := T(math.Inf(-1))
	if x32, ok := f32(x); ok {
		if n := active.whole(len(x)); n > 0 {
			active.maximum(n, &x32[0], &w.lanes[0])
			for _, v := range w.lanes[:active.lanes] {
				m = max(m, T(v))
			}
			x = x[n:]
		}
	}
	for _, v := range x {
		m = max(m, v)
	}
	return m
}

// expSum sets y = e^(x-shift), unless y is nil, and returns its sum.
func expSum[T Float](w *Worker, y, x []T, shift T) (sum float64) {
	if x32, ok := f32(x); ok {
		if n := active.whole(len(x)); n > 0 {
			if y == nil {
				active.expSum(n, nil, &x32[0], float32(shift), &w.lanes[0])
			} else {
				y32, _ := f32(y)
				active.expStore(n, &y32[0], &x32[0], float32(shift), &w.lanes[0])
				y = y[n:]
			}
			for _, v := range w.lanes[:active.lanes] {
				sum += float64(v)
			}
			x = x[n:]
		}
	}
	for i, v := range x {
		e := math.Exp(float64(v) - float64(shift))
		sum += e
		if y != nil {
			y[i] = T(e)
		}
	}
	return sum
}

// scale sets y = a·x.
func scale[T Float](y, x []T, a T) {
	if y32, ok := f32(y); ok {
		if n := active.whole(len(y)); n > 0 {
			x32, _ := f32(x)
			active.scale(n, &y32[0], &x32[0], float32(a))
			y, x = y[n:], x[n:]
		}
	}
	for i, v := range x {
		y[i] = a * v
	}
}
