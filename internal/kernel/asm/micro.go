package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// Offsets in kernel.tile.
const (
	tileA, tileB, tileC          = 0, 8, 16
	tileARow, tileACol, tileCRow = 24, 32, 40
	tileK, tileCount             = 48, 56
	tileBias, tileMask           = 64, 72
	tileFlags, tileCols          = 80, 88
	tileGate, tileBRow           = 96, 104
	tileSegments                 = 112
	tileASegment, tileBSegment   = 120, 128
	tileLeft                     = 136
)

// Flags in kernel.tile.
const (
	flagAdd  = 1
	flagBias = 2
	flagReLU = 4
	flagPart = 8
	flagGate = 16
	flagFar  = 32
)

// micro emits the product of `rows` rows of A and one panel of B, `width` vectors
// wide, for a number of such tiles one below the other.
//
// Elements of A are broadcast from where they lie, so A is never packed. The inner
// dimension comes in segments, with a jump in A and B after each, so that a
// convolution can read its image as a matrix.
func (s set) micro(rows, width int) {
	name := fmt.Sprintf("micro%dx%d%s", rows, width, s.name)
	TEXT(name, NOSPLIT, "func(t *byte)")
	Pragma("noescape")
	Doc(fmt.Sprintf("%s computes tiles of %d rows, %d vectors wide.", name, rows, width))
	m := micro{set: s, rows: rows, width: width, t: Load(Param("t"), GP64())}
	if s.wide {
		cols := GP64()
		MOVQ(at(m.t, tileCols), cols)
		for i := range width {
			m.part[i] = K()
			KMOVW(cols.As32(), m.part[i])
			SHRQ(Imm(16), cols)
		}
	}
	// Registers are short: what the inner loop does not need stays in the tile.
	again(func() {
		m.product()
		m.epilogue()
		DECQ(at(m.t, tileCount))
	})
	ret()
}

type micro struct {
	set
	rows, width int
	t           reg.Register
	acc         [][]vec
	part        [2]reg.Register // AVX-512: which columns exist
}

// field returns a register with a field of the tile.
func (m *micro) field(offset int) reg.GPVirtual {
	r := GP64()
	MOVQ(at(m.t, offset), r)
	return r
}

// product computes the tile in registers and moves a to the next one.
func (m *micro) product() {
	aRow, aCol, bRow := m.field(tileARow), m.field(tileACol), m.field(tileBRow)
	b := m.field(tileB)
	m.acc = nil
	for range m.rows {
		var row []vec
		for range m.width {
			row = append(row, m.zero())
		}
		m.acc = append(m.acc, row)
	}
	// Three rows share a base: x, x + row, x + 2·row are addresses.
	base := make([]reg.GPVirtual, (m.rows+2)/3)
	for i := range base {
		if i == 0 {
			base[0] = m.field(tileA)
			continue
		}
		base[i] = GP64()
		LEAQ(Mem{Base: base[i-1], Index: aRow, Scale: 2}, base[i])
		ADDQ(aRow, base[i])
	}
	next := GP64()
	MOVQ(base[len(base)-1], next)
	for range m.rows - 3*(len(base)-1) {
		ADDQ(aRow, next)
	}
	MOVQ(next, at(m.t, tileA))
	MOVQ(m.field(tileSegments), at(m.t, tileLeft))
	m.prefetch()
	again(func() {
		loop(m.field(tileK), func() {
			var panel []vec
			for j := range m.width {
				panel = append(panel, m.load(at(b, j*m.bytes())))
			}
			for i, acc := range m.acc {
				a := Mem{Base: base[i/3]}
				if i%3 > 0 {
					a.Index, a.Scale = aRow, uint8(i%3)
				}
				if m.wide {
					for j, v := range panel {
						VFMADD231PS_BCST(a, v, acc[j])
					}
					continue
				}
				x := m.broadcast(a)
				for j, v := range panel {
					VFMADD231PS(x, v, acc[j])
				}
			}
			for _, r := range base {
				ADDQ(aCol, r)
			}
			ADDQ(bRow, b)
		})
		jump := m.field(tileASegment)
		for _, r := range base {
			ADDQ(jump, r)
		}
		ADDQ(at(m.t, tileBSegment), b)
		DECQ(at(m.t, tileLeft))
	})
}

// prefetch asks early for the elements of C that will be added to, if they may be
// far away.
func (m *micro) prefetch() {
	TESTQ(U32(flagFar), m.field(tileFlags))
	when(JZ, func() {
		c, cRow := m.field(tileC), m.field(tileCRow)
		for range m.rows {
			for line := 0; line < m.width*m.bytes(); line += 64 {
				PREFETCHT0(at(c, line))
			}
			ADDQ(cRow, c)
		}
	})
}

// epilogue finishes the tile, stores it and moves c to the next one.
func (m *micro) epilogue() {
	flags := m.field(tileFlags)
	if m.wide {
		m.finish(flags, true)
		return
	}
	labels++
	part, end := fmt.Sprintf("part%d", labels), fmt.Sprintf("end%d", labels)
	TESTQ(U32(flagPart), flags)
	JNZ(LabelRef(part))
	m.finish(flags, false)
	JMP(LabelRef(end))
	Label(part)
	m.finish(flags, true)
	Label(end)
}

