package kernel

import (
	"math"
	"runtime"
	"unsafe"
)

// A transform is the argument of the kernels that compute out = m·in·mᵀ for
// groups of channels, a lane each. Strides are in bytes.
type transform struct {
	in, out, tmp, bias uintptr
	groups             int
	inRow, inCol       int
	outRow, outCol     int
	floor              float32
	_                  float32
	left               int
}

// winogradKernels are the transforms for one size of filter.
type winogradKernels struct {
	input, inputGrad, output, outputGrad, filter, filterGrad func(t *byte)
}

// winogradFor returns the matrices and kernels that suit g, nil if none do: square
// filters of 3 or 5, stride 1, one group, and channels that fill vectors.
func winogradFor(g *Conv) (*winogradMatrices, *winogradKernels) {
	if g.Direct || active.lanes == 0 || g.Stride != 1 || g.Dilation != 1 || g.Groups != 1 || g.KH != g.KW ||
		g.C%active.lanes != 0 || g.F%active.lanes != 0 || g.C < winogradChannels || g.F < winogradChannels || g.F > len(noBias) {
		return nil, nil
	}
	switch g.KH {
	case 3:
		return winograd3, &active.winograd3
	case 5:
		return winograd5, &active.winograd5
	}
	return nil, nil
}

// winogradChannels is the number of channels from which the transforms pay.
const winogradChannels = 16

// A winograd is one pass of a convolution in the transformed domain: one product
// of matrices (tiles, C)·(C, F) for each of the n² frequencies.
type winograd struct {
	Conv
	m            *winogradMatrices
	k            *winogradKernels
	y, x         []float32
	corner       []uint32 // of pooling right after; nil: none
	gate         bool
	outH, outW   int
	e            Epilogue[float32]
	across, down int       // tiles of an image
	u            []float32 // filters (n², C, F)
	panels       []float32 // the same, packed
	dx           []float32
	v, d, du, dv []float32 // of the gradients: inputs, output gradients, those of filters and of inputs
	tile         tileShape
	band         int // rows of tiles of a piece
	step         winogradStep
	first, count int // images of the chunk that is summed up
	chunk        int // images of a whole chunk
}

type winogradStep int

const (
	winogradFilters    winogradStep = iota // transform the filters of one input channel
	winogradPack                           // pack one frequency
	winogradPackTurned                     // the same, transposed
	winogradOutput                         // compute a band of tiles
	winogradImages                         // transform one image and its output gradient
	winogradSum                            // multiply one frequency of a chunk
	winogradScatter                        // transform the gradient of one image back
	winogradBack                           // transform the gradient of one input channel
)

var winograds freelist[winograd]

// freq returns the distance, in floats, between frequencies of so many vectors of
// c channels: a line more than they take, since powers of two would alias.
func freq(vectors, c int) int { return vectors*c + lineBytes/4 }

func (t *winograd) init(g *Conv, m *winogradMatrices, k *winogradKernels, outH, outW int) {
	t.Conv, t.m, t.k, t.outH, t.outW = *g, m, k, outH, outW
	t.across, t.down = ceilDiv(outW, winogradTile), ceilDiv(outH, winogradTile)
}

// pieceFloats is the memory that a band of rows of tiles takes.
func (t *winograd) pieceFloats(band int) int {
	n2, tiles := t.m.n*t.m.n, band*t.across
	rows, width := band*winogradTile+t.m.n-winogradTile, t.across*winogradTile+t.m.n-winogradTile
	return n2*(freq(tiles, t.C)+freq(tiles, t.F)) + rows*width*t.C + n2*active.lanes + winogradTile*winogradTile*t.F
}

// fits reports whether a thread has memory for a row of tiles.
func (t *winograd) fits() bool { return t.pieceFloats(1) <= scratchLen }

