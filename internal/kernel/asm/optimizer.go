package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// Offsets in kernel.update.
const (
	updW, updG, updM, updV, updAverage   = 0, 8, 16, 24, 32
	updN                                 = 40
	updRate, updScale, updL2, updL1      = 48, 52, 56, 60
	updBlend, updMomentum, updAhead      = 64, 68, 72
	updBeta1, updNew1, updBeta2, updNew2 = 76, 80, 84, 88
	updEpsilon, updRoot, updCheck        = 92, 96, 100
)

// updater is the state of a loop over a parameter.
type updater struct {
	set
	u                   reg.Register
	w, g, m, v, average reg.GPVirtual
	n                   reg.GPVirtual
	check, zero         vec
}

// update begins a kernel on a kernel.update.
func (s set) update(name, doc string) *updater {
	s.text(name, "func(u *byte)", doc)
	u := &updater{set: s, u: Load(Param("u"), GP64())}
	for _, p := range []struct {
		to   *reg.GPVirtual
		from int
	}{{&u.w, updW}, {&u.g, updG}, {&u.m, updM}, {&u.v, updV}, {&u.average, updAverage}, {&u.n, updN}} {
		*p.to = GP64()
		MOVQ(at(u.u, p.from), *p.to)
	}
	u.check, u.zero = s.zero(), s.zero()
	return u
}

func (u *updater) field(offset int) vec { return u.broadcast(at(u.u, offset)) }

// decayed returns g + L2·w + L1·sign(w).
func (u *updater) decayed(g, w, l2, l1 vec) vec {
	VFMADD231PS(l2, w, g)
	t := u.vec()
	VANDPS(u.bits(1<<31), w, t)
	VORPS(l1, t, t)
	t = u.choose(notEqual, w, u.zero, t, u.zero)
	VADDPS(t, g, g)
	return g
}

// blend updates the average, if there is one, with w.
func (u *updater) blend(w vec) {
	TESTQ(u.average, u.average)
	when(JZ, func() {
		a := u.load(at(u.average, 0))
		VSUBPS(a, w, w)
		VFMADD231PS(u.field(updBlend), w, a)
		VMOVUPS(a, at(u.average, 0))
		advance(u.bytes(), u.average)
	})
}

// each emits body for each vector of w and g.
func (u *updater) each(body func(w, g vec)) {
	SHRQ(Imm(map[int]uint64{8: 3, 16: 4}[u.lanes]), u.n)
	loop(u.n, func() {
		body(u.load(at(u.w, 0)), u.load(at(u.g, 0)))
		advance(u.bytes(), u.w, u.g)
	})
	VMOVUPS(u.check, at(u.u, updCheck))
	ret()
}

func (s set) optimizers() {
	u := s.update("squares", "leaves in check the sums of the squares of the decayed gradient.")
	l2, l1 := u.field(updL2), u.field(updL1)
	u.each(func(w, g vec) {
		g = u.decayed(g, w, l2, l1)
		VFMADD231PS(g, g, u.check)
	})

	u = s.update("sgd", "does stochastic gradient descent with optional momentum and average.")
	l2, l1 = u.field(updL2), u.field(updL1)
	scale, rate := u.field(updScale), u.field(updRate)
	ahead := GP32()
	MOVL(at(u.u, updAhead), ahead)
	u.each(func(w, g vec) {
		VFMADD231PS(u.zero, g, u.check)
		g = u.decayed(g, w, l2, l1)
		VMULPS(scale, g, g)
		TESTQ(u.v, u.v)
		when(JZ, func() {
			v := u.load(at(u.v, 0))
			VFMADD213PS(g, u.field(updMomentum), v)
			VMOVUPS(v, at(u.v, 0))
			advance(u.bytes(), u.v)
			// Nesterov: g + momentum·v, otherwise v, which is momentum 1 on a zero g.
			next := u.copy(v)
			TESTL(ahead, ahead)
			when(JZ, func() {
				VFMADD213PS(g, u.field(updAhead), next)
			})
			VMOVAPS(next, g)
		})
		VFNMADD231PS(rate, g, w)
		VMOVUPS(w, at(u.w, 0))
		u.blend(w)
	})

	u = s.update("adam", "does a step of Adam with optional average.")
	l2, l1 = u.field(updL2), u.field(updL1)
	scale = u.field(updScale)
	u.each(func(w, g vec) {
		VFMADD231PS(u.zero, g, u.check)
		g = u.decayed(g, w, l2, l1)
		VMULPS(scale, g, g)
		m := u.load(at(u.m, 0))
		VMULPS(u.field(updBeta1), m, m)
		VFMADD231PS(u.field(updNew1), g, m)
		VMOVUPS(m, at(u.m, 0))
		VMULPS(g, g, g)
		v := u.load(at(u.v, 0))
		VMULPS(u.field(updBeta2), v, v)
		VFMADD231PS(u.field(updNew2), g, v)
		VMOVUPS(v, at(u.v, 0))
		VSQRTPS(v, v)
		VMULPS(u.field(updRoot), v, v)
		VADDPS(u.field(updEpsilon), v, v)
		VMULPS(u.field(updRate), m, m)
		VDIVPS(v, m, m)
		VSUBPS(m, w, w)
		VMOVUPS(w, at(u.w, 0))
		advance(u.bytes(), u.m, u.v)
		u.blend(w)
	})
}
