package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// dots emits the product of a vector and rows of a matrix, 8 at a time.
func (s set) dots() {
	s.text("dots", "func(groups, k, stride int, y, x, w *float32, mask *int32)", "sets y to the dot products of x, of k vectors and those numbers beyond that mask has, and 8 rows of w for each group.")
	groups, k, stride := Load(Param("groups"), GP64()), Load(Param("k"), GP64()), Load(Param("stride"), GP64())
	p := pointers("y", "x", "w")
	mask := s.load(at(Load(Param("mask"), GP64()), 0))
	var part reg.Register
	if s.wide {
		part = K()
		VPMOVD2M(mask, part)
	}
	rest := func(m Mem) vec {
		v := s.vec()
		if s.wide {
			VMOVUPS_Z(m, part, v)
		} else {
			VMASKMOVPS(m, mask, v)
		}
		return v
	}
	x, base := GP64(), [3]reg.GPVirtual{GP64(), GP64(), GP64()}
	row := func(i int) Mem {
		m := Mem{Base: base[i/3]}
		if i%3 > 0 {
			m.Index, m.Scale = stride, uint8(i%3)
		}
		return m
	}
	loop(groups, func() {
		MOVQ(p[1], x)
		MOVQ(p[2], base[0])
		for i := 1; i < 3; i++ {
			LEAQ(Mem{Base: base[i-1], Index: stride, Scale: 2}, base[i])
			ADDQ(stride, base[i])
		}
		LEAQ(Mem{Base: p[2], Index: stride, Scale: 8}, p[2])
		var sums [8]vec
		for i := range sums {
			sums[i] = s.zero()
		}
		n := GP64()
		MOVQ(k, n)
		loop(n, func() {
			v := s.load(at(x, 0))
			for i, sum := range sums {
				VFMADD231PS(row(i), v, sum)
			}
			advance(s.bytes(), x, base[0], base[1], base[2])
		})
		v := rest(at(x, 0))
		for i, sum := range sums {
			VFMADD231PS(rest(row(i)), v, sum)
		}
		VMOVUPS(s.sumsOf(sums), at(p[0], 0))
		advance(32, p[0])
	})
	ret()
}

// sumsOf returns the sums of the numbers of each of eight vectors.
func (s set) sumsOf(v [8]vec) reg.VecVirtual {
	if s.wide {
		for i := range v {
			high := YMM()
			VEXTRACTF32X8(Imm(1), v[i], high)
			VADDPS(high, v[i].AsY(), high)
			v[i] = high
		}
	}
	var half [2]reg.VecVirtual
	for i := range half {
		q := v[4*i:]
		sum := pairs(VUNPCKLPD, VUNPCKHPD, pairs(VUNPCKLPS, VUNPCKHPS, q[0], q[1]), pairs(VUNPCKLPS, VUNPCKHPS, q[2], q[3]))
		half[i] = XMM()
		VEXTRACTF128(Imm(1), sum, half[i])
		VADDPS(half[i], sum.AsX(), half[i])
	}
	sum := YMM()
	VINSERTF128(Imm(1), half[1], half[0].AsY(), sum)
	return sum
}

// pairs adds up halves of a and b, so that what is left of them alternates.
func pairs(low, high func(...Op), a, b reg.VecVirtual) reg.VecVirtual {
	l, h := YMM(), YMM()
	low(b, a, l)
	high(b, a, h)
	VADDPS(l, h, l)
	return l
}
