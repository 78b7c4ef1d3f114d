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
)

// Flags in kernel.tile.
const (
	flagAdd  = 1
	flagBias = 2
	flagReLU = 4
	flagPart = 8
	flagGate = 16
)

// micro emits the product of `rows` rows of A and one panel of B, two vectors
// wide, for a number of such tiles one below the other.
//
// Elements of A are broadcast from where they lie, so A is never packed.
func (s set) micro(rows int) {
	TEXT(fmt.Sprintf("micro%d%s", rows, s.name), NOSPLIT, "func(t *byte)")
	Pragma("noescape")
	Doc(fmt.Sprintf("micro%d%s computes tiles of %d rows.", rows, s.name, rows))
	m := micro{set: s, rows: rows, t: Load(Param("t"), GP64())}
	m.aRow, m.aCol, m.bRow, m.a, m.c, m.cRow = GP64(), GP64(), GP64(), GP64(), GP64(), GP64()
	MOVQ(at(m.t, tileARow), m.aRow)
	MOVQ(at(m.t, tileACol), m.aCol)
	MOVQ(at(m.t, tileBRow), m.bRow)
	MOVQ(at(m.t, tileCRow), m.cRow)
	MOVQ(at(m.t, tileA), m.a)
	MOVQ(at(m.t, tileC), m.c)
	if s.wide {
		cols := GP64()
		MOVQ(at(m.t, tileCols), cols)
		for i := range m.part {
			m.part[i] = K()
			KMOVW(cols.As32(), m.part[i])
			SHRQ(Imm(16), cols)
		}
	}
	count := GP64()
	MOVQ(at(m.t, tileCount), count)
	loop(count, func() {
		m.product()
		m.epilogue()
	})
	ret()
}

type micro struct {
	set
	rows                   int
	t                      reg.Register
	aRow, aCol, bRow, cRow reg.GPVirtual
	a, c                   reg.GPVirtual // the tile's corner
	acc                    [][2]vec
	part                   [2]reg.Register // AVX-512: which columns exist
}

// product computes the tile in registers and moves a to the next one.
func (m *micro) product() {
	b, k := GP64(), GP64()
	MOVQ(at(m.t, tileB), b)
	MOVQ(at(m.t, tileK), k)
	m.acc = nil
	for range m.rows {
		m.acc = append(m.acc, [2]vec{m.zero(), m.zero()})
	}
	// Three rows share a base: x, x + row, x + 2·row are addresses.
	base := make([]reg.GPVirtual, (m.rows+2)/3)
	for i := range base {
		base[i] = GP64()
		if i == 0 {
			MOVQ(m.a, base[0])
			continue
		}
		LEAQ(Mem{Base: base[i-1], Index: m.aRow, Scale: 2}, base[i])
		ADDQ(m.aRow, base[i])
	}
	loop(k, func() {
		b0, b1 := m.load(at(b, 0)), m.load(at(b, m.bytes()))
		for i, acc := range m.acc {
			a := Mem{Base: base[i/3]}
			if i%3 > 0 {
				a.Index, a.Scale = m.aRow, uint8(i%3)
			}
			if m.wide {
				VFMADD231PS_BCST(a, b0, acc[0])
				VFMADD231PS_BCST(a, b1, acc[1])
				continue
			}
			v := m.broadcast(a)
			VFMADD231PS(v, b0, acc[0])
			VFMADD231PS(v, b1, acc[1])
		}
		for _, r := range base {
			ADDQ(m.aCol, r)
		}
		ADDQ(m.bRow, b)
	})
	for range m.rows {
		ADDQ(m.aRow, m.a)
	}
}

// epilogue finishes the tile, stores it and moves c to the next one.
func (m *micro) epilogue() {
	flags := GP64()
	MOVQ(at(m.t, tileFlags), flags)
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
		mask = [2]vec{m.load(at(p, 0)), m.load(at(p, m.bytes()))}
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
	c := GP64()
	TESTQ(U32(flagAdd), flags)
	when(JZ, func() {
		MOVQ(m.c, c)
		for _, acc := range m.acc {
			for j := range acc {
				VADDPS(read(at(c, 0), j), acc[j], acc[j])
			}
			ADDQ(m.cRow, c)
		}
	})
	TESTQ(U32(flagBias), flags)
	when(JZ, func() {
		p := GP64()
		MOVQ(at(m.t, tileBias), p)
		for j := range 2 {
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
		ADDQ(m.c, c)
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
			ADDQ(m.cRow, c)
		}
	})
	for _, acc := range m.acc {
		for j := range acc {
			to := at(m.c, j*m.bytes())
			switch {
			case m.wide:
				VMOVUPS(acc[j], m.part[j], to)
			case part:
				VMASKMOVPS(acc[j], mask[j], to)
			default:
				VMOVUPS(acc[j], to)
			}
		}
		ADDQ(m.cRow, m.c)
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
