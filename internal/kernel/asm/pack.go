package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// Offsets in kernel.packing.
const packSrc, packDst, packStride, packN = 0, 8, 16, 24

// ahead is how far, in bytes, the reading of a column is prefetched.
const ahead = 512

type packArgs struct{ src, dst, stride, n reg.GPVirtual }

func loadPackArgs() packArgs {
	p := Load(Param("p"), GP64())
	a := packArgs{GP64(), GP64(), GP64(), GP64()}
	MOVQ(at(p, packSrc), a.src)
	MOVQ(at(p, packDst), a.dst)
	MOVQ(at(p, packStride), a.stride)
	MOVQ(at(p, packN), a.n)
	return a
}

// packRows emits the copying of rows as wide as a panel.
func (s set) packRows() {
	s.text("packRows", "func(p *byte)", "copies n rows of a panel.")
	a := loadPackArgs()
	loop(a.n, func() {
		v, w := s.load(at(a.src, 0)), s.load(at(a.src, s.bytes()))
		VMOVUPS(v, at(a.dst, 0))
		VMOVUPS(w, at(a.dst, s.bytes()))
		ADDQ(a.stride, a.src)
		advance(2*s.bytes(), a.dst)
	})
	ret()
}

// packCols emits the copying of 8 columns of a panel, each of which lies in
// order at src, by transposing blocks of 8×8.
func (s set) packCols() {
	s.text("packCols", "func(p *byte)", "copies 8 columns of 8·n rows of a panel.")
	a := loadPackArgs()
	base := [3]reg.GPVirtual{a.src, GP64(), GP64()}
	for i := 1; i < 3; i++ {
		LEAQ(Mem{Base: base[i-1], Index: a.stride, Scale: 2}, base[i])
		ADDQ(a.stride, base[i])
	}
	loop(a.n, func() {
		var r, q [8]vec
		for i := range r {
			m := Mem{Base: base[i/3]}
			if i%3 > 0 {
				m.Index, m.Scale = a.stride, uint8(i%3)
			}
			r[i] = YMM()
			VMOVUPS(m, r[i])
			m.Disp += ahead
			PREFETCHT0(m)
		}
		for i := 0; i < 8; i += 2 { // pairs of rows, element by element
			q[i], q[i+1] = YMM(), YMM()
			VUNPCKLPS(r[i+1], r[i], q[i])
			VUNPCKHPS(r[i+1], r[i], q[i+1])
		}
		for i := 0; i < 8; i += 4 { // r[i+c] has column c (and 4+c) of rows i to i+3
			VUNPCKLPD(q[i+2], q[i], r[i])
			VUNPCKHPD(q[i+2], q[i], r[i+1])
			VUNPCKLPD(q[i+3], q[i+1], r[i+2])
			VUNPCKHPD(q[i+3], q[i+1], r[i+3])
		}
		for c := range 4 {
			VPERM2F128(Imm(0x20), r[4+c], r[c], q[c])
			VPERM2F128(Imm(0x31), r[4+c], r[c], q[4+c])
		}
		for c, v := range q {
			VMOVUPS(v, at(a.dst, c*2*s.bytes()))
		}
		advance(8*2*s.bytes(), a.dst)
		advance(32, base[0], base[1], base[2])
	})
	ret()
}
