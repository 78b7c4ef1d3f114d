package kernel

import "math"

// Batch normalization of x (rows, C), channel by channel:
//
//	x̂ = (x - mean)/√(variance + ε)
//	y = x̂·weight + bias
//
// Ioffe & Szegedy, "Batch normalization: accelerating deep network training by
// reducing internal covariate shift", ICML 2015.

// Moments sets the first half of m (2·C) to the mean of each column of x and
// the second half to its variance, the mean square of the distance from the mean.
func Moments[T Float](m, x []T, rows int) {
	c := len(m) / 2
	t := getColumnSums(x, nil, x[:c], rows)
	n := float64(rows)
	for j := range c {
		a, b := t.total(j)
		m[j] = T(float64(x[j]) + a/n)
		v := (b - a*a/n) / n
		if v < 0 { // by rounding; NaN stays
			v = 0
		}
		m[c+j] = T(v)
	}
	putColumnSums(t)
}

// BatchNorm sets y to x normalized with the given moments.
func BatchNorm[T Float](y, x, mean, variance, weight, bias []T, epsilon float64) {
	t := getNormalizing[T](len(mean))
	t.y, t.x, t.mean, t.add = y, x[:len(y)], mean, bias
	for j, v := range variance {
		t.factor[j] = T(float64(weight[j]) / math.Sqrt(float64(v)+epsilon))
	}
	t.run()
}

// BatchNormSums sets the first half of s (2·C) to Σ dy·x̂ of each column, the
// gradient of the weight, and the second half to Σ dy, that of the bias.
func BatchNormSums[T Float](s, x, dy, mean, variance []T, epsilon float64) {
	c := len(mean)
	t := getColumnSums(x, dy, mean, len(x)/c)
	for j, v := range variance {
		a, b := t.total(j)
		s[j], s[c+j] = T(b/math.Sqrt(float64(v)+epsilon)), T(a)
	}
	putColumnSums(t)
}

// BatchNormGrad sets dx to the gradient of x, given that of y. Where the moments
// are those of x itself, s is what [BatchNormSums] gives and, with n rows,
//
//	dx = weight/√(variance + ε) · (dy - Σdy/n - x̂·Σ(dy·x̂)/n)
//
// Where they are fixed, s is nil and the two means are left out.
func BatchNormGrad[T Float](dx, x, dy, mean, variance, weight, s []T, epsilon float64) {
	c := len(mean)
	t := getNormalizing[T](c)
	t.y, t.x, t.dy, t.mean = dx, x[:len(dx)], dy[:len(dx)], mean
	n := float64(len(dx) / c)
	for j, v := range variance {
		r := 1 / math.Sqrt(float64(v)+epsilon)
		t.factor[j] = T(float64(weight[j]) * r)
		t.shift[j], t.slope[j] = 0, 0
		if s != nil {
			t.shift[j], t.slope[j] = T(float64(s[c+j])/n), T(float64(s[j])/n*r)
		}
	}
	t.run()
}

// A columnSums adds up two numbers for each column of x, in float64:
//
//	Σ(x - shift)  Σ(x - shift)²     if dy is nil
//	Σdy           Σdy·(x - shift)   else
//
// Its pieces are blocks of up to chunk elements, at most columns wide.
type columnSums[T Float] struct {
	x, dy, shift []T
	rows         int
	high         int       // of a block, in rows
	blocks       int       // one above the other
	part         []float64 // (blocks, 2, C)
}

var (
	columnSums32 freelist[columnSums[float32]]
	columnSums64 freelist[columnSums[float64]]
)

func getColumnSums[T Float](x, dy, shift []T, rows int) *columnSums[T] {
	list := lists[columnSums[T], columnSums[float32], columnSums[float64]](&columnSums32, &columnSums64)
	t := list.get(func() *columnSums[T] { return new(columnSums[T]) })
	t.x, t.dy, t.shift, t.rows = x, dy, shift, rows
	t.high = chunk / min(len(shift), columns)
	t.blocks = ceilDiv(rows, t.high)
	n := t.blocks * len(shift) * 2
	if cap(t.part) < n {
		t.part = make([]float64, n)
	}
	t.part = t.part[:n]
	Run(t, t.blocks*ceilDiv(len(shift), columns))
	return t
}

func putColumnSums[T Float](t *columnSums[T]) {
	t.x, t.dy, t.shift = nil, nil, nil
	lists[columnSums[T], columnSums[float32], columnSums[float64]](&columnSums32, &columnSums64).put(t)
}

