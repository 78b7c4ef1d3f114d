package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// Offsets in kernel.cell.
const (
	cellGates, cellLast, cellC            = 0, 8, 16
	cellPre, cellProduct, cellH           = 24, 32, 40
	cellDGates, cellDC, cellDY, cellDH    = 48, 56, 64, 72
	cellDYRow, cellDHRow                  = 80, 88
	cellRow, cellGate, cellMask, cellRows = 96, 104, 112, 120
)

// lstm emits an LSTM's cell for rows of one vector of units, and its gradient.
func (s set) lstm() {
	s.cell("lstm", "makes gates from pre + product, then c and h; c is a *cell.", func(c *cell) {
		s := c.set
		load := func(q int) vec { // gate q before its function
			v := c.load(c.quarter(cellPre, q))
			VADDPS(at(c.p[cellProduct], q*s.bytes()), v, v)
			return v
		}
		i := s.sigmoid(load(0))
		c.store(i, c.quarter(cellGates, 0))
		f := s.sigmoid(load(1))
		c.store(f, c.quarter(cellGates, 1))
		g := s.tanh(load(2))
		c.store(g, c.quarter(cellGates, 2))
		VMULPS(i, g, g)
		VMULPS(c.load(at(c.p[cellLast], 0)), f, f)
		VADDPS(g, f, f)
		c.store(f, at(c.p[cellC], 0))
		o := s.sigmoid(load(3))
		c.store(o, c.quarter(cellGates, 3))
		h := s.tanh(f)
		VMULPS(o, h, h)
		c.store(h, at(c.p[cellH], 0))
		advance(4*s.bytes(), c.p[cellProduct])
		c.next(c.row, cellPre, cellGates)
		c.next(c.gate, cellLast, cellC, cellH)
	}, cellGates, cellLast, cellC, cellPre, cellProduct, cellH)

	s.cell("lstmGrad", "makes dgates, and dc that of the step before, from dy + dh and dc; c is a *cell.", func(c *cell) {
		s := c.set
		one := s.constant(1)
		slope := func(d, v vec) { // d·v·(1 - v), of a sigmoid v
			u := s.vec()
			VSUBPS(v, one, u)
			VMULPS(v, d, d)
			VMULPS(u, d, d)
		}
		dh := c.load(at(c.p[cellDY], 0))
		VADDPS(c.load(at(c.p[cellDH], 0)), dh, dh)
		y := s.tanh(c.load(at(c.p[cellC], 0)))
		o := c.load(c.quarter(cellGates, 3))
		do := s.vec()
		VMULPS(y, dh, do)
		slope(do, o)
		c.store(do, c.quarter(cellDGates, 3))
		VMULPS(o, dh, dh)
		VFNMADD213PS(one, y, y) // 1 - y²
		dc := c.load(at(c.p[cellDC], 0))
		VFMADD231PS(y, dh, dc)

		i, g := c.load(c.quarter(cellGates, 0)), c.load(c.quarter(cellGates, 2))
		di, dg := s.vec(), s.vec()
		VMULPS(g, dc, di)
		slope(di, i)
		c.store(di, c.quarter(cellDGates, 0))
		VMULPS(i, dc, dg)
		VFNMADD213PS(one, g, g)
		VMULPS(g, dg, dg)
		c.store(dg, c.quarter(cellDGates, 2))

		f, df := c.load(c.quarter(cellGates, 1)), s.vec()
		VMULPS(c.load(at(c.p[cellLast], 0)), dc, df)
		slope(df, f)
		c.store(df, c.quarter(cellDGates, 1))
		VMULPS(f, dc, dc)
		c.store(dc, at(c.p[cellDC], 0))
		c.next(c.row, cellGates, cellDGates)
		c.next(c.gate, cellLast, cellC, cellDC)
		ADDQ(at(c.args, cellDYRow), c.p[cellDY])
		ADDQ(at(c.args, cellDHRow), c.p[cellDH])
	}, cellGates, cellLast, cellC, cellDGates, cellDC, cellDY, cellDH)
}

// A cell is a loop over rows of an LSTM's cells.
type cell struct {
	set
	args      reg.Register
	p         map[int]reg.GPVirtual // by offset
	row, gate reg.GPVirtual         // distances of rows and of gates
	third     reg.GPVirtual         // 3·gate
	mask      reg.Register          // of the columns that exist
	load      func(Mem) vec
	store     func(vec, Mem)
}

// cell emits a loop over rows; body moves on the pointers it uses.
func (s set) cell(name, doc string, body func(c *cell), pointers ...int) {
	s.text(name, "func(c *byte)", doc)
	s = s.holdFunctions()
	c := &cell{set: s, args: Load(Param("c"), GP64()), p: map[int]reg.GPVirtual{}}
	field := func(offset int) reg.GPVirtual {
		r := GP64()
		MOVQ(at(c.args, offset), r)
		return r
	}
	for _, offset := range pointers {
		c.p[offset] = field(offset)
	}
	c.row, c.gate = field(cellRow), field(cellGate)
	c.third = GP64()
	LEAQ(Mem{Base: c.gate, Index: c.gate, Scale: 2}, c.third)
	n := field(cellRows)
	words := field(cellMask)
	part := func() {
		v := s.load(at(words, 0))
		if s.wide {
			k := K()
			VPMOVD2M(v, k)
			c.load = func(m Mem) vec { v := s.vec(); VMOVUPS_Z(m, k, v); return v }
			c.store = func(v vec, m Mem) { VMOVUPS(v, k, m) }
		} else {
			c.load = func(m Mem) vec { x := s.vec(); VMASKMOVPS(m, v, x); return x }
			c.store = func(x vec, m Mem) { VMASKMOVPS(x, v, m) }
		}
		loop(n, func() { body(c) })
		ret()
	}
	if s.wide {
		part()
		return
	}
	labels++
	label := fmt.Sprintf("part%d", labels)
	TESTQ(words, words)
	JNZ(LabelRef(label))
	c.load, c.store = s.load, func(v vec, m Mem) { VMOVUPS(v, m) }
	loop(n, func() { body(c) })
	ret()
	Label(label)
	part()
}

// quarter returns the address of gate q, of i, f, g and o, at a pointer.
func (c *cell) quarter(pointer, q int) Mem {
	m := Mem{Base: c.p[pointer]}
	if q > 0 {
		m.Index, m.Scale = c.gate, uint8(min(q, 2))
	}
	if q == 3 {
		m.Index, m.Scale = c.third, 1
	}
	return m
}

func (c *cell) next(distance reg.Register, pointers ...int) {
	for _, p := range pointers {
		ADDQ(distance, c.p[p])
	}
}
