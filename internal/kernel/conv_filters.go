package kernel

// layOut takes the geometry g, or for the gradient of the input that of the
// backward pass, and lays the filters w out as (KH, KW, C/Groups, F). For the
// backward pass each group is transposed and turned by half a turn.
func (t *convTask[T]) layOut(g *Conv, w []T, turned bool) {
	t.Conv, t.w, t.turned = *g, w, turned
	if turned {
		t.Conv = g.backward()
	}
	t.takeTogether()
	t.hwio = resize(t.hwio, t.KH*t.KW*t.C/t.Groups*t.F)
	t.step = convFilters
	Run(t, t.C/t.Groups)
}

// takeTogether makes pixels side by side count as one, with the filters of each
// beside the other's, where a vector is wider than the filters are many: six
// filters of 5×5 leave 10 of 16 lanes idle, twelve of 5×6 but 4.
func (t *convTask[T]) takeTogether() {
	t.pixels, t.strideW = 1, t.Stride
	var zero T
	if _, ok := any(zero).(float32); !ok || active.lanes == 0 || t.turned || t.Groups > 1 || t.Dilation > 1 {
		return
	}
	use := func(p int) float64 { // share of the arithmetic that is of use
		return float64(p*t.F) / float64(active.lanes) * float64(t.KW) / float64(t.KW+(p-1)*t.Stride)
	}
	outW := t.OutW()
	for p := 2; p*t.F <= active.lanes; p++ {
		if outW%p == 0 && use(p) > use(t.pixels) {
			t.pixels = p
		}
	}
	t.strideW, t.KW, t.F = t.pixels*t.Stride, t.KW+(t.pixels-1)*t.Stride, t.pixels*t.F
}

// epilogues takes e, with a bias for each of the pixels that count as one.
func (t *convTask[T]) epilogues(e Epilogue[T]) {
	t.e = e
	if e.Bias == nil || t.pixels == 1 {
		return
	}
	t.bias = t.bias[:0]
	for range t.pixels {
		t.bias = append(t.bias, e.Bias...)
	}
	t.e.Bias = t.bias
}

// layOutChannel lays the filters of an input channel of each group out; of the
// given filters' output channels, for the backward pass.
func (t *convTask[T]) layOutChannel(k *Worker, c int) {
	in, out := t.C/t.Groups, t.F/t.Groups
	if w, ok := f32(t.w); ok && active.lanes > 0 && !t.turned && t.pixels == 1 {
		hwio, _ := f32(t.hwio)
		taps := t.KH * t.KW
		active.fillCols(k, hwio[c*t.F:], w[c*taps:], in*taps, taps, t.F, in*t.F)
		return
	}
	if t.turned {
		taps := t.KH * t.KW
		for f := range t.F { // f/out·in + c is the given filter, f%out its channel
			w := t.w[((f/out*in+c)*out+f%out)*taps:][:taps]
			for q, v := range w {
				t.hwio[((taps-1-q)*in+c)*t.F+f] = v
			}
		}
		return
	}
	filters, wide := t.F/t.pixels, t.width()
	for r := range t.KH {
		for s := range t.KW {
			row := t.hwio[((r*t.KW+s)*in+c)*t.F:][:t.F]
			for p := range t.pixels {
				part := row[p*filters:][:filters]
				q := s - p*t.Stride
				if q < 0 || q >= wide {
					clear(part)
					continue
				}
				for f := range part {
					part[f] = t.w[((f*in+c)*t.KH+r)*wide+q]
				}
			}
		}
	}
}

// width is that of the filters for a single pixel.
func (t *convTask[T]) width() int { return t.KW - (t.pixels-1)*t.Stride }

// unlayChannel puts the gradient of the filters of input channel c to where it is
// wanted; pixels that count as one add up.
func (t *convTask[T]) unlayChannel(c int) {
	in, filters := t.C/t.Groups, t.F/t.pixels
	wide := t.width()
	for r := range t.KH {
		for q := range wide {
			for i := range filters {
				var sum T
				for p := range t.pixels {
					sum += t.hwio[((r*t.KW+q+p*t.Stride)*in+c)*t.F+p*filters+i]
				}
				t.w[((i*in+c)*t.KH+r)*wide+q] = sum
			}
		}
	}
}
