package kernel

import "unsafe"

// A packing is the argument of a packing kernel. Strides are in bytes.
type packing struct {
	src, dst unsafe.Pointer
	stride   int // of rows, or columns, of the source
	n        int
	row      int // of rows of the panel
}

// pack copies the depth × cols block at the head of b into panels: panel by
// panel, row by row, each row as wide as a panel and padded with zeros.
func (s *isa) pack(w *Worker, dst []float32, b Matrix[float32], depth, cols, panel int) {
	for j := 0; j < cols; j += panel {
		d := dst[j*depth:]
		n := min(panel, cols-j)
		if b.Col == 1 {
			s.packRowsOf(w, d, b.Data[j:], b.Row, depth, n, panel)
		} else {
			s.packColsOf(w, d, b.Data[j*b.Col:], b.Col, depth, n, panel)
		}
	}
}

func (s *isa) packRowsOf(w *Worker, dst, src []float32, stride, depth, n, panel int) {
	if n == 2*s.lanes {
		w.packing = packing{ptr(src), ptr(dst), stride * 4, depth, panel * 4}
		s.packRows((*byte)(unsafe.Pointer(&w.packing)))
		return
	}
	for q := range depth {
		row := dst[q*panel : (q+1)*panel]
		clear(row[copy(row[:n], src[q*stride:]):])
	}
}

func (s *isa) packColsOf(w *Worker, dst, src []float32, stride, depth, n, panel int) {
	if n < panel {
		clear(dst[:depth*panel])
	}
	s.fillCols(w, dst, src, stride, depth, n, panel)
}

// fillCols packs n columns and leaves the rest of the panel alone.
func (s *isa) fillCols(w *Worker, dst, src []float32, stride, depth, n, panel int) {
	x := 0 // columns done
	for ; depth >= 8 && x+8 <= n; x += 8 {
		w.packing = packing{ptr(src[x*stride:]), ptr(dst[x:]), stride * 4, depth / 8, panel * 4}
		s.packCols((*byte)(unsafe.Pointer(&w.packing)))
		for y := x; y < x+8; y++ {
			for q := depth &^ 7; q < depth; q++ {
				dst[q*panel+y] = src[y*stride+q]
			}
		}
	}
	for ; x < n; x++ {
		for q, v := range src[x*stride:][:depth] {
			dst[q*panel+x] = v
		}
	}
}