func (m *micro) finish(flags reg.Register, part bool) {
	var mask [2]vec
	if part && !m.wide {
		p := GP64()
		MOVQ(at(m.t, tileMask), p)
		for j := range m.width {
			mask[j] = m.load(at(p, j*m.bytes()))
		}
	}
	read := func(from Mem, j int) vec {
		from.Disp += j * m.bytes()
		v := m.vec()
		switch {
		case m.wide:
			VMOVUPS_Z(from, m.part[j], v)
		case part:
			VMASKMOVPS(from, mask[j], v)
		default:
			VMOVUPS(from, v)
		}
		return v
	}
	corner, cRow := m.field(tileC), m.field(tileCRow)
	c := GP64()
	TESTQ(U32(flagAdd), flags)
	when(JZ, func() {
		MOVQ(corner, c)
		for _, acc := range m.acc {
			for j := range acc {
				VADDPS(read(at(c, 0), j), acc[j], acc[j])
			}
			ADDQ(cRow, c)
		}
	})
	TESTQ(U32(flagBias), flags)
	when(JZ, func() {
		p := GP64()
		MOVQ(at(m.t, tileBias), p)
		for j := range m.width {
			v := read(at(p, 0), j)
			for _, acc := range m.acc {
				VADDPS(v, acc[j], acc[j])
			}
		}
	})
	TESTQ(U32(flagReLU), flags)
	when(JZ, func() {
		z := m.zero()
		for _, acc := range m.acc {
			for j := range acc {
				VMAXPS(acc[j], z, acc[j]) // in this order NaN stays NaN
			}
		}
	})
	TESTQ(U32(flagGate), flags)
	when(JZ, func() {
		MOVQ(at(m.t, tileGate), c)
		ADDQ(corner, c)
		z := m.zero()
		for _, acc := range m.acc {
			for j := range acc {
				v := read(at(c, 0), j)
				if m.wide {
					k := K()
					VCMPPS(Imm(notLessEqual), z, v, k)
					VMOVAPS_Z(acc[j], k, acc[j])
				} else {
					VCMPPS(Imm(notLessEqual), z, v, v)
					VANDPS(v, acc[j], acc[j])
				}
			}
			ADDQ(cRow, c)
		}
	})
	if part && !m.wide {
		m.storePart(corner, cRow)
	} else {
		for _, acc := range m.acc {
			for j, v := range acc {
				if to := at(corner, j*m.bytes()); m.wide {
					VMOVUPS(v, m.part[j], to)
				} else {
					VMOVUPS(v, to)
				}
			}
			ADDQ(cRow, corner)
		}
	}
	MOVQ(corner, at(m.t, tileC))
}

// storePart stores the columns that exist, in pieces of 8, 4, 2 and 1, and moves
// corner to the next tile. There are masked stores, which take many times as long.
func (m *micro) storePart(corner, cRow reg.Register) {
	labels++
	end := fmt.Sprintf("stored%d", labels)
	n, to, c := m.field(tileCols), GP64(), GP64()
	POPCNTQ(n, n)
	MOVQ(corner, to)
	piece := func(j, size int) {
		MOVQ(to, c)
		for _, acc := range m.acc {
			storeLow(acc[j], size, at(c, 0))
			ADDQ(cRow, c)
		}
		ADDQ(Imm(uint64(4*size)), to)
	}
	for j := range m.width {
		next := fmt.Sprintf("%sNext%d", end, j)
		if last := j == m.width-1; !last {
			CMPQ(n, Imm(8))
			when(JLT, func() {
				piece(j, 8)
				SUBQ(Imm(8), n)
				JMP(LabelRef(next))
			})
		}
		for size := 4; size > 0; size /= 2 {
			TESTQ(U32(uint32(size)), n)
			when(JZ, func() { piece(j, size) })
		}
		JMP(LabelRef(end))
		Label(next)
	}
	Label(end)
	for range m.acc {
		ADDQ(cRow, corner)
	}
}

// storeLow stores the lowest numbers of v and moves as many of the others into
// their place.
func storeLow(v vec, n int, to Mem) {
	switch n {
	case 8:
		VMOVUPS(v, to)
	case 4:
		VMOVUPS(v.AsX(), to)
		VEXTRACTF128(Imm(1), v, v.AsX())
	case 2:
		VMOVLPS(v.AsX(), to)
		VMOVHLPS(v.AsX(), v.AsX(), v.AsX())
	case 1:
		VMOVSS(v.AsX(), to)
	}
}

// peak emits a loop of nothing but fused multiply-adds on registers: the speed
// that products are measured against.
func (s set) peak() {
	s.text("peak", "func(n int)", "does n rounds of 12 independent fused multiply-adds.")
	n := Load(Param("n"), GP64())
	var acc [12]vec
	for i := range acc {
		acc[i] = s.zero()
	}
	x, y := s.zero(), s.zero()
	loop(n, func() {
		for _, v := range acc {
			VFMADD231PS(x, y, v)
		}
	})
	ret()
}
