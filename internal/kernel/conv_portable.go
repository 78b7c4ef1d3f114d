package kernel

// at returns the pixel of image n at row i, column j of the padded image, nil
// where it is zero.
func (t *convTask[T]) at(n, i, j int) []T {
	i, j = i-t.Top, j-t.Left
	if i < 0 || j < 0 || i%t.spread != 0 || j%t.spread != 0 {
		return nil
	}
	i, j = i/t.spread, j/t.spread
	if i >= t.H || j >= t.W {
		return nil
	}
	return t.x[((n*t.H+i)*t.W+j)*t.C:][:t.C]
}

// portableRows computes rows of the output of image n.
func (t *convTask[T]) portableRows(n, y0, rows int) {
	in, out := t.C/t.Groups, t.F/t.Groups
	for i := y0; i < y0+rows; i++ {
		for j := range t.outW {
			y := t.y[((n*t.outH+i)*t.outW+j)*t.F:][:t.F]
			clear(y)
			for r := range t.KH {
				for s := range t.KW {
					x := t.at(n, i*t.Stride+r*t.Dilation, j*t.Stride+s*t.Dilation)
					for c, v := range x {
						group := c / in
						w := t.hwio[((r*t.KW+s)*in+c%in)*t.F+group*out:][:out]
						for f, b := range w {
							y[group*out+f] += v * b
						}
					}
				}
			}
			if t.e.Bias != nil {
				for f, b := range t.e.Bias {
					y[f] += b
				}
			}
			if t.e.ReLU {
				portableApply(ReLU, y, y)
			}
		}
	}
}

// portableSum computes the filters' gradient for filter row r = piece.
func (t *convTask[T]) portableSum(piece int) {
	in, out := t.C/t.Groups, t.F/t.Groups
	r := piece
	clear(t.hwio[r*t.KW*in*t.F : (r+1)*t.KW*in*t.F])
	for n := range t.N {
		for i := range t.outH {
			for j := range t.outW {
				dy := t.y[((n*t.outH+i)*t.outW+j)*t.F:][:t.F]
				for s := range t.KW {
					x := t.at(n, i*t.Stride+r*t.Dilation, j*t.Stride+s*t.Dilation)
					for c, v := range x {
						group := c / in
						w := t.hwio[((r*t.KW+s)*in+c%in)*t.F+group*out:][:out]
						for f := range w {
							w[f] += v * dy[group*out+f]
						}
					}
				}
			}
		}
	}
}
