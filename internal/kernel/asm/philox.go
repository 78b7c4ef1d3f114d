package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// philox emits kernel.PhiloxFill, and kernel.Dropout, whose words stay in
// registers: sixteen counters at a time, a lane each.
func (s set) philox() {
	s.text("philox", "func(n int, dst *uint32, first, key uint64)", "fills n groups of 64 words.")
	n, dst := Load(Param("n"), GP64()), Load(Param("dst"), GP64())
	s.groups(n, func(i int, words vec) { VMOVUPS(words, at(dst, 4*i)) }, func() { advance(256, dst) })

	s.text("dropout", "func(n int, y, x *float32, threshold uint32, scale float32, first, key uint64)", "sets n groups of 64 elements of y to scale·x, or to 0 where the word is below threshold.")
	n = Load(Param("n"), GP64())
	p := pointers("y", "x")
	limit := s.spread(Load(Param("threshold"), GP32()))
	scale := s.param("scale")
	s.groups(n, func(i int, words vec) {
		y := s.vec()
		VMULPS(at(p[1], 4*i), scale, y)
		s.keep(words, limit, y)
		VMOVUPS(y, at(p[0], 4*i))
	}, func() { advance(256, p...) })
}

// keep clears the lanes of y where words, which it clobbers, are below limit.
func (s set) keep(words, limit, y vec) {
	if s.wide {
		k := K()
		VPCMPUD(Imm(5), limit, words, k) // not less
		VMOVAPS_Z(y, k, y)
		return
	}
	m := s.vec()
	VPMAXUD(words, limit, m)
	VPCMPEQD(words, m, m)
	VANDPS(m, y, y)
}

// groups emits the rest of a function of n groups of 64 words, from the
// parameters first and key on: body for each vector of words, which begins at
// word i of its group, and next after each group.
func (s set) groups(n reg.Register, body func(i int, words vec), next func()) {
	first, key := Load(Param("first"), GP64()), GP64()
	Load(Param("key"), key)
	low, high := GP32(), GP32()
	MOVL(key.As32(), low)
	SHRQ(Imm(32), key)
	MOVL(key.As32(), high)
	iota := iota16()
	loop(n, func() {
		for lane := 0; lane < 16; lane += s.lanes {
			c := [4]vec{s.spread(first.(reg.GPVirtual).As32()), nil, s.zero(), s.zero()}
			VPADDD(iota.Offset(4*lane), c[0], c[0])
			top := GP64()
			MOVQ(first, top)
			SHRQ(Imm(32), top)
			c[1] = s.spread(top.As32())
			k0, k1 := s.spread(low), s.spread(high)
			for range 10 {
				h0, l0 := s.multiply(c[0], 0xD2511F53)
				h1, l1 := s.multiply(c[2], 0xCD9E8D57)
				s.xor(c[1], h1)
				s.xor(k0, h1)
				s.xor(c[3], h0)
				s.xor(k1, h0)
				c = [4]vec{h1, l1, h0, l0}
				VPADDD(s.bits(0x9E3779B9), k0, k0)
				VPADDD(s.bits(0xBB67AE85), k1, k1)
			}
			for w, v := range c {
				body(16*w+lane, v)
			}
		}
		advance(16, first)
		next()
	})
	ret()
}

var iotaData *Mem

// iota16 is the words 0 to 15.
func iota16() Mem {
	if iotaData == nil {
		m := GLOBL("iota16", RODATA|NOPTR)
		for i := range 16 {
			DATA(4*i, U32(uint32(i)))
		}
		iotaData = &m
	}
	return *iotaData
}

func (s set) xor(x, y vec) { VXORPS(x, y, y) }

// spread returns a vector of the word in r.
func (s set) spread(r reg.Register) vec {
	v := s.vec()
	if s.wide {
		VPBROADCASTD(r, v)
		return v
	}
	x := XMM()
	VMOVD(r, x)
	VPBROADCASTD(x, v)
	return v
}

// multiply returns the high and low words of the products of a's words and x.
func (s set) multiply(a vec, x uint32) (high, low vec) {
	m, even, odd := s.bits(x), s.vec(), s.vec()
	VPSRLQ(Imm(32), a, odd)
	VPMULUDQ(m, a, even)
	VPMULUDQ(m, odd, odd)
	high, low = s.vec(), s.vec()
	VPSRLQ(Imm(32), even, high)
	VPSLLQ(Imm(32), odd, low)
	return s.interleave(high, odd), s.interleave(even, low)
}

// interleave returns the even words of a, which it clobbers, and the odd words
// of b.
func (s set) interleave(a, b vec) vec {
	if s.wide {
		VMOVDQA32(b, s.odd(), a)
	} else {
		VPBLENDD(Imm(0xaa), b, a, a)
	}
	return a
}

// odd returns a mask of the odd lanes.
func (s set) odd() reg.Register {
	k, bits := K(), GP32()
	MOVL(U32(0xaaaa), bits)
	KMOVW(bits, k)
	return k
}
