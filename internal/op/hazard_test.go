package op_test

import (
	"slices"
	"testing"
	"unsafe"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/gorgonia-zoo/zoo/internal/op"
)

// Traps of Gorgonia v0.9.18 that an operation from outside its package can step
// into.

// Gorgonia takes the type that an operation gives it apart: one that is not new
// each time prints "<nil> → <nil>" after the first use and then crashes.
func TestTypeIsFresh(t *testing.T) {
	for _, o := range operations {
		y, in := o.build(t, G.NewGraph(), o.in[0][0])
		made := y.Op().(*op.Operation)
		if o.takesLabels() {
			in = append(in, someLabels(in[0]))
		}
		want := made.Type().String()
		for range 50 {
			if _, err := G.ApplyOp(made, in...); err != nil {
				t.Fatalf("%s: applied again: %v", o.name, err)
			}
		}
		if got := made.Type().String(); got != want {
			t.Errorf("%s: its type was %s, after 50 uses it is %s", o.name, want, got)
		}
	}
}

// Gorgonia merges nodes whose hashes are equal. Operations that look alike stay
// apart, and so do many of them: the hash has 32 bits.
func TestEqualOperationsStayApart(t *testing.T) {
	for _, o := range operations {
		g := G.NewGraph()
		y, in := o.build(t, g, o.in[0][0])
		nodes := map[*G.Node]bool{y: true}
		hashes := map[uint32]bool{y.Op().Hashcode(): true}
		const n = 20
		for range n - 1 {
			y, err := o.do(in...)
			if err != nil {
				t.Fatal(err)
			}
			nodes[y], hashes[y.Op().Hashcode()] = true, true
		}
		if len(nodes) != n || len(hashes) != n {
			t.Errorf("%s: %d applications to the same inputs are %d nodes with %d hashes", o.name, n, len(nodes), len(hashes))
		}
	}
}

// A stock operation may overwrite its input, so that an operation that returned
// an input as its output would change that input. Do makes a new value each time.
func TestDoReturnsNewMemory(t *testing.T) {
	for _, o := range operations {
		y, in := o.build(t, G.NewGraph(), o.in[0][0])
		var values []G.Value
		for _, n := range in {
			values = append(values, n.Value())
		}
		if o.takesLabels() {
			values = append(values, someLabels(in[0]).Value())
		}
		before := make([][]float32, len(in))
		for i, n := range in {
			before[i] = slices.Clone(floats(t, n.Value()))
		}
		first, err := y.Op().Do(values...)
		if err != nil {
			t.Fatalf("%s: %v", o.name, err)
		}
		second, err := y.Op().Do(values...)
		if err != nil {
			t.Fatalf("%s: %v", o.name, err)
		}
		if !same(floats(t, first), floats(t, second)) {
			t.Errorf("%s: %v, then %v from the same input", o.name, first, second)
		}
		for i, v := range append(slices.Clone(values), second) {
			if d, ok := v.(*tensor.Dense); ok && d.Dtype() == tensor.Float32 && overlap(floats(t, first), d.Float32s()) {
				t.Errorf("%s: the output lies in the memory of value %d", o.name, i)
			}
		}
		for i, n := range in {
			if !same(before[i], floats(t, n.Value())) {
				t.Errorf("%s: input %d was changed", o.name, i)
			}
		}
	}
}

func overlap(a, b []float32) bool {
	at := func(s []float32) uintptr { return uintptr(unsafe.Pointer(unsafe.SliceData(s))) }
	return at(a) < at(b)+uintptr(4*len(b)) && at(b) < at(a)+uintptr(4*len(a))
}

// An operation whose output feeds a stock addition, which the TapeMachine does
// in place, over three runs: the input stays what it was.
func TestStockOperationsLeaveInputsAlone(t *testing.T) {
	if G.CUDA {
		t.Skip("with the tag cuda, stock operations run on a GPU alone, by kernels that Gorgonia comes without")
	}
	for _, o := range operations {
		if len(o.y) == 0 {
			continue
		}
		g := G.NewGraph()
		y, in := o.build(t, g, o.in[0][0])
		hundred := tensor.New(tensor.WithShape(y.Shape()...), tensor.WithBacking(make([]float32, y.Shape().TotalSize())))
		for i := range hundred.Float32s() {
			hundred.Float32s()[i] = 100
		}
		z := G.Must(G.Add(y, input(g, "hundred", hundred)))
		want := slices.Clone(floats(t, in[0].Value()))
		m := G.NewTapeMachine(g)
		var first []float32
		for n := range 3 {
			m.Reset()
			if err := m.RunAll(); err != nil {
				t.Fatalf("%s: %v", o.name, err)
			}
			if got := floats(t, z.Value()); n == 0 {
				first = slices.Clone(got)
			} else if !same(got, first) {
				t.Errorf("%s: run %d gives %v, the first %v", o.name, n+1, got, first)
			}
			if !same(want, floats(t, in[0].Value())) {
				t.Errorf("%s: run %d changed the input to %v", o.name, n+1, in[0].Value())
			}
		}
		if err := m.Close(); err != nil {
			t.Error(err)
		}
	}
}

// What Gorgonia asks of an operation that fills its own output.
func TestOperationsSaySo(t *testing.T) {
	for _, o := range operations {
		y, _ := o.build(t, G.NewGraph(), o.in[0][0])
		if p := y.Op(); p.OverwritesInput() != -1 || !p.ReturnsPtr() || p.CallsExtern() {
			t.Errorf("%s: overwrites input %d, returns a pointer %v, calls extern %v; want -1, true, false", o.name, p.OverwritesInput(), p.ReturnsPtr(), p.CallsExtern())
		}
		if n := y.Op().Arity(); n < len(o.in) || len(y.Op().(*op.Operation).DiffWRT(n)) != n {
			t.Errorf("%s: arity %d, differentiable %v", o.name, n, y.Op().(*op.Operation).DiffWRT(n))
		}
	}
}