// winogradForward computes y = epilogue(conv(x, w)), pooled if corner is not nil,
// and reports whether it can. hwio has the filters as (K, K, C, F).
func winogradForward(g *Conv, y []float32, corner []uint32, x, hwio []float32, outH, outW int, e Epilogue[float32]) bool {
	m, k := winogradFor(g)
	if m == nil {
		return false
	}
	t := winograds.get(func() *winograd { return new(winograd) })
	defer winograds.put(t)
	t.init(g, m, k, outH, outW)
	if !t.fits() {
		return false
	}
	threads := runtime.GOMAXPROCS(0) // a part of an image for each, if there are few
	for t.band = t.down; t.pieceFloats(t.band) > scratchLen || t.band > 1 && g.N*ceilDiv(t.down, t.band) < threads; {
		t.band = ceilDiv(t.band, 2)
	}
	n2 := m.n * m.n
	t.y, t.corner, t.x, t.e = y, corner, hwio, e
	t.u = resize(t.u, n2*g.C*g.F)
	t.tile = active.shapeFor(g.F)
	t.panels = resize(t.panels, n2*g.C*roundUp(g.F, t.tile.panel))
	t.run(winogradFilters, g.C)
	t.run(winogradPack, n2)
	t.x = x
	t.run(winogradOutput, g.N*ceilDiv(t.down, t.band))
	t.y, t.corner, t.x, t.e = nil, nil, nil, Epilogue[float32]{}
	return true
}

func (t *winograd) run(step winogradStep, pieces int) {
	t.step = step
	Run(t, pieces)
}

// Do implements [Task].
func (t *winograd) Do(w *Worker, piece int) {
	switch t.step {
	case winogradFilters:
		t.filter(w, t.k.filter, t.x, t.KH, t.u, t.m.n, piece)
	case winogradPack:
		size := t.C * t.F
		wide := t.C * roundUp(t.F, t.tile.panel)
		active.pack(w, t.panels[piece*wide:], Rows(t.u[piece*size:], t.F), t.C, t.F, t.tile.panel)
	case winogradPackTurned:
		size, wide := t.C*t.F, t.F*active.padded(t.C)
		active.pack(w, t.panels[piece*wide:], Cols(t.u[piece*size:], t.F), t.F, t.C, active.shapeFor(t.C).panel)
	case winogradOutput:
		bands := ceilDiv(t.down, t.band)
		t.output(w, piece/bands, piece%bands*t.band)
	case winogradImages:
		t.image(w, piece)
	case winogradSum:
		t.sum(w, piece)
	case winogradScatter:
		t.scatter(w, piece)
	case winogradBack:
		t.filter(w, t.k.filterGrad, t.du, t.m.n, t.y, t.KH, piece)
	}
}

// filter transforms the filters of input channel c, of size from×from, to to×to.
func (t *winograd) filter(w *Worker, kernel func(*byte), in []float32, from int, out []float32, to, c int) {
	stride := t.C * t.F * 4
	a := &w.transform
	*a = transform{
		in: addr(in[c*t.F:]), out: addr(out[c*t.F:]), tmp: addr(w.scratch), groups: t.F / active.lanes,
		inRow: from * stride, inCol: stride, outRow: to * stride, outCol: stride,
	}
	kernel((*byte)(unsafe.Pointer(a)))
}

