package kernel

// SGDRows does u as [SGD] does, for some rows of W alone: rows[i] of W, as a
// matrix, goes along row i of G. Each row may be named once. There is neither
// momentum nor average.
func SGDRows(u *Update, rows []int) (finite bool) {
	if len(rows) == 0 {
		return true
	}
	t := rowUpdates.get(func() *rowUpdate { return new(rowUpdate) })
	t.Update, t.rows, t.cols = *u, rows, len(u.G)/len(rows)
	t.height = max(1, chunk/t.cols)
	n := ceilDiv(len(rows), t.height)
	if cap(t.bad) < n {
		t.bad = make([]bool, n)
	}
	t.bad = t.bad[:n]
	Run(t, n)
	finite = true
	for _, b := range t.bad {
		finite = finite && !b
	}
	t.Update, t.rows = Update{}, nil
	rowUpdates.put(t)
	return finite
}

var rowUpdates freelist[rowUpdate]

type rowUpdate struct {
	Update
	rows   []int
	cols   int
	height int // rows of a piece
	bad    []bool
}

// Do implements [Task].
func (t *rowUpdate) Do(w *Worker, piece int) {
	bad := false
	for i := piece * t.height; i < min((piece+1)*t.height, len(t.rows)); i++ {
		u := t.Update
		u.W, u.G = u.W[t.rows[i]*t.cols:][:t.cols], u.G[i*t.cols:][:t.cols]
		bad = u.run(w, false) || bad
	}
	t.bad[piece] = bad
}
