package kernel

import "math"

// narrow is the number of columns below which rows share vectors.
const narrow = 64

// doNarrow does a piece whose rows are too short to fill vectors, with one call
// of the exponential for all of them.
func doNarrow(t *softmax[float32], w *Worker, piece int) {
	lo, hi := piece*t.rows, min((piece+1)*t.rows, len(t.x)/t.cols)
	x := t.x[lo*t.cols : hi*t.cols]
	whole := (len(x) + active.lanes - 1) &^ (active.lanes - 1)
	e, top := w.scratch[:whole], w.scratch[whole:]
	for i := range hi - lo {
		row := x[i*t.cols : (i+1)*t.cols]
		m := row[0]
		for _, v := range row[1:] {
			m = max(m, v)
		}
		top[i] = m
		for j, v := range row {
			e[i*t.cols+j] = v - m
		}
	}
	clear(e[len(x):])
	active.apply[Exp](whole, &e[0], &e[0])
	var loss float64
	for i := range hi - lo {
		row := e[i*t.cols : (i+1)*t.cols]
		var sum float64
		for _, v := range row {
			sum += float64(v)
		}
		if t.labels != nil {
			loss += math.Log(sum) + (float64(top[i]) - float64(x[i*t.cols+t.labels[lo+i]]))
		}
		if t.y == nil {
			continue
		}
		y := t.y[(lo+i)*t.cols:][:t.cols]
		a := float32(1)
		if t.labels != nil {
			a = t.a
		}
		s := a / float32(sum)
		for j, v := range row {
			y[j] = v * s
		}
		if t.labels != nil {
			y[t.labels[lo+i]] -= a
		}
	}
	t.part[piece] = loss
}
