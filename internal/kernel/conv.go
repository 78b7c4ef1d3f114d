package kernel

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
	t.filters(g, w, false)
	t.forward(g, y, x, g.OutH(), g.OutW(), 1, e)
	t.put()
}

// ConvDataGrad sets dx to the gradient of the input, given that of the output.
func ConvDataGrad[T Float](g *Conv, dx, dy, w []T) {
	t := convs[T]().get(newConvTask[T])
	b := g.backward()
	t.filters(g, w, true)
	t.forward(&b, dx, dy, g.H, g.W, g.Stride, Epilogue[T]{})
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
	spread     int // distance of the input's pixels in the padded copy
	e          Epilogue[T]

	hwio   []T // filters (KH, KW, C/Groups, F)
	panels []T // the same, packed
	padded []T // all images with zeros around them
	part   []T // sums over groups of images
	step   convStep

	tile   tileShape
	whole  bool // padded holds the images
	rowLen int  // pixels in a row of what is read: a padded copy, or x itself
	band   int  // output rows of a piece
	bands  int  // of an image
	images int  // of a piece of the filters' gradient
}

// A convStep is what the pieces of a task do at present.
type convStep int

const (
	convOutput convStep = iota // rows of the output
	convPad                    // an image with zeros around it
	convSum                    // a part of the filters' gradient
)

func newConvTask[T Float]() *convTask[T] { return new(convTask[T]) }

func (t *convTask[T]) put() {
	t.y, t.x, t.e = nil, nil, Epilogue[T]{}
	convs[T]().put(t)
}

// filters lays w out as (KH, KW, C/Groups, F); for the backward pass each group
// is transposed and turned by half a turn, (KH, KW, F/Groups, C).
func (t *convTask[T]) filters(g *Conv, w []T, backward bool) {
	in, out := g.C/g.Groups, g.F/g.Groups
	t.hwio = resize(t.hwio, len(w))
	for f := range g.F {
		for c := range in {
			for r := range g.KH {
				for s := range g.KW {
					v := w[((f*in+c)*g.KH+r)*g.KW+s]
					if backward {
						q := (g.KH-1-r)*g.KW + g.KW - 1 - s
						t.hwio[(q*out+f%out)*g.C+f/out*in+c] = v
					} else {
						t.hwio[((r*g.KW+s)*in+c)*g.F+f] = v
					}
				}
			}
		}
	}
}

// bandFloats bounds the padded copy of the rows that a piece reads.
const bandFloats = 48 << 10

// forward computes the output in pieces of an image, or of a band of its rows.
func (t *convTask[T]) forward(g *Conv, y, x []T, outH, outW, spread int, e Epilogue[T]) {
	t.Conv, t.y, t.x, t.outH, t.outW, t.spread, t.e = *g, y, x, outH, outW, spread, e
	row := t.paddedW() * g.C
	t.band = min(outH, max(1, (bandFloats/row-g.reachH()-1)/g.Stride+1))
	t.bands = ceilDiv(outH, t.band)
	if c, ok := any(t).(*convTask[float32]); ok && active.lanes > 0 {
		if spread == 1 && winogradForward(g, c.y, c.x, c.hwio, outH, outW, c.e) {
			return
		}
		c.prepare((g.reachH()+1)*row > bandFloats)
		packFilters(c)
	}
	t.step = convOutput
	Run(t, g.N*t.bands)
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
func (t *convTask[T]) paddedW() int { return (t.outW-1)*t.Stride + t.reachW() + 1 }

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
	clear(dst)
	for i := range h {
		r := top + i*spread
		if r < 0 || (r+1)*width*c > len(dst) {
			continue
		}
		src, row := x[i*w*c:][:w*c], dst[r*width*c:][:width*c]
		if spread == 1 {
			if lo, hi := max(0, -left), min(w, width-left); lo < hi {
				copy(row[(left+lo)*c:], src[lo*c:hi*c])
			}
			continue
		}
		for j := range w {
			if q := left + j*spread; q >= 0 && q < width {
				copy(row[q*c:(q+1)*c], src[j*c:])
			}
		}
	}
}

func resize[T Float](x []T, n int) []T {
	if cap(x) < n {
		x = New[T](n)
	}
	return x[:n]
}