// output computes rows of tiles of image n, from tile row t0.
func (t *winograd) output(w *Worker, n, t0 int) {
	band := min(t.band, t.down-t0)
	tiles, n2 := band*t.across, t.m.n*t.m.n
	vs, ms := freq(tiles, t.C), freq(tiles, t.F)
	v, rest := w.scratch[:n2*vs], w.scratch[n2*vs:]
	m, rest := rest[:n2*ms], rest[n2*ms:]
	t.input(w, rest, v, vs, n, t0, band)

	c := &w.tile
	*c = tile{aRow: t.C * 4, aCol: 4, bRow: t.tile.panel * 4, cRow: t.F * 4, k: t.C, segments: 1}
	wide := t.C * roundUp(t.F, t.tile.panel)
	for f := range n2 {
		for j := 0; j < t.F; j += t.tile.panel {
			shape := active.shapeFor(t.F - j)
			c.setCols(min(shape.panel, t.F-j), shape.panel)
			c.a, c.b, c.c = addr(v[f*vs:]), addr(t.panels[f*wide+j*t.C:]), addr(m[f*ms+j:])
			shape.run(c, tiles)
		}
	}
	if t.corner == nil {
		rows := min(band*winogradTile, t.outH-t0*winogradTile)
		t.finish(w, rest, m, ms, t.y[(n*t.outH+t0*winogradTile)*t.outW*t.F:], t.outW, rows, band)
		return
	}
	pixels, width := v, t.across*winogradTile // the input is no longer needed
	t.finish(w, rest, m, ms, pixels, width, band*winogradTile, band)
	at, rows := n*(t.outH/2)+t0*winogradTile/2, min(band*winogradTile, t.outH-t0*winogradTile)/2
	poolRows(t.y[at*(t.outW/2)*t.F:], t.corner[at*CornerWords(1, 2, t.outW, t.F):], pixels, width*t.F, rows, t.outW, t.F)
}

// input transforms the tiles of x to v.
func (t *winograd) input(w *Worker, rest, v []float32, vs, n, t0, band int) {
	size := t.m.n
	height, width := band*winogradTile+size-winogradTile, t.across*winogradTile+size-winogradTile
	img, rest := rest[:height*width*t.C], rest[height*width*t.C:]
	padImage(img, t.x[n*t.H*t.W*t.C:], t.H, t.W, t.C, width, t.Top-t0*winogradTile, t.Left, 1)
	a := &w.transform
	for i := range band {
		for j := range t.across {
			*a = transform{
				in: addr(img[(i*width+j)*winogradTile*t.C:]), out: addr(v[(i*t.across+j)*t.C:]), tmp: addr(rest),
				groups: t.C / active.lanes, inRow: width * t.C * 4, inCol: t.C * 4, outRow: size * vs * 4, outCol: vs * 4,
			}
			t.k.input((*byte)(unsafe.Pointer(a)))
		}
	}
}

// finish transforms the tiles of m to y, rows high and width pixels wide; tiles that
// reach beyond go through memory of their own.
func (t *winograd) finish(w *Worker, rest, m []float32, ms int, y []float32, width, height, band int) {
	size := t.m.n
	a := &w.transform
	bias := t.e.Bias
	if bias == nil {
		bias = noBias[:]
	}
	floor := float32(math.Inf(-1))
	if t.e.ReLU {
		floor = 0
	}
	edge, tmp := rest[:winogradTile*winogradTile*t.F], rest[winogradTile*winogradTile*t.F:]
	for i := range band {
		for j := range t.across {
			y0, x0 := i*winogradTile, j*winogradTile
			rows, cols := min(winogradTile, height-y0), min(winogradTile, width-x0)
			y, ld := y[(y0*width+x0)*t.F:], width*t.F
			whole := rows == winogradTile && cols == winogradTile
			*a = transform{
				in: addr(m[(i*t.across+j)*t.F:]), out: addr(y), tmp: addr(tmp), bias: addr(bias), floor: floor,
				groups: t.F / active.lanes, inRow: size * ms * 4, inCol: ms * 4, outRow: ld * 4, outCol: t.F * 4,
			}
			if !whole {
				a.out, a.outRow = addr(edge), winogradTile*t.F*4
			}
			t.k.output((*byte)(unsafe.Pointer(a)))
			for r := 0; !whole && r < rows; r++ {
				copy(y[r*ld:][:cols*t.F], edge[r*winogradTile*t.F:])
			}
		}
	}
}

// noBias is as many zeros as Winograd convolutions may have filters.
var noBias [4096]float32
