package mnist

import (
	"image"
	"slices"

	"github.com/pkg/errors"
)

const (
	leastContrast = 0.1 // of ink to paper, of the whole range of brightness
	faintest      = 0.2 // share of the ink's contrast below which a pixel is paper
	fullest       = 0.8 // share above which it is all ink
	smallest      = 0.1 // share of the largest stroke's ink below which a stroke is dirt
)

// ink returns how much ink there is in each pixel of p, 0 to 1, be it darker or
// lighter than the paper.
func ink(p plane) (plane, error) {
	paper, noise := fit(frame(p))
	d := newPlane(p.w, p.h)
	skew := 0.0 // towards ink, which stands out further than uneven light does
	for y := range p.h {
		for x := range p.w {
			r := float64(*p.at(x, y)) - paper.at(unit(x, p.w), unit(y, p.h))
			*d.at(x, y) = float32(r)
			skew += r * r * r * r * r
		}
	}
	sign := float32(1)
	if skew < 0 {
		sign = -1
	}
	clear := float32(max(leastContrast, 4*noise))
	var strong []float32
	for i, v := range d.v {
		d.v[i] = sign * v
		if sign*v > clear {
			strong = append(strong, sign*v)
		}
	}
	if strong == nil {
		return d, errors.New("no digit found: nothing stands out from the paper; give a dark digit on light paper, or a light one on dark, with paper all around it")
	}
	slices.Sort(strong)
	contrast := strong[len(strong)*4/5] // edges are weaker
	low := max(faintest*contrast, float32(3*noise))
	high := max(fullest*contrast, 1.5*low)
	for i, v := range d.v {
		d.v[i] = min(1, max(0, (v-low)/(high-low)))
	}
	return d, nil
}

// clean wipes dirt off p, and returns the rectangle that holds the rest.
func clean(p plane) (box image.Rectangle) {
	type stroke struct {
		pixels []int
		ink    float32
	}
	var strokes []stroke
	most := float32(0)
	seen := make([]bool, len(p.v))
	for start, v := range p.v {
		if v == 0 || seen[start] {
			continue
		}
		seen[start] = true
		s := stroke{pixels: []int{start}}
		for i := 0; i < len(s.pixels); i++ {
			at := s.pixels[i]
			s.ink += p.v[at]
			x, y := at%p.w, at/p.w
			for ny := max(0, y-1); ny <= min(p.h-1, y+1); ny++ {
				for nx := max(0, x-1); nx <= min(p.w-1, x+1); nx++ {
					if n := ny*p.w + nx; p.v[n] > 0 && !seen[n] {
						seen[n] = true
						s.pixels = append(s.pixels, n)
					}
				}
			}
		}
		most = max(most, s.ink)
		strokes = append(strokes, s)
	}
	for _, s := range strokes {
		for _, at := range s.pixels {
			if s.ink < smallest*most {
				p.v[at] = 0
			} else {
				box = box.Union(image.Rect(at%p.w, at/p.w, at%p.w+1, at/p.w+1))
			}
		}
	}
	return box
}

// width returns the mean width of the strokes in p, in pixels: their area over half
// their outline.
func width(p plane) float64 {
	area, steps := 0.0, 0
	dark := func(x, y int) bool { return x >= 0 && y >= 0 && x < p.w && y < p.h && *p.at(x, y) >= 0.5 }
	for y := 0; y <= p.h; y++ {
		for x := 0; x <= p.w; x++ {
			if x < p.w && y < p.h {
				area += float64(*p.at(x, y))
			}
			if dark(x, y) != dark(x-1, y) {
				steps++
			}
			if dark(x, y) != dark(x, y-1) {
				steps++
			}
		}
	}
	const slant = 0.785 // π/4: the length of an outline over that of its steps, over all directions
	return 2 * area / max(1, slant*float64(steps))
}
