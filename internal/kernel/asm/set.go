package main

import (
	"fmt"
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// vec is a vector register.
type vec = reg.VecVirtual

// A set is an instruction set to generate for.
type set struct {
	name  string
	lanes int            // float32s in a vector
	rows  [3]int         // of the largest tile of a product, by its width in vectors
	wide  bool           // 512 bits, with mask registers
	held  map[uint32]vec // constants that lie in registers
}

var (
	avx2   = set{name: "AVX2", lanes: 8, rows: [3]int{0, 12, 6}}
	avx512 = set{name: "AVX512", lanes: 16, rows: [3]int{0, 14, 14}, wide: true}
)

// bytes is the size of a vector.
func (s set) bytes() int { return 4 * s.lanes }

func (s set) vec() vec {
	if s.wide {
		return ZMM()
	}
	return YMM()
}

// text begins a function. Its pointers do not escape, and it needs no stack.
func (s set) text(name, signature, doc string) {
	TEXT(name+s.name, NOSPLIT, signature)
	Pragma("noescape")
	Doc(name + s.name + " " + doc)
}

func ret() {
	VZEROUPPER()
	RET()
}

func at(b reg.Register, disp int) Mem { return Mem{Base: b, Disp: disp} }

// load returns the vector at m.
func (s set) load(m Mem) vec {
	v := s.vec()
	VMOVUPS(m, v)
	return v
}

func (s set) zero() vec {
	v := s.vec()
	s.clear(v)
	return v
}

func (s set) clear(v vec) {
	if s.wide {
		VPXORD(v, v, v)
	} else {
		VXORPS(v, v, v)
	}
}

func (s set) copy(v vec) vec {
	c := s.vec()
	VMOVAPS(v, c)
	return c
}

// broadcast returns a vector of the float32 at m.
func (s set) broadcast(m Mem) vec {
	v := s.vec()
	VBROADCASTSS(m, v)
	return v
}

// param returns a vector of a float32 parameter.
func (s set) param(name string) vec {
	x := XMM()
	Load(Param(name), x)
	v := s.vec()
	VBROADCASTSS(x, v)
	return v
}

var constants = map[uint32]Mem{}

// word returns the address of a 32-bit constant.
func word(bits uint32) Mem {
	m, ok := constants[bits]
	if !ok {
		m = ConstData(fmt.Sprintf("word%08x", bits), U32(bits))
		constants[bits] = m
	}
	return m
}

func number(x float64) Mem { return word(math.Float32bits(float32(x))) }

// constant returns a vector of x that stays as it is.
func (s set) constant(x float64) vec { return s.bits(math.Float32bits(float32(x))) }

// fresh returns a vector of x that may be changed.
func (s set) fresh(x float64) vec {
	if v, ok := s.held[math.Float32bits(float32(x))]; ok {
		return s.copy(v)
	}
	return s.broadcast(number(x))
}

// bits returns a vector of a bit pattern that stays as it is.
func (s set) bits(b uint32) vec {
	if v, ok := s.held[b]; ok {
		return v
	}
	return s.broadcast(word(b))
}

// hold returns the set with these numbers and bit patterns in registers, where there
// are enough of them: for a loop that is to come.
func (s set) hold(numbers []float64, patterns ...uint32) set {
	if !s.wide {
		return s
	}
	s.held = map[uint32]vec{}
	for _, x := range numbers {
		s.held[math.Float32bits(float32(x))] = s.broadcast(number(x))
	}
	for _, b := range patterns {
		s.held[b] = s.broadcast(word(b))
	}
	return s
}

// Predicates of VCMPPS.
const (
	equal        = 0
	less         = 1
	unordered    = 3
	notEqual     = 4
	notLessEqual = 6
)

// choose returns, lane by lane, yes where a ? b holds and no elsewhere.
func (s set) choose(predicate uint64, a, b, yes, no vec) vec {
	if s.wide {
		v, k := s.copy(no), K()
		VCMPPS(Imm(predicate), b, a, k)
		VMOVAPS(yes, k, v)
		return v
	}
	v := s.vec()
	VCMPPS(Imm(predicate), b, a, v)
	VBLENDVPS(v, yes, no, v)
	return v
}

var labels int

// loop emits body n times; n, at least 1, is counted down.
func loop(n reg.Register, body func()) {
	labels++
	l := fmt.Sprintf("loop%d", labels)
	Label(l)
	body()
	DECQ(n)
	JNZ(LabelRef(l))
}

// again emits body, which ends by counting down, to be repeated until the count
// is 0.
func again(body func()) {
	labels++
	l := fmt.Sprintf("again%d", labels)
	Label(l)
	body()
	JNZ(LabelRef(l))
}

// when emits body to be run if the condition that the flags hold is met; skip is
// the jump that is taken if not.
func when(skip func(Op), body func()) {
	labels++
	l := fmt.Sprintf("skip%d", labels)
	skip(LabelRef(l))
	body()
	Label(l)
}

func advance(n int, rs ...reg.Register) {
	for _, r := range rs {
		ADDQ(I32(int32(n)), r)
	}
}

// elements begins a loop over n elements, a multiple of lanes, in the parameter n.
func (s set) elements(body func()) {
	n := Load(Param("n"), GP64())
	SHRQ(Imm(uint64(math.Log2(float64(s.lanes)))), n)
	loop(n, body)
}

func pointers(names ...string) []reg.Register {
	var rs []reg.Register
	for _, n := range names {
		rs = append(rs, Load(Param(n), GP64()))
	}
	return rs
}
