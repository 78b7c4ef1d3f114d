package kernel

import "math"

// A square convolution with filters of size r on tiles of 4×4 outputs,
// Winograd's F(4×4, r×r), takes (3+r)² products in place of 16·r²:
//
//	Y = Aᵀ·[(G·w·Gᵀ) ∘ (Bᵀ·X·B)]·A
//
// The matrices are those of Toom and Cook's algorithm on a few points and
// infinity. Lavin & Gray, "Fast algorithms for convolutional neural networks",
// CVPR 2016.
type winogradMatrices struct {
	n         int // rows and columns of an input tile
	at, g, bt [][]float64
}

var (
	winograd5 = toomCook(5, []float64{0, 1, -1, 2, -2, .5, -.5})
	winograd3 = toomCook(3, []float64{0, 1, -1, 2, -2})
)

// winogradTile is the number of rows and columns of an output tile.
const winogradTile = 4

func toomCook(r int, points []float64) *winogradMatrices {
	m, n := winogradTile, winogradTile+r-1
	w := &winogradMatrices{n, zeros(m, n), zeros(n, r), zeros(n, n)}
	for i := range m {
		for j, p := range points {
			w.at[i][j] = math.Pow(p, float64(i))
		}
	}
	w.at[m-1][n-1] = 1
	for j, p := range points {
		scale := 1.0
		for i, q := range points {
			if i != j {
				scale *= p - q
			}
		}
		for q := range r {
			w.g[j][q] = math.Pow(p, float64(q)) / scale
		}
		polynomial(w.bt[j], points, j)
	}
	w.g[n-1][r-1] = 1
	polynomial(w.bt[n-1], points, -1)
	return w
}

// polynomial sets c to the coefficients of Π(x - p) over the points but one.
func polynomial(c []float64, points []float64, skip int) {
	c[0] = 1
	degree := 0
	for i, p := range points {
		if i == skip {
			continue
		}
		degree++
		for q := degree; q > 0; q-- {
			c[q] = c[q-1] - p*c[q]
		}
		c[0] *= -p
	}
}

func zeros(rows, cols int) [][]float64 {
	m := make([][]float64, rows)
	for i := range m {
		m[i] = make([]float64, cols)
	}
	return m
}

func transposed(m [][]float64) [][]float64 {
	t := zeros(len(m[0]), len(m))
	for i, row := range m {
		for j, v := range row {
			t[j][i] = v
		}
	}
	return t
}
