package kernel

import "runtime"

// A Conv is a two-dimensional convolution of images with channels last.
//
//	x  (N, H, W, C)                        input
//	w  (F, C/Groups, KH, KW)               filters, in PyTorch's layout
//	y  (N, OutH, OutW, F)                  output
//
//	y[n,i,j,f] = Σ x[n, i·Stride + r·Dilation - Top, j·Stride + s·Dilation - Left, c]·w[f,c,r,s]
//
// over r, s and the channels c of f's group; x is 0 outside of the image.
type Conv struct {
	N, H, W, C               int
	F, KH, KW                int
	Stride, Dilation, Groups int
	Top, Left, Bottom, Right int // zeros around the image

	Direct bool // never by Winograd's algorithm, which is faster and a little less exact
}

// OutH returns the height of the output.
func (g *Conv) OutH() int { return (g.H+g.Top+g.Bottom-g.reachH()-1)/g.Stride + 1 }

// OutW returns the width of the output.
func (g *Conv) OutW() int { return (g.W+g.Left+g.Right-g.reachW()-1)/g.Stride + 1 }

// reachH and reachW are the distance between the first and last row, or column,
// that a filter sees.
func (g *Conv) reachH() int { return g.Dilation * (g.KH - 1) }
func (g *Conv) reachW() int { return g.Dilation * (g.KW - 1) }

// backward returns the convolution, of stride 1, that maps the output's gradient,
// spread out by g's stride, to the input's.
func (g *Conv) backward() Conv {
	return Conv{
		N: g.N, H: g.OutH(), W: g.OutW(), C: g.F, F: g.C, KH: g.KH, KW: g.KW,
		Stride: 1, Dilation: g.Dilation, Groups: g.Groups, Top: g.reachH() - g.Top, Left: g.reachW() - g.Left, Direct: g.Direct,
	}
}

// ConvForward sets y = epilogue(conv(x, w)), where the epilogue has a bias for
// each filter, a ReLU, or neither.
func ConvForward[T Float](g *Conv, y, x, w []T, e Epilogue[T]) {
	t := convs[T]().get(newConvTask[T])
	t.layOut(g, w, false)
	t.forward(y, x, g.OutH(), g.OutW(), 1, e)
	t.put()
}

// ConvPool is ConvForward with [MaxCorner] after it, in one pass where y and
// corner are all that is written: y is (N, OutH/2, OutW/2, F).
func ConvPool[T Float](g *Conv, y []T, corner []uint32, x, w []T, e Epilogue[T]) {
	t := convs[T]().get(newConvTask[T])
	t.layOut(g, w, false)
	outH, outW := g.OutH(), g.OutW()
	if _, ok := f32(y); ok && active.lanes > 0 && poolsAtOnce(g, outW) {
		t.corner = corner
		t.forward(y, x, outH, outW, 1, e)
	} else {
		t.full = resize(t.full, g.N*outH*outW*g.F)
		t.forward(t.full, x, outH, outW, 1, e)
		MaxCorner(y, corner, t.full, g.N, outH, outW, g.F)
	}
	t.put()
}

// poolsAtOnce reports whether there is memory for the pixels that are to be pooled:
// two rows or, by Winograd's algorithm, those that replace the transformed input.
func poolsAtOnce(g *Conv, outW int) bool {
	m, _ := winogradFor(g)
	return (m == nil || m.n*m.n*g.C >= winogradTile*winogradTile*g.F) && 2*outW*g.F <= scratchLen-bandFloats
}

// ConvDataGrad sets dx to the gradient of the input, given that of the output.
func ConvDataGrad[T Float](g *Conv, dx, dy, w []T) {
	t := convs[T]().get(newConvTask[T])
	if c, ok := any(t).(*convTask[float32]); ok && active.lanes > 0 && scatters(g) {
		c.scatter(g, any(dx).([]float32), any(dy).([]float32), any(w).([]float32))
	} else {
		t.layOut(g, w, true)
		t.forward(dx, dy, g.H, g.W, g.Stride, Epilogue[T]{})
	}
	t.put()
}

var (
	convs32 freelist[convTask[float32]]
	convs64 freelist[convTask[float64]]
)

func convs[T Float]() *freelist[convTask[T]] {
	return lists[convTask[T], convTask[float32], convTask[float64]](&convs32, &convs64)
}

// A convTask is one pass of a convolution, an implicit matrix product: a pixel's
// row of A is the patch of the image under the filter, read where it lies in a
// copy of the image with zeros around it.
type convTask[T Float] struct {
	Conv
	y, x       []T
	outH, outW int
	strideW    int // like Stride, between columns
	pixels     int // of the output that count as one, side by side
	spread     int // distance of the input's pixels in the padded copy
	e          Epilogue[T]
	corner     []uint32 // of pooling right after; nil: none

	w      []T  // filters, as they are given or wanted
	turned bool // hwio has them as the gradient of the input wants them
	hwio   []T  // filters (KH, KW, C/Groups, F)
	bias   []T  // a bias for each of the pixels that count as one
	panels []T  // the same, packed
	padded []T  // all images with zeros around them
	part   []T  // sums over groups of images
	full   []T  // an output that is pooled later
	step   convStep

	tile   tileShape
	whole  bool // padded holds the images
	rowLen int  // pixels in a row of what is read: a padded copy, or x itself
	band   int  // output rows of a piece
	bands  int  // of an image
	images int  // of a piece of the filters' gradient
	small  bool // a piece has all of it
}

// A convStep is what the pieces of a task do at present.
type convStep int

const (
	convOutput   convStep = iota // rows of the output
	convFilters                  // the filters of an input channel, laid out
	convPad                      // an image with zeros around it
	convSum                      // a part of the filters' gradient
	convScatter                  // the gradient of an image
	convUnfilter                 // the gradient of an input channel's filters, laid out
)

