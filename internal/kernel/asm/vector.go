package main

import (
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
)

var (
	// Bounds of x, 1/ln 2, ln 2 in two parts, and a polynomial, from Moshier's Cephes library.
	expConstants = []float64{
		89, -104, math.Log2E, 0.693359375, -2.12194440e-4,
		1.9875691500e-4, 1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1, 5.0000001201e-1, 1,
	}
	// A bound of |x| and a polynomial in x², from the same.
	tanhConstants = []float64{0.625, -5.70498872745e-3, 2.06390887954e-2, -5.37397155531e-2, 1.33314422036e-1, -3.33332819422e-1}
)

// Bits of a float32.
const (
	signBit   = 1 << 31
	magnitude = 1<<31 - 1
)

// holdFunctions returns the set with the constants of exp, sigmoid and tanh held.
func (s set) holdFunctions() set {
	return s.hold(append(append([]float64{}, expConstants...), tanhConstants...), signBit, magnitude)
}

// exp returns eˣ and clobbers x. With n = round(x/ln 2), eˣ is 2ⁿ times a
// polynomial in x - n·ln 2. Results may be denormal or infinite.
func (s set) exp(x vec) vec {
	c := expConstants
	// In this order of operands NaN stays NaN.
	VMINPS(x, s.constant(c[0]), x)
	VMAXPS(x, s.constant(c[1]), x)
	n, f := s.vec(), s.vec()
	VMULPS(s.constant(c[2]), x, f)
	if s.wide {
		VRNDSCALEPS(Imm(0), f, f)
	} else {
		VCVTPS2DQ(f, n)
		VCVTDQ2PS(n, f)
	}
	VFNMADD231PS(s.constant(c[3]), f, x)
	VFNMADD231PS(s.constant(c[4]), f, x)
	y := s.fresh(c[5])
	for _, c := range c[6:11] {
		VFMADD213PS(s.constant(c), x, y)
	}
	sq := s.vec()
	VMULPS(x, x, sq)
	VFMADD213PS(x, sq, y)
	VADDPS(s.constant(c[11]), y, y)
	if s.wide {
		VSCALEFPS(f, y, y)
		return y
	}
	half := s.vec() // 2ⁿ may be no normal number; its two factors are
	VPSRAD(Imm(1), n, half)
	VPSUBD(half, n, n)
	for _, power := range []vec{half, n} {
		VPADDD(s.bits(127), power, power)
		VPSLLD(Imm(23), power, power)
		VMULPS(power, y, y)
	}
	return y
}

// sigmoid returns 1/(1 + e⁻ˣ) and clobbers x.
func (s set) sigmoid(x vec) vec {
	VXORPS(s.bits(signBit), x, x)
	e := s.exp(x)
	one := s.constant(1)
	VADDPS(one, e, e)
	VDIVPS(e, one, e)
	return e
}

// tanh returns, for |x| < 0.625, x + x³·P(x²), and elsewhere ±(1 - 2/(e^2|x| + 1)).
func (s set) tanh(x vec) vec {
	sign, a := s.vec(), s.vec()
	VANDPS(s.bits(signBit), x, sign)
	VANDPS(s.bits(magnitude), x, a)
	far := s.vec()
	VADDPS(a, a, far)
	far = s.exp(far)
	one := s.constant(1)
	VADDPS(one, far, far)
	VDIVPS(far, one, far)
	VADDPS(far, far, far)
	VSUBPS(far, one, far)
	VORPS(sign, far, far)
	sq := s.vec()
	VMULPS(x, x, sq)
	p := s.fresh(tanhConstants[1])
	for _, c := range tanhConstants[2:] {
		VFMADD213PS(s.constant(c), sq, p)
	}
	VMULPS(sq, p, p)
	VFMADD213PS(x, x, p)
	return s.choose(less, a, s.constant(tanhConstants[0]), p, far)
}