// total returns the sums of column j.
func (t *columnSums[T]) total(j int) (a, b float64) {
	c := len(t.shift)
	for i := range t.blocks {
		p := t.part[2*i*c : 2*(i+1)*c]
		a, b = a+p[j], b+p[c+j]
	}
	return a, b
}

// Do implements [Task].
func (t *columnSums[T]) Do(_ *Worker, piece int) {
	c := len(t.shift)
	block, left := piece%t.blocks, piece/t.blocks*columns
	top := block * t.high
	bottom, right := min(top+t.high, t.rows), min(left+columns, c)
	a := t.part[2*block*c:][:c]
	b := t.part[(2*block+1)*c:][:c]
	j := left
	if x, ok := f32(t.x); ok && active.lanes > 0 {
		dy, _ := f32(t.dy)
		shift, _ := f32(t.shift)
		for ; j+active.lanes <= right; j += active.lanes {
			if i := top*c + j; dy == nil {
				active.momentSums(bottom-top, 4*c, &x[i], &shift[j], &a[j], &b[j])
			} else {
				active.productSums(bottom-top, 4*c, &x[i], &dy[i], &shift[j], &a[j], &b[j])
			}
		}
	}
	for ; j < right; j++ {
		shift := float64(t.shift[j])
		var sum, sum2 float64
		for i := top; i < bottom; i++ {
			d := float64(t.x[i*c+j]) - shift
			e := d
			if t.dy != nil {
				e = float64(t.dy[i*c+j])
			}
			sum += e
			sum2 += e * d
		}
		a[j], b[j] = sum, sum2
	}
}

// A normalizing sets, for each row of x,
//
//	y = factor·(x - mean) + add                    if dy is nil
//	y = factor·(dy - shift - slope·(x - mean))     else
type normalizing[T Float] struct {
	y, x, dy, mean, add  []T
	factor, shift, slope []T
	rows                 int // of a piece
}

var (
	normalizings32 freelist[normalizing[float32]]
	normalizings64 freelist[normalizing[float64]]
)

func getNormalizing[T Float](c int) *normalizing[T] {
	list := lists[normalizing[T], normalizing[float32], normalizing[float64]](&normalizings32, &normalizings64)
	t := list.get(func() *normalizing[T] { return new(normalizing[T]) })
	for _, s := range [...]*[]T{&t.factor, &t.shift, &t.slope} {
		if cap(*s) < c {
			*s = make([]T, c)
		}
		*s = (*s)[:c]
	}
	return t
}

// run does t and gives it back.
func (t *normalizing[T]) run() {
	c := len(t.mean)
	t.rows = max(1, chunk/c)
	Run(t, ceilDiv(len(t.y)/c, t.rows))
	*t = normalizing[T]{factor: t.factor, shift: t.shift, slope: t.slope}
	lists[normalizing[T], normalizing[float32], normalizing[float64]](&normalizings32, &normalizings64).put(t)
}

// Do implements [Task].
func (t *normalizing[T]) Do(_ *Worker, piece int) {
	c := len(t.mean)
	lo, hi := piece*t.rows*c, min((piece+1)*t.rows*c, len(t.y))
	from := 0 // the first channel that is left to do
	if y, ok := f32(t.y); ok && active.whole(c) > 0 {
		from = active.whole(c)
		x, _ := f32(t.x)
		mean, _ := f32(t.mean)
		factor, _ := f32(t.factor)
		if rows := (hi - lo) / c; t.dy == nil {
			add, _ := f32(t.add)
			active.normalize(rows, from, 4*c, &y[lo], &x[lo], &mean[0], &factor[0], &add[0])
		} else {
			dy, _ := f32(t.dy)
			shift, _ := f32(t.shift)
			slope, _ := f32(t.slope)
			active.normalizeGrad(rows, from, 4*c, &y[lo], &x[lo], &dy[lo], &mean[0], &factor[0], &shift[0], &slope[0])
		}
		if from == c {
			return
		}
	}
	for ; lo < hi; lo += c {
		y, x := t.y[lo:lo+c], t.x[lo:lo+c]
		if t.dy == nil {
			for j := from; j < c; j++ {
				y[j] = t.factor[j]*(x[j]-t.mean[j]) + t.add[j]
			}
			continue
		}
		dy := t.dy[lo : lo+c]
		for j := from; j < c; j++ {
			y[j] = t.factor[j] * (dy[j] - t.shift[j] - t.slope[j]*(x[j]-t.mean[j]))
		}
	}
}
