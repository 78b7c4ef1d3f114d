package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// Offsets in kernel.packing.
const packSrc, packDst, packStride, packN, packRow = 0, 8, 16, 24, 32

type packArgs struct{ src, dst, stride, n, row reg.GPVirtual }

func loadPackArgs() packArgs {
	p := Load(Param("p"), GP64())
	a := packArgs{GP64(), GP64(), GP64(), GP64(), GP64()}
	MOVQ(at(p, packSrc), a.src)
	MOVQ(at(p, packDst), a.dst)
	MOVQ(at(p, packStride), a.stride)
	MOVQ(at(p, packN), a.n)
	MOVQ(at(p, packRow), a.row)
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
		for line := 0; line < 2*s.bytes(); line += 64 {
			PREFETCHT1(at(a.src, 2*s.bytes()+line))
		}
		ADDQ(a.stride, a.src)
		ADDQ(a.row, a.dst)
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
	row := func(i, disp int) Mem {
		m := Mem{Base: base[i/3], Disp: disp}
		if i%3 > 0 {
			m.Index, m.Scale = a.stride, uint8(i%3)
		}
		return m
	}
	loop(a.n, func() {
		var r, q [8]vec
		for i := range r { // r[i] has, of rows i%4 and i%4 + 4, elements 0 to 3 or 4 to 7
			x := XMM()
			VMOVUPS(row(i%4, 16*(i/4)), x)
			r[i] = YMM()
			VINSERTF128(Imm(1), row(i%4+4, 16*(i/4)), x.AsY(), r[i])
		}
		for h := 0; h < 8; h += 4 {
			t := [4]vec{YMM(), YMM(), YMM(), YMM()}
			VUNPCKLPS(r[h+1], r[h], t[0])
			VUNPCKHPS(r[h+1], r[h], t[1])
			VUNPCKLPS(r[h+3], r[h+2], t[2])
			VUNPCKHPS(r[h+3], r[h+2], t[3])
			for c := range 4 {
				q[h+c] = YMM()
			}
			VUNPCKLPD(t[2], t[0], q[h])
			VUNPCKHPD(t[2], t[0], q[h+1])
			VUNPCKLPD(t[3], t[1], q[h+2])
			VUNPCKHPD(t[3], t[1], q[h+3])
		}
		for _, v := range q {
			VMOVUPS(v, at(a.dst, 0))
			ADDQ(a.row, a.dst)
		}
		advance(32, base[0], base[1], base[2])
	})
	ret()
}
