package main

import (
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// pixels is how the kernels of pooling go through the channels of pixels.
type pixels struct {
	set
	bytes, vectors, rest reg.GPVirtual // of the channels: their size, whole vectors, and size of those beyond
	mask                 reg.Register  // of those beyond
}

func (s set) pixels() pixels {
	p := pixels{s, GP64(), GP64(), GP64(), nil}
	c := Load(Param("c"), GP64())
	for _, to := range []reg.GPVirtual{p.bytes, p.vectors, p.rest} {
		MOVQ(c, to)
	}
	SHLQ(Imm(2), p.bytes)
	SHRQ(Imm(uint64(math.Log2(float64(s.lanes)))), p.vectors)
	ANDQ(I32(int32(s.lanes-1)), p.rest)
	SHLQ(Imm(2), p.rest)
	words := s.load(at(Load(Param("mask"), GP64()), 0))
	p.mask = words
	if s.wide {
		k := K()
		VPMOVD2M(words, k)
		p.mask = k
	}
	return p
}

// each emits body for each vector of channels and for those beyond; ptrs end up
// behind the last.
func (p pixels) each(ptrs []reg.Register, body func(load func(Mem) vec, store func(vec, Mem))) {
	TESTQ(p.vectors, p.vectors)
	when(JZ, func() {
		n := GP64()
		MOVQ(p.vectors, n)
		loop(n, func() {
			body(p.load, func(v vec, m Mem) { VMOVUPS(v, m) })
			advance(p.set.bytes(), ptrs...)
		})
	})
	TESTQ(p.rest, p.rest)
	when(JZ, func() {
		load := func(m Mem) vec {
			v := p.vec()
			if p.wide {
				VMOVUPS_Z(m, p.mask, v)
			} else {
				VMASKMOVPS(m, p.mask, v)
			}
			return v
		}
		body(load, func(v vec, m Mem) {
			if p.wide {
				VMOVUPS(v, p.mask, m)
				return
			}
			to := GP64()
			LEAQ(m, to)
			rest := p.copy(v)
			for n := 4; n > 0; n /= 2 {
				TESTQ(U32(uint32(4*n)), p.rest)
				when(JZ, func() {
					storeLow(rest, n, at(to, 0))
					ADDQ(Imm(uint64(4*n)), to)
				})
			}
		})
		for _, r := range ptrs {
			ADDQ(p.rest, r)
		}
	})
}

// larger sets top to v where that is larger, or NaN.
func (s set) larger(top, v vec) {
	m := s.vec()
	VMAXPS(top, v, m) // top where the two are equal or one is NaN
	VMOVAPS(s.choose(unordered, v, v, v, m), top)
}

// take returns what of dy goes to x, which is y or the first NaN, and removes
// it from dy.
func (s set) take(dy, x, y, zero vec) vec {
	t := s.choose(equal, x, y, dy, zero)
	t = s.choose(unordered, x, x, dy, t)
	VXORPS(t, dy, dy)
	return t
}

// pools emits max-pooling.
func (s set) pools() {
	s.text("maxPool2", "func(n, c, pixel, row int, y, x *float32, mask *int32)", "pools c channels of a row of n windows of 2×2, side by side.")
	p := s.pixels()
	pixel := Load(Param("pixel"), GP64())
	ptrs := pointers("y", "x")
	n := Load(Param("n"), GP64())
	ptrs = append(ptrs, beyond(ptrs[1]))
	loop(n, func() {
		p.each(ptrs, func(load func(Mem) vec, store func(vec, Mem)) {
			x := windowAt(ptrs[1], ptrs[2], pixel)
			top := load(x[0])
			for _, m := range x[1:] {
				s.larger(top, load(m))
			}
			store(top, at(ptrs[0], 0))
		})
		p.nextWindow(pixel, ptrs[:1], ptrs[1:])
	})
	ret()

	s.text("maxPool2Grad", "func(n, c, pixel, row int, dx, x, y, dy *float32, mask *int32)", "sets the gradient of c channels of a row of n windows of 2×2, side by side.")
	p = s.pixels()
	pixel = Load(Param("pixel"), GP64())
	ptrs = pointers("y", "dy", "x", "dx")
	n = Load(Param("n"), GP64())
	ptrs = append(ptrs, beyond(ptrs[2]), beyond(ptrs[3]))
	zero := s.zero()
	loop(n, func() {
		p.each(ptrs, func(load func(Mem) vec, store func(vec, Mem)) {
			x, dx := windowAt(ptrs[2], ptrs[4], pixel), windowAt(ptrs[3], ptrs[5], pixel)
			y, dy := load(at(ptrs[0], 0)), load(at(ptrs[1], 0))
			for i := range 3 {
				store(s.take(dy, load(x[i]), y, zero), dx[i])
			}
			store(dy, dx[3])
		})
		p.nextWindow(pixel, ptrs[:2], ptrs[2:])
	})
	ret()

	// window emits body for each pixel of a window; ptrs go along.
	window := func(p pixels, from []reg.Register, body func(at []reg.Register)) {
		rows, row := Load(Param("rows"), GP64()), Load(Param("row"), GP64())
		var first []reg.Register
		for _, r := range from {
			f := GP64()
			MOVQ(r, f)
			first = append(first, f)
		}
		loop(rows, func() {
			var here []reg.Register
			for _, f := range first {
				h := GP64()
				MOVQ(f, h)
				here = append(here, h)
			}
			cols := Load(Param("cols"), GP64())
			loop(cols, func() {
				body(here)
				for _, h := range here {
					ADDQ(p.bytes, h)
				}
			})
			for _, f := range first {
				ADDQ(row, f)
			}
		})
	}

	s.text("maxPool", "func(rows, cols, c, row int, y, x *float32, mask *int32)", "pools one window.")
	p = s.pixels()
	ptrs = pointers("y", "x")
	p.each(ptrs, func(load func(Mem) vec, store func(vec, Mem)) {
		top := load(at(ptrs[1], 0))
		window(p, ptrs[1:], func(x []reg.Register) { s.larger(top, load(at(x[0], 0))) })
		store(top, at(ptrs[0], 0))
	})
	ret()

	s.text("maxPoolGrad", "func(rows, cols, c, row int, dx, x, y, dy *float32, mask *int32)", "adds the gradient of one window.")
	p = s.pixels()
	ptrs = pointers("y", "dy", "x", "dx")
	zero = s.zero()
	p.each(ptrs, func(load func(Mem) vec, store func(vec, Mem)) {
		y, dy := load(at(ptrs[0], 0)), load(at(ptrs[1], 0))
		window(p, ptrs[2:], func(r []reg.Register) {
			t := s.take(dy, load(at(r[0], 0)), y, zero)
			VADDPS(load(at(r[1], 0)), t, t)
			store(t, at(r[1], 0))
		})
	})
	ret()
}

// beyond returns the row of pixels after that of x.
func beyond(x reg.Register) reg.Register {
	r := GP64()
	MOVQ(x, r)
	ADDQ(Load(Param("row"), GP64()), r)
	return r
}
