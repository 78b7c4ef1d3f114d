package augment

import "math"

// A motion is the map of the package comment.
type motion struct {
	right, down float64 // in pixels
	angle       float64 // in radians
	size        float64 // factor
}

// A warper moves images of one shape. It reads from a copy of the image with
// zeros around it: one row and column before, two after, so that a place that is
// clamped to within a pixel of the image has four neighbours.
type warper struct {
	h, w, c int
	padded  []float32 // (h+3, w+3, c)
}

func (p *warper) fit(h, w, c int) {
	if p.padded == nil || p.h != h || p.w != w || p.c != c {
		*p = warper{h, w, c, make([]float32, (h+3)*(w+3)*c)}
	}
}

// warp moves the image x (H, W, C) in place.
func (p *warper) warp(x []float32, m motion) {
	row, stride := p.w*p.c, (p.w+3)*p.c
	for i := range p.h {
		copy(p.padded[(i+1)*stride+p.c:][:row], x[i*row:])
	}
	// The inverse map: a step to the next column goes (cos, -sin)/s in the
	// original, a step to the next row (sin, cos)/s. Places count from the
	// padded copy's corner.
	sin, cos := math.Sincos(m.angle)
	sin, cos = sin/m.size, cos/m.size
	cy, cx := float64(p.h-1)/2, float64(p.w-1)/2
	for i := range p.h {
		dy, dx := float64(i)-cy-m.down, -cx-m.right
		from := line{
			u: place(cx + 1 + float64(cos*dx) + float64(sin*dy)), du: place(cos), right: place(float64(p.w + 1)),
			v: place(cy + 1 - float64(sin*dx) + float64(cos*dy)), dv: place(-sin), bottom: place(float64(p.h + 1)),
		}
		if p.c == 1 {
			from.gray(x[i*row:][:row], p.padded, stride)
		} else {
			from.channels(x[i*row:][:row], p.padded, stride, p.c)
		}
	}
}

// A line is where the pixels of a row come from: pixel j from column u+j·du and
// row v+j·dv, clamped to 0 … right and 0 … bottom. These are fixed-point numbers,
// for which clamping and splitting are cheap and the same on every processor.
type line struct{ u, du, right, v, dv, bottom int64 }

const point = 32 // binary digits behind the point

func place(x float64) int64 { return int64(math.Round(x * (1 << point))) }

// split returns the whole pixels of a place that is not negative, and the rest.
func split(u int64) (whole int, rest float32) {
	const digits = 24 // that a float32 holds
	return int(u >> point), float32(int32(uint32(u)>>(point-digits))) / (1 << digits)
}

// between is a for f = 0, and b for f = 1. The conversion keeps compilers from
// fusing the product with the sum, which gives other numbers on some processors.
func between(a, b, f float32) float32 { return a + float32(f*(b-a)) }

// gray fills a row of an image with one channel.
func (l line) gray(dst, src []float32, stride int) {
	u, v := l.u, l.v
	for j := range dst {
		x, fx := split(min(max(u, 0), l.right))
		y, fy := split(min(max(v, 0), l.bottom))
		u, v = u+l.du, v+l.dv
		k := y*stride + x
		above, below := (*[2]float32)(src[k:]), (*[2]float32)(src[k+stride:])
		dst[j] = between(between(above[0], above[1], fx), between(below[0], below[1], fx), fy)
	}
}

// channels fills a row of an image with c channels.
func (l line) channels(dst, src []float32, stride, c int) {
	u, v := l.u, l.v
	for ; len(dst) > 0; dst = dst[c:] {
		x, fx := split(min(max(u, 0), l.right))
		y, fy := split(min(max(v, 0), l.bottom))
		u, v = u+l.du, v+l.dv
		above := src[y*stride+x*c:]
		below := above[stride:]
		for i := range c {
			dst[i] = between(between(above[i], above[c+i], fx), between(below[i], below[c+i], fx), fy)
		}
	}
}
