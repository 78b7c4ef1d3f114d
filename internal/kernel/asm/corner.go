package main

import (
	"github.com/mmcloughlin/avo/attr"
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// corners emits max-pooling of 2×2 pixels that remembers which of the four was
// the largest: of each vector a bit a lane for the right column, then as many for
// the lower row.
func (s set) corners() {
	s.text("maxCorner", "func(n, c, pixel, row int, y, x *float32, corner *uint32, mask *int32)", "pools c channels of a row of n windows of 2×2, side by side.")
	p := s.pixels()
	pixel := Load(Param("pixel"), GP64())
	ptrs := pointers("y", "x")
	corner := Load(Param("corner"), GP64())
	n := Load(Param("n"), GP64())
	below := beyond(ptrs[1])
	ptrs = append(ptrs, below)
	loop(n, func() {
		p.each(ptrs, func(load func(Mem) vec, store func(vec, Mem)) {
			x := windowAt(ptrs[1], below, pixel)
			top, right := s.firstLargest(load(x[0]), load(x[1]))
			low, lowRight := s.firstLargest(load(x[2]), load(x[3]))
			y, lower := s.firstLargest(top, low)
			store(y, at(ptrs[0], 0))
			s.storeBits(s.either(lower, lowRight, right), at(corner, 0))
			s.storeBits(lower, at(corner, s.lanes/8))
			advance(s.lanes/4, corner)
		})
		p.nextWindow(pixel, ptrs[:1], ptrs[1:])
		s.wholeWords(corner)
	})
	ret()

	s.text("maxCornerGrad", "func(n, c, pixel, row int, dx, dy *float32, corner *uint32, mask *int32)", "gives dy to the pixels that were the largest, and 0 to the others.")
	p = s.pixels()
	pixel = Load(Param("pixel"), GP64())
	ptrs = pointers("dy", "dx")
	corner = Load(Param("corner"), GP64())
	n = Load(Param("n"), GP64())
	below = beyond(ptrs[1])
	ptrs = append(ptrs, below)
	expand := s.bitExpander()
	loop(n, func() {
		p.each(ptrs, func(load func(Mem) vec, store func(vec, Mem)) {
			dx := windowAt(ptrs[1], below, pixel)
			dy := load(at(ptrs[0], 0))
			right, lower := expand(at(corner, 0)), expand(at(corner, s.lanes/8))
			low, top := s.split(dy, lower)
			for i, half := range []vec{top, low} {
				r, l := s.split(half, right)
				store(l, dx[2*i])
				store(r, dx[2*i+1])
			}
			advance(s.lanes/4, corner)
		})
		p.nextWindow(pixel, ptrs[:1], ptrs[1:])
		s.wholeWords(corner)
	})
	ret()
}

// windowAt returns the addresses of the pixels of a window, in row order.
func windowAt(x, below, pixel reg.Register) []Mem {
	return []Mem{at(x, 0), {Base: x, Index: pixel, Scale: 1}, at(below, 0), {Base: below, Index: pixel, Scale: 1}}
}

// nextWindow moves pointers, which each has moved by the channels, on to the next
// window: those to its output by a pixel, those to its input by two.
func (p pixels) nextWindow(pixel reg.Register, out, in []reg.Register) {
	for _, r := range out {
		ADDQ(pixel, r)
		SUBQ(p.bytes, r)
	}
	for _, r := range in {
		LEAQ(Mem{Base: r, Index: pixel, Scale: 2}, r)
		SUBQ(p.bytes, r)
	}
}

// wholeWords moves a pointer on to a multiple of 4 bytes.
func (s set) wholeWords(r reg.Register) {
	if s.lanes/4 < 4 {
		ADDQ(Imm(3), r)
		ANDQ(I32(-4), r)
	}
}

// A lanemask has a bit a lane: a mask register, or a vector.
type lanemask struct {
	k reg.Register
	v vec
}

// firstLargest returns the larger of a and b, NaN being larger than any number,
// and where that is b; of equals it takes a.
func (s set) firstLargest(a, b vec) (vec, lanemask) {
	if s.wide {
		number, k := K(), K()
		VCMPPS(Imm(ordered), a, a, number)
		VCMPPS(Imm(notLessEqual), a, b, number, k)
		y := s.copy(a)
		VMOVAPS(b, k, y)
		return y, lanemask{k: k}
	}
	number, m, y := s.vec(), s.vec(), s.vec()
	VCMPPS(Imm(ordered), a, a, number)
	VCMPPS(Imm(notLessEqual), a, b, m)
	VANDPS(number, m, m)
	VBLENDVPS(m, b, a, y)
	return y, lanemask{v: m}
}

// either returns yes where m is set and no elsewhere.
func (s set) either(m, yes, no lanemask) lanemask {
	if s.wide {
		a, b := K(), K()
		KANDW(yes.k, m.k, a)
		KANDNW(no.k, m.k, b)
		KORW(a, b, a)
		return lanemask{k: a}
	}
	v := s.vec()
	VBLENDVPS(m.v, yes.v, no.v, v)
	return lanemask{v: v}
}

// storeBits stores m, a bit a lane.
func (s set) storeBits(m lanemask, to Mem) {
	if s.wide {
		KMOVW(m.k, to)
		return
	}
	r := GP32()
	VMOVMSKPS(m.v, r)
	MOVB(r.As8(), to)
}

// bitExpander returns what loads that again.
func (s set) bitExpander() func(from Mem) lanemask {
	if s.wide {
		return func(from Mem) lanemask {
			k := K()
			KMOVW(from, k)
			return lanemask{k: k}
		}
	}
	table := GLOBL("laneBits", attr.RODATA|attr.NOPTR)
	for i := range s.lanes {
		DATA(4*i, U32(1<<i))
	}
	lanes := s.load(table)
	return func(from Mem) lanemask {
		v := s.vec()
		VPBROADCASTB(from, v)
		VPAND(lanes, v, v)
		VPCMPEQD(lanes, v, v)
		return lanemask{v: v}
	}
}

// split returns v where m is set, and v elsewhere; both have zeros in the other's
// place.
func (s set) split(v vec, m lanemask) (set, clear vec) {
	set, clear = s.vec(), s.vec()
	if s.wide {
		VMOVAPS_Z(v, m.k, set)
		not := K()
		KNOTW(m.k, not)
		VMOVAPS_Z(v, not, clear)
		return set, clear
	}
	VANDPS(v, m.v, set)
	VANDNPS(v, m.v, clear)
	return set, clear
}
