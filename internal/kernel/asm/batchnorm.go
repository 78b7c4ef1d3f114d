package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// batchNorm emits what batch normalization is made of. Strides, of rows, are in
// bytes.
func (s set) batchNorm() {
	s.columnSums("momentSums", "func(rows, stride int, x, shift *float32, a, b *float64)",
		"sets, for a vector of columns, a to Σ(x - shift) and b to Σ(x - shift)².", false)
	s.columnSums("productSums", "func(rows, stride int, x, dy, shift *float32, a, b *float64)",
		"sets, for a vector of columns, a to Σdy and b to Σdy·(x - shift).", true)

	s.rowwise("normalize", "func(rows, n, stride int, y, x, mean, factor, add *float32)", "sets rows of n floats of y to factor·(x - mean) + add.",
		[]string{"y", "x"}, []string{"mean", "factor", "add"}, func(m []Mem) {
			x := s.load(m[1])
			VSUBPS(m[2], x, x)
			f := s.load(m[3])
			VFMADD213PS(m[4], x, f)
			VMOVUPS(f, m[0])
		})
	s.rowwise("normalizeGrad", "func(rows, n, stride int, dx, x, dy, mean, factor, shift, slope *float32)", "sets rows of n floats of dx to factor·(dy - shift - slope·(x - mean)).",
		[]string{"dx", "x", "dy"}, []string{"mean", "factor", "shift", "slope"}, func(m []Mem) {
			x, dy := s.load(m[1]), s.load(m[2])
			VSUBPS(m[3], x, x)
			VSUBPS(m[5], dy, dy)
			VFNMADD231PS(m[6], x, dy)
			VMULPS(m[4], dy, dy)
			VMOVUPS(dy, m[0])
		})
}

// columnSums emits sums of float32 columns in float64, two vectors a column's.
func (s set) columnSums(name, signature, doc string, products bool) {
	s.text(name, signature, doc)
	rows, stride := Load(Param("rows"), GP64()), Load(Param("stride"), GP64())
	x, shift := Load(Param("x"), GP64()), Load(Param("shift"), GP64())
	var dy reg.Register
	if products {
		dy = Load(Param("dy"), GP64())
	}
	wide := func(p reg.Register, half int) vec { // half a vector of floats
		v := s.vec()
		VCVTPS2PD(at(p, half*s.bytes()/2), v)
		return v
	}
	var k, a, b [2]vec
	for h := range k {
		k[h], a[h], b[h] = wide(shift, h), s.zero(), s.zero()
	}
	loop(rows, func() {
		for h := range k {
			d := wide(x, h)
			VSUBPD(k[h], d, d)
			e := d
			if products {
				e = wide(dy, h)
			}
			VADDPD(e, a[h], a[h])
			VFMADD231PD(e, d, b[h])
		}
		ADDQ(stride, x)
		if products {
			ADDQ(stride, dy)
		}
	})
	for i, sums := range pointers("a", "b") {
		for h, v := range [2][2]vec{a, b}[i] {
			VMOVUPD(v, at(sums, h*s.bytes()))
		}
	}
	ret()
}

// rowwise emits a function of rows of n floats, n being a multiple of lanes: body
// gets the addresses of a vector in the matrices, then in the vectors.
func (s set) rowwise(name, signature, doc string, matrices, vectors []string, body func(m []Mem)) {
	s.text(name, signature, doc)
	rows, n, stride := Load(Param("rows"), GP64()), Load(Param("n"), GP64()), Load(Param("stride"), GP64())
	p, v := pointers(matrices...), pointers(vectors...)
	SHLQ(Imm(2), n)
	loop(rows, func() {
		i := GP64()
		XORQ(i, i)
		again(func() {
			var m []Mem
			for _, r := range append(append([]reg.Register{}, p...), v...) {
				m = append(m, Mem{Base: r, Index: i, Scale: 1})
			}
			body(m)
			advance(s.bytes(), i)
			CMPQ(i, n)
		})
		for _, r := range p {
			ADDQ(stride, r)
		}
	})
	ret()
}