// maps emits the functions of an array and their gradients.
func (s set) maps() {
	for _, f := range []struct {
		name string
		f    func(s set, x vec) vec
	}{
		{"exp", set.exp},
		{"relu", func(s set, x vec) vec { VMAXPS(x, s.zero(), x); return x }},
		{"sigmoid", set.sigmoid},
		{"tanh", set.tanh},
	} {
		s.text(f.name, "func(n int, y, x *float32)", "applies the function to n elements.")
		p := pointers("y", "x")
		held := s
		if f.name != "relu" {
			held = s.holdFunctions()
		}
		s.elements(func() {
			VMOVUPS(f.f(held, s.load(at(p[1], 0))), at(p[0], 0))
			advance(s.bytes(), p...)
		})
		ret()
	}
	for _, f := range []struct {
		name string
		f    func(y, dy vec) vec
	}{
		{"expGrad", func(y, dy vec) vec { VMULPS(y, dy, dy); return dy }},
		{"reluGrad", func(y, dy vec) vec { // dy where not y ≤ 0: NaN passes
			z := s.zero()
			return s.choose(notLessEqual, y, z, dy, z)
		}},
		{"sigmoidGrad", func(y, dy vec) vec {
			d := s.fresh(1)
			VSUBPS(y, d, d)
			VMULPS(y, d, d)
			VMULPS(d, dy, dy)
			return dy
		}},
		{"tanhGrad", func(y, dy vec) vec {
			d := s.fresh(1)
			VFNMADD231PS(y, y, d)
			VMULPS(d, dy, dy)
			return dy
		}},
	} {
		s.text(f.name, "func(n int, dx, y, dy *float32)", "applies the derivative, taken from the output y, to n elements.")
		p := pointers("dx", "y", "dy")
		s.elements(func() {
			VMOVUPS(f.f(s.load(at(p[1], 0)), s.load(at(p[2], 0))), at(p[0], 0))
			advance(s.bytes(), p...)
		})
		ret()
	}
}

// rowKernels emits what sums and softmax are made of.
func (s set) rowKernels() {
	s.text("add", "func(n int, y, x *float32)", "adds x to y.")
	p := pointers("y", "x")
	s.elements(func() {
		y := s.load(at(p[0], 0))
		VADDPS(at(p[1], 0), y, y)
		VMOVUPS(y, at(p[0], 0))
		advance(s.bytes(), p...)
	})
	ret()

	s.text("sumRows", "func(rows, stride int, y, x *float32)", "sets y to the sum of rows of 8 vectors, stride bytes apart.")
	rows, stride := Load(Param("rows"), GP64()), Load(Param("stride"), GP64())
	p = pointers("y", "x")
	var sums [8]vec
	for i := range sums {
		sums[i] = s.zero()
	}
	loop(rows, func() {
		for i, v := range sums {
			VADDPS(at(p[1], i*s.bytes()), v, v)
		}
		ADDQ(stride, p[1])
	})
	for i, v := range sums {
		VMOVUPS(v, at(p[0], i*s.bytes()))
	}
	ret()

	s.text("weighRows", "func(rows, stride int, y, x, a *float32)", "adds to y the sum of rows of 8 vectors, stride bytes apart, each times its number in a.")
	rows, stride = Load(Param("rows"), GP64()), Load(Param("stride"), GP64())
	p = pointers("y", "x", "a")
	for i := range sums {
		sums[i] = s.load(at(p[0], i*s.bytes()))
	}
	loop(rows, func() {
		weight := s.broadcast(at(p[2], 0))
		for i, v := range sums {
			VFMADD231PS(at(p[1], i*s.bytes()), weight, v)
		}
		ADDQ(stride, p[1])
		advance(4, p[2])
	})
	for i, v := range sums {
		VMOVUPS(v, at(p[0], i*s.bytes()))
	}
	ret()

	s.text("scale", "func(n int, y, x *float32, a float32)", "sets y to a·x.")
	p = pointers("y", "x")
	a := s.param("a")
	s.elements(func() {
		y := s.vec()
		VMULPS(at(p[1], 0), a, y)
		VMOVUPS(y, at(p[0], 0))
		advance(s.bytes(), p...)
	})
	ret()

	s.text("maximum", "func(n int, x, lanes *float32)", "leaves in each lane the largest of its elements.")
	p = pointers("x", "lanes")
	top := s.load(at(p[0], 0))
	s.elements(func() {
		VMAXPS(at(p[0], 0), top, top)
		advance(s.bytes(), p[0])
	})
	VMOVUPS(top, at(p[1], 0))
	ret()

	for _, store := range []bool{false, true} {
		name, doc := "expSum", "leaves in each lane the sum of its exp(x - shift)."
		if store {
			name, doc = "expStore", "does the same and sets y to exp(x - shift)."
		}
		s.text(name, "func(n int, y, x *float32, shift float32, lanes *float32)", doc)
		p := pointers("y", "x")
		shift, sum := s.param("shift"), s.zero()
		s.elements(func() {
			x := s.load(at(p[1], 0))
			VSUBPS(shift, x, x)
			e := s.exp(x)
			VADDPS(e, sum, sum)
			if store {
				VMOVUPS(e, at(p[0], 0))
				advance(s.bytes(), p[0])
			}
			advance(s.bytes(), p[1])
		})
		lanes := Load(Param("lanes"), GP64())
		VMOVUPS(sum, at(lanes, 0))
		ret()
	}
}
