package kernel

// CornerWords returns the size of what remembers, for n images of h×w pixels and
// c channels, which corner of each window of 2×2 pixels was the largest.
func CornerWords(n, h, w, c int) int { return n * (h / 2) * (w / 2) * cornerGroups(c) }

// cornerGroups is the number of words of a window: each has a bit a channel for
// the right column, and one for the lower row.
func cornerGroups(c int) int { return ceilDiv(c, 16) }

// MaxCorner sets y to the largest element of each window of 2×2 pixels of x
// (n, h, w, c), side by side, and corner to which of the four it was: the first of
// equals, in row order; NaN counts as larger than any number.
func MaxCorner[T Float](y []T, corner []uint32, x []T, n, h, w, c int) {
	runCorners(cornerTask[T]{y: y, corner: corner, x: x}, n, h, w, c)
}

// MaxCornerGrad sets dx (n, h, w, c) to the gradient of x, given that of y.
func MaxCornerGrad[T Float](dx, dy []T, corner []uint32, n, h, w, c int) {
	runCorners(cornerTask[T]{y: dy, corner: corner, x: dx, backward: true}, n, h, w, c)
}

var (
	cornerTasks32 freelist[cornerTask[float32]]
	cornerTasks64 freelist[cornerTask[float64]]
)

type cornerTask[T Float] struct {
	y, x     []T
	corner   []uint32
	backward bool
	n        int
	shape    [3]int // h, w, c
	images   int    // of a piece
}

func runCorners[T Float](args cornerTask[T], n, h, w, c int) {
	list := lists[cornerTask[T], cornerTask[float32], cornerTask[float64]](&cornerTasks32, &cornerTasks64)
	t := list.get(func() *cornerTask[T] { return new(cornerTask[T]) })
	*t = args
	t.n, t.shape, t.images = n, [3]int{h, w, c}, max(1, chunk/(h*w*c))
	Run(t, ceilDiv(n, t.images))
	*t = cornerTask[T]{}
	list.put(t)
}

// Do implements [Task].
func (t *cornerTask[T]) Do(_ *Worker, piece int) {
	h, w, c := t.shape[0], t.shape[1], t.shape[2]
	size, words := (h/2)*(w/2)*c, CornerWords(1, h, w, c)
	for i := piece * t.images; i < min((piece+1)*t.images, t.n); i++ {
		y, x, corner := t.y[i*size:(i+1)*size], t.x[i*h*w*c:(i+1)*h*w*c], t.corner[i*words:(i+1)*words]
		if t.backward {
			spreadImage(x, w*c, y, corner, h, w, c)
		} else {
			poolRows(y, corner, x, w*c, h/2, w, c)
		}
	}
}

// poolRows pools rows rows of windows of an image that is w pixels wide, and whose
// rows are ld elements apart.
func poolRows[T Float](y []T, corner []uint32, x []T, ld, rows, w, c int) {
	out, words := w/2*c, w/2*cornerGroups(c)
	for i := range rows {
		y, corner, x := y[i*out:(i+1)*out], corner[i*words:(i+1)*words], x[2*i*ld:(2*i+1)*ld+w*c]
		if out == 0 {
			continue
		}
		if x, ok := f32(x); ok && active.lanes > 0 {
			y, _ := f32(y)
			active.maxCorner(w/2, c, 4*c, 4*ld, &y[0], &x[0], &corner[0], &maskWords[16-c%active.lanes])
			continue
		}
		portableCorners(y, corner, x, ld, w, c)
	}
}

// spreadImage sets an image of h×w pixels, whose rows are ld elements apart, to
// the gradient before pooling.
func spreadImage[T Float](dx []T, ld int, dy []T, corner []uint32, h, w, c int) {
	out, words := w/2*c, w/2*cornerGroups(c)
	for i := range h / 2 {
		dy, corner, dx := dy[i*out:(i+1)*out], corner[i*words:(i+1)*words], dx[2*i*ld:(2*i+1)*ld+w*c]
		switch dx32, ok := f32(dx); {
		case out == 0:
		case ok && active.lanes > 0:
			dy, _ := f32(dy)
			active.maxCornerGrad(w/2, c, 4*c, 4*ld, &dx32[0], &dy[0], &corner[0], &maskWords[16-c%active.lanes])
		default:
			portableCornersGrad(dx, ld, dy, corner, w, c)
		}
		if w%2 == 1 { // pixels that no window has
			clear(dx[(w-1)*c : w*c])
			clear(dx[ld+(w-1)*c:])
		}
	}
	if h%2 == 1 {
		clear(dx[(h-1)*ld:][:w*c])
	}
}

// portableCorners pools one row of windows.
func portableCorners[T Float](y []T, corner []uint32, x []T, ld, w, c int) {
	groups := cornerGroups(c)
	clear(corner)
	for j := range w / 2 {
		for ch := range c {
			at, best := 0, x[2*j*c+ch]
			for k := 1; k < 4; k++ {
				if v := x[k/2*ld+(2*j+k%2)*c+ch]; v > best || v != v && best == best {
					at, best = k, v
				}
			}
			y[j*c+ch] = best
			corner[j*groups+ch/16] |= uint32(at%2|at/2<<16) << (ch % 16)
		}
	}
}

func portableCornersGrad[T Float](dx []T, ld int, dy []T, corner []uint32, w, c int) {
	groups := cornerGroups(c)
	for j := range w / 2 {
		for ch := range c {
			word := corner[j*groups+ch/16] >> (ch % 16)
			at := int(word&1 | word>>15&2)
			for k := range 4 {
				var v T
				if k == at {
					v = dy[j*c+ch]
				}
				dx[k/2*ld+(2*j+k%2)*c+ch] = v
			}
		}
	}
}
