package main

import (
	"fmt"
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

type matrix [][]float64

func (a matrix) transposed() matrix {
	b := make(matrix, len(a[0]))
	for i := range b {
		for j := range a {
			b[i] = append(b[i], a[j][i])
		}
	}
	return b
}

// toomCook returns the matrices of Winograd's F(m, r) on the given points and
// infinity: y = at·((g·w)∘(bt·x)). the kernel package has the same.
func toomCook(m, r int, points []float64) (at, g, bt matrix) {
	n := m + r - 1
	at, g, bt = make(matrix, m), make(matrix, n), make(matrix, n)
	for i := range at {
		at[i] = make([]float64, n)
		for j, p := range points {
			at[i][j] = math.Pow(p, float64(i))
		}
	}
	at[m-1][n-1] = 1
	// polynomial returns the coefficients of Π(x - p) over the points but one.
	polynomial := func(skip int) []float64 {
		c := make([]float64, n)
		c[0] = 1
		degree := 0
		for i, p := range points {
			if i == skip {
				continue
			}
			degree++
			for q := degree; q >= 0; q-- {
				low := 0.0
				if q > 0 {
					low = c[q-1]
				}
				c[q] = low - p*c[q]
			}
		}
		return c
	}
	for j := range g {
		g[j] = make([]float64, r)
		if j == n-1 {
			g[j][r-1] = 1
			bt[j] = polynomial(-1)
			continue
		}
		scale := 1.0
		for i, p := range points {
			if i != j {
				scale *= points[j] - p
			}
		}
		for q := range g[j] {
			g[j][q] = math.Pow(points[j], float64(q)) / scale
		}
		bt[j] = polynomial(j)
	}
	return at, g, bt
}

// Offsets in kernel.transform.
const (
	trIn, trOut, trTmp, trBias = 0, 8, 16, 24
	trGroups                   = 32
	trInRow, trInCol           = 40, 48
	trOutRow, trOutCol         = 56, 64
	trFloor, trLeft            = 72, 80
)

// winograd emits the transforms of F(4×4, 5×5) and F(4×4, 3×3).
func (s set) winograd() {
	for _, c := range []struct {
		r      int
		points []float64
	}{{5, []float64{0, 1, -1, 2, -2, .5, -.5}}, {3, []float64{0, 1, -1, 2, -2}}} {
		at, g, bt := toomCook(4, c.r, c.points)
		suffix := fmt.Sprint(c.r)
		s.transform("winogradInput"+suffix, bt, store)
		s.transform("winogradInputGrad"+suffix, bt.transposed(), add)
		s.transform("winogradOutput"+suffix, at, finish)
		s.transform("winogradOutputGrad"+suffix, at.transposed(), store)
		s.transform("winogradFilter"+suffix, g, store)
		s.transform("winogradFilterGrad"+suffix, g.transposed(), store)
	}
}

// What a transform does with its result.
type ending int

const (
	store  ending = iota
	add           // to what out holds
	finish        // add a bias, raise what is below the floor to it, and store
)

// transform emits out = m·in·mᵀ for groups of channels, a lane each.
func (s set) transform(name string, m matrix, end ending) {
	rows, cols := len(m), len(m[0])
	s.text(name, "func(t *byte)", "computes m·in·mᵀ; t is a *transform.")
	t := Load(Param("t"), GP64())
	field := func(offset int) reg.GPVirtual {
		r := GP64()
		MOVQ(at(t, offset), r)
		return r
	}
	again(func() {
		// Columns: tmp (rows, cols) = m·in.
		n, p, tmp, stride := GP64(), field(trIn), field(trTmp), field(trInRow)
		MOVQ(U32(uint32(cols)), n)
		loop(n, func() {
			a := spaced(p, stride, cols)
			var x []vec
			for i := range cols {
				x = append(x, s.load(a(i)))
			}
			s.multiplyBy(m, x, func(i int, v vec) { VMOVUPS(v, at(tmp, s.bytes()*cols*i)) })
			ADDQ(at(t, trInCol), p)
			advance(s.bytes(), tmp)
		})
		// Rows: out = tmp·mᵀ.
		n, p, tmp, stride = GP64(), field(trOut), field(trTmp), field(trOutCol)
		bias := field(trBias)
		MOVQ(U32(uint32(rows)), n)
		loop(n, func() {
			a := spaced(p, stride, rows)
			var x []vec
			for i := range cols {
				x = append(x, s.load(at(tmp, s.bytes()*i)))
			}
			s.multiplyBy(m, x, func(i int, v vec) {
				switch end {
				case add:
					VADDPS(a(i), v, v)
				case finish:
					VADDPS(at(bias, 0), v, v)
					VMAXPS(v, s.broadcast(at(t, trFloor)), v) // in this order NaN stays NaN
				}
				VMOVUPS(v, a(i))
			})
			ADDQ(at(t, trOutRow), p)
			advance(s.bytes()*cols, tmp)
		})
		for _, offset := range []int{trIn, trOut, trBias} {
			ADDQ(U32(uint32(s.bytes())), at(t, offset))
		}
		DECQ(at(t, trGroups))
	})
	ret()
}

// spaced returns the addresses base + i·stride for i below n.
func spaced(base, stride reg.GPVirtual, n int) func(i int) Mem {
	b := []reg.GPVirtual{base}
	for len(b)*3 < n {
		r := GP64()
		LEAQ(Mem{Base: b[len(b)-1], Index: stride, Scale: 2}, r)
		ADDQ(stride, r)
		b = append(b, r)
	}
	return func(i int) Mem {
		m := Mem{Base: b[i/3]}
		if i%3 > 0 {
			m.Index, m.Scale = stride, uint8(i%3)
		}
		return m
	}
}

// multiplyBy emits m·x and hands each element to store. Rows that belong to
// opposite points differ in the sign of the odd, or the even, columns: their two
// halves are computed once. In a transposed matrix columns pair up instead.
func (s set) multiplyBy(m matrix, x []vec, store func(i int, v vec)) {
	m, x = s.pairColumns(m, x)
	done := make([]bool, len(m))
	for a := range m {
		if done[a] {
			continue
		}
		b, sign := opposite(m, done, a)
		if b < 0 {
			store(a, s.dot(m[a], x))
			continue
		}
		even, odd := make([]float64, len(x)), make([]float64, len(x))
		for i, c := range m[a] {
			if i%2 == 0 {
				even[i] = c
			} else {
				odd[i] = c
			}
		}
		e, o, v := s.dot(even, x), s.dot(odd, x), s.vec()
		VADDPS(o, e, v)
		store(a, v)
		if sign > 0 {
			VSUBPS(o, e, e)
		} else {
			VSUBPS(e, o, e)
		}
		store(b, e)
		done[b] = true
	}
}

// opposite returns a row b after a with m[b][i] = ±(-1)ⁱ·m[a][i], and the sign; -1
// if there is none.
func opposite(m matrix, done []bool, a int) (b int, sign float64) {
	for b := a + 1; b < len(m); b++ {
		for _, sign := range []float64{1, -1} {
			match, mixed := !done[b], false
			for i, c := range m[a] {
				want := sign * c
				if i%2 == 1 {
					want = -want
				}
				match = match && m[b][i] == want
				mixed = mixed || i%2 == 1 && c != 0
			}
			if match && mixed {
				return b, sign
			}
		}
	}
	return -1, 0
}

// pairColumns replaces pairs of columns that differ only in signs by their sum and
// difference, with half of the coefficients each 0. It changes nothing where rows
// pair up.
func (s set) pairColumns(m matrix, x []vec) (matrix, []vec) {
	for a := range m {
		if b, _ := opposite(m, make([]bool, len(m)), a); b >= 0 {
			return m, x
		}
	}
	paired := make(matrix, len(m))
	for i := range m {
		paired[i] = append([]float64{}, m[i]...)
	}
	x = append([]vec{}, x...)
	used := make([]bool, len(x))
	for a := range x {
		for b := a + 1; b < len(x) && !used[a]; b++ {
			match, mixed := !used[b], false
			for i := range m {
				match = match && math.Abs(m[i][a]) == math.Abs(m[i][b])
				mixed = mixed || m[i][a] != m[i][b]
			}
			if !match || !mixed {
				continue
			}
			sum := s.vec()
			VADDPS(x[b], x[a], sum)
			VSUBPS(x[b], x[a], x[b])
			x[a] = sum
			for i := range m {
				if m[i][a] == m[i][b] {
					paired[i][b] = 0
				} else {
					paired[i][a], paired[i][b] = 0, m[i][a]
				}
			}
			used[a], used[b] = true, true
		}
	}
	return paired, x
}

// dot returns Σ c·x.
func (s set) dot(coefficients []float64, x []vec) vec {
	v := s.vec()
	first := true
	for i, c := range coefficients {
		switch {
		case c == 0:
		case first && c == 1:
			VMOVAPS(x[i], v)
			first = false
		case first:
			VMULPS(s.constant(c), x[i], v)
			first = false
		case c == 1:
			VADDPS(x[i], v, v)
		case c == -1:
			VSUBPS(x[i], v, v)
		default:
			VFMADD231PS(s.constant(c), x[i], v)
		}
	}
	return v
}