func newConvTask[T Float]() *convTask[T] { return new(convTask[T]) }

func (t *convTask[T]) put() {
	t.y, t.x, t.w, t.e, t.corner = nil, nil, nil, Epilogue[T]{}, nil
	convs[T]().put(t)
}

// bandFloats bounds the padded copy of the rows that a piece reads.
const bandFloats = 48 << 10

// forward computes the output in pieces of an image, or of a band of its rows.
func (t *convTask[T]) forward(y, x []T, outH, outW, spread int, e Epilogue[T]) {
	t.y, t.x, t.outH, t.outW, t.spread = y, x, outH, outW/t.pixels, spread
	t.epilogues(e)
	row := t.paddedW() * t.C
	t.band = min(outH, max(1, (bandFloats/row-t.reachH()-1)/t.Stride+1))
	if t.corner != nil {
		t.outH, t.band = outH&^1, max(2, t.band&^1)
	}
	if threads := runtime.GOMAXPROCS(0); t.N < threads { // a part of an image for each
		t.band = min(t.band, max(2, roundUp(ceilDiv(t.outH*t.N, threads), 2)))
	}
	t.bands = ceilDiv(t.outH, t.band)
	if c, ok := any(t).(*convTask[float32]); ok && active.lanes > 0 {
		if spread == 1 && winogradForward(&t.Conv, c.y, c.corner, c.x, c.hwio, outH, outW, c.e) {
			return
		}
		c.prepare(((t.band-1)*t.Stride+t.reachH()+1)*row > bandFloats)
		packFilters(c)
	}
	t.step = convOutput
	Run(t, t.N*t.bands)
}

// prepare decides where images are read from: from x where they need no zeros
// around them, from padded copies of all if whole is set, else from copies that
// each piece makes for itself.
func (t *convTask[T]) prepare(whole bool) {
	t.rowLen, t.whole = t.paddedW(), false
	if t.bare() {
		t.rowLen = t.W
		return
	}
	if whole {
		t.whole = true
		t.padded = resize(t.padded, t.N*t.paddedH()*t.paddedW()*t.C)
		t.step = convPad
		Run(t, t.N)
	}
}

// bare reports whether x is read where it lies.
func (t *convTask[T]) bare() bool {
	return t.Top == 0 && t.Left == 0 && t.spread == 1 && t.paddedH() <= t.H && t.paddedW() <= t.W
}

// source returns rows of the padded image n, from row y0.
func (t *convTask[T]) source(w *Worker, n, y0, rows int) []T {
	switch {
	case t.bare():
		return t.x[(n*t.H+y0)*t.W*t.C:]
	case t.whole:
		return t.padded[(n*t.paddedH()+y0)*t.rowLen*t.C:]
	}
	dst := any(w.scratch).([]T)[:rows*t.rowLen*t.C]
	t.pad(dst, n, y0)
	return dst
}

// paddedW is the width of the padded copy.
func (t *convTask[T]) paddedW() int { return (t.outW-1)*t.strideW + t.reachW() + 1 }

// Do implements [Task].
func (t *convTask[T]) Do(w *Worker, piece int) {
	switch t.step {
	case convOutput:
		n, y0 := piece/t.bands, piece%t.bands*t.band
		rows := min(t.band, t.outH-y0)
		if c, ok := any(t).(*convTask[float32]); ok && active.lanes > 0 {
			outputTiles(c, w, n, y0, rows)
			return
		}
		t.portableRows(n, y0, rows)
	case convFilters:
		t.layOutChannel(w, piece)
	case convUnfilter:
		t.unlayChannel(piece)
	case convScatter:
		scatterImage(any(t).(*convTask[float32]), w, piece)
	case convPad:
		size := t.paddedH() * t.paddedW() * t.C
		t.pad(t.padded[piece*size:(piece+1)*size], piece, 0)
	case convSum:
		if c, ok := any(t).(*convTask[float32]); ok && active.lanes > 0 {
			sumTiles(c, w, piece)
			return
		}
		t.portableSum(piece)
	}
}

func (t *convTask[T]) paddedH() int { return (t.outH-1)*t.Stride + t.reachH() + 1 }

// pad fills dst with rows of image n and zeros around them; its first row is row
// y0 of the padded image.
func (t *convTask[T]) pad(dst []T, n, y0 int) {
	padImage(dst, t.x[n*t.H*t.W*t.C:], t.H, t.W, t.C, t.paddedW(), t.Top-y0, t.Left, t.spread)
}

// padImage fills dst, whose rows are width pixels of c channels, with the image x
// (h, w, c): its first pixel goes to row top and column left, which may be
// negative, and its pixels lie spread apart. The rest is zero.
func padImage[T Float](dst, x []T, h, w, c, width, top, left, spread int) {
	lo, hi := max(0, -left), min(w, width-left) // the pixels of a row that have a place
	for r := range len(dst) / (width * c) {
		row := dst[r*width*c:][:width*c]
		i := r - top
		switch {
		case i < 0 || i%spread != 0 || i/spread >= h:
			clear(row)
		case spread > 1:
			clear(row)
			for j := range w {
				if q := left + j*spread; q >= 0 && q < width {
					copy(row[q*c:(q+1)*c], x[(i/spread*w+j)*c:])
				}
			}
		case lo < hi:
			clear(row[:(left+lo)*c])
			copy(row[(left+lo)*c:], x[(i*w+lo)*c:(i*w+hi)*c])
			clear(row[(left+hi)*c:])
		default:
			clear(row)
		}
	}
}

func resize[T Float](x []T, n int) []T {
	if cap(x) < n {
		x = New[T](n)
	}
	return x[:n]
}
