package layers_test

import (
	"slices"
	"strings"
	"testing"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/gorgonia-zoo/zoo/internal/golden"
	"github.com/gorgonia-zoo/zoo/internal/vm"
	"github.com/gorgonia-zoo/zoo/layers"
)

// recurrentTolerances are for outputs and gradients, relative to the largest
// element: by direct kernels, and in float64 for another order of summation.
var recurrentTolerances = map[tensor.Dtype]float64{tensor.Float32: 1e-5, tensor.Float64: 1e-12}

// A recurrentCase is a golden case: its layer, its input, and, if that is noise, the
// first key.
type recurrentCase struct {
	name  string
	layer layers.Layer
	x     tensor.Shape
	units int
	key   uint32
}

// Outputs, last states and all gradients beside PyTorch's, in both types.
func TestRecurrentAgreesWithPyTorch(t *testing.T) {
	for _, c := range []recurrentCase{
		{"lstm", layers.LSTM{Name: "r", Units: 6}, tensor.Shape{4, 3, 5}, 6, 0},
		{"lstm_2layers", layers.LSTM{Name: "r", Units: 5, Layers: 2}, tensor.Shape{3, 2, 4}, 5, 0},
		{"lstm_one", layers.LSTM{Name: "r", Units: 1}, tensor.Shape{1, 1, 1}, 1, 0},
		{"lstm_forget", layers.LSTM{Name: "r", Units: 6, ForgetBias: 1}, tensor.Shape{4, 3, 5}, 6, 0},
		{"lstm_wide", layers.LSTM{Name: "r", Units: 43, Layers: 2}, tensor.Shape{7, 21, 20}, 43, 720},
		{"rnn", layers.RNN{Name: "r", Units: 6}, tensor.Shape{4, 3, 5}, 6, 0},
		{"rnn_2layers", layers.RNN{Name: "r", Units: 5, Layers: 2}, tensor.Shape{3, 2, 4}, 5, 0},
		{"rnn_wide", layers.RNN{Name: "r", Units: 43, Layers: 2}, tensor.Shape{7, 21, 20}, 43, 840},
	} {
		for dtype, tol := range recurrentTolerances {
			t.Run(c.name+"/"+dtype.String(), func(t *testing.T) { c.check(t, dtype, tol) })
		}
	}
}

// given returns an input of the case.
func (rc recurrentCase) given(c *golden.Case, name string, shape tensor.Shape) *tensor.Dense {
	if rc.key == 0 {
		return c.Float32(name)
	}
	number := slices.Index([]string{
		"x", "h0", "c0", "weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0", "weight_ih_l1", "weight_hh_l1", "bias_ih_l1", "bias_hh_l1",
	}, name)
	if number < 0 {
		number = 20 + slices.Index([]string{"dy", "dh", "dc"}, name)
	}
	v := noise(rc.key+uint32(number), shape)
	if strings.Contains(name, "_") {
		for i := range v.Float32s() {
			v.Float32s()[i] /= 8
		}
	}
	return v
}

func (rc recurrentCase) check(t *testing.T, dtype tensor.Dtype, tol float64) {
	c := golden.Load(t, rc.name)
	p := layers.NewParams(1)
	s := layers.NewScope(p, layers.Train)
	if _, err := rc.layer.Forward(s, s.Input("x", tensor.Float32, rc.x...)); err != nil {
		t.Fatal(err)
	}
	for q := range p.All() {
		want := rc.given(c, strings.TrimPrefix(q.Name, "r."), q.Value.Shape()).Float32s()
		if rc.name == "lstm_forget" && strings.Contains(q.Name, "bias") && !slices.Equal(q.Value.Float32s(), want) {
			t.Errorf("%s begins as %v, want %v", q.Name, q.Value, want)
		}
		copy(q.Value.Float32s(), want)
	}
	if dtype == tensor.Float64 {
		p = p.Float64()
	}
	s = layers.NewScope(p, layers.Train)
	x := s.Input("x", dtype, rc.x...)
	y, err := rc.layer.Forward(s, x)
	if err != nil {
		t.Fatal(err)
	}

	// The states of all layers lie in one array, h's and c's in turn are carried.
	count := len(s.Carries())
	kinds := []string{"h"}
	if strings.HasPrefix(rc.name, "lstm") {
		kinds = []string{"h", "c"}
	}
	n := rc.x[1] * rc.units
	all := tensor.Shape{count / len(kinds), rc.x[1], rc.units}
	part := func(name string, i int) *tensor.Dense {
		v := rc.given(c, name, all).Float32s()[i/len(kinds)*n:][:n]
		return as(dtype, tensor.New(tensor.WithShape(all[1:]...), tensor.WithBacking(v)))
	}
	let(t, x, as(dtype, rc.given(c, "x", rc.x)))
	loss := weighted(t, y, as(dtype, rc.given(c, "dy", y.Shape())))
	outs, wrt, keys := G.Nodes{y}, G.Nodes{x}, []string{"x"}
	for i, carry := range s.Carries() {
		kind := kinds[i%len(kinds)]
		let(t, carry.Node, part(kind+"0", i))
		loss = G.Must(G.Add(loss, weighted(t, carry.Next, part("d"+kind, i))))
		outs, wrt, keys = append(outs, carry.Next), append(wrt, carry.Node), append(keys, kind+"0")
	}
	for _, q := range s.Trained() {
		wrt, keys = append(wrt, q.Node), append(keys, strings.TrimPrefix(q.Name, "r."))
	}
	grads, err := G.Grad(loss, wrt...)
	if err != nil {
		t.Fatal(err)
	}
	m, err := vm.New(s.Graph(), append(outs, grads...)...)
	if err != nil {
		t.Fatal(err)
	}
	for range 2 { // operations are pure: a second run gives the same
		if err := m.RunAll(); err != nil {
			t.Fatal(err)
		}
	}
	c.Agree("y", y.Value(), tol)
	states := map[string][]float64{} // put together again
	for i, carry := range s.Carries() {
		kind := kinds[i%len(kinds)]
		states[kind] = append(states[kind], wide(carry.Next.Value())...)
		states["d"+kind+"0"] = append(states["d"+kind+"0"], wide(grads[1+i].Value())...)
	}
	for key, v := range states {
		c.Agree(key, tensor.New(tensor.WithShape(all...), tensor.WithBacking(v)), tol)
	}
	for i, key := range keys {
		if i == 0 || i > count {
			c.Agree("d"+key, grads[i].Value(), tol)
		}
	}
}

// The cell beside PyTorch's: both results with gradients, and one of them.
func TestLSTMCellAgreesWithPyTorch(t *testing.T) {
	for dtype, tol := range recurrentTolerances {
		for _, which := range []string{"", "h.", "c."} {
			t.Run(which+dtype.String(), func(t *testing.T) { checkCell(t, dtype, tol, which) })
		}
	}
}

func checkCell(t *testing.T, dtype tensor.Dtype, tol float64, which string) {
	c := golden.Load(t, "lstm_cell")
	p := layers.NewParams(1)
	var s *layers.Scope
	var cell *layers.Cell
	for range 2 { // the second time on the case's values
		var err error
		s = layers.NewScope(p, layers.Train)
		if cell, err = (layers.LSTMCell{Name: "r", Units: 6}).Declare(s, 5); err != nil {
			t.Fatal(err)
		}
		for q := range p.All() {
			if q.Value.Dtype() == tensor.Float32 {
				copy(q.Value.Float32s(), c.Float32(strings.TrimPrefix(q.Name, "r.")).Float32s())
			}
		}
		if dtype == tensor.Float64 {
			p = p.Float64()
		}
	}
	var in G.Nodes
	keys := []string{"x", "h0", "c0"}
	for _, k := range keys {
		v := as(dtype, c.Float32(k))
		in = append(in, s.Input(k, dtype, v.Shape()...))
		let(t, in[len(in)-1], v)
	}
	h, cc, err := cell.Step(in[0], in[1], in[2])
	if err != nil {
		t.Fatal(err)
	}
	var loss *G.Node
	switch which {
	case "h.":
		loss = weighted(t, h, as(dtype, c.Float32("dh")))
	case "c.":
		loss = weighted(t, cc, as(dtype, c.Float32("dc")))
	default:
		loss = G.Must(G.Add(weighted(t, h, as(dtype, c.Float32("dh"))), weighted(t, cc, as(dtype, c.Float32("dc")))))
	}
	for _, q := range s.Trained() {
		in, keys = append(in, q.Node), append(keys, strings.TrimPrefix(q.Name, "r."))
	}
	grads, err := G.Grad(loss, in...)
	if err != nil {
		t.Fatal(err)
	}
	m, err := vm.New(s.Graph(), append(G.Nodes{h, cc}, grads...)...)
	if err != nil {
		t.Fatal(err)
	}
	if err := m.RunAll(); err != nil {
		t.Fatal(err)
	}
	c.Agree("h", h.Value(), tol)
	c.Agree("c", cc.Value(), tol)
	for i, k := range keys {
		c.Agree(which+"d"+k, grads[i].Value(), tol)
	}
}

// weighted returns Σ y·dy, whose gradient is dy.
func weighted(t *testing.T, y *G.Node, dy *tensor.Dense) *G.Node {
	t.Helper()
	return G.Must(G.Sum(G.Must(G.HadamardProd(y, G.NewConstant(dy)))))
}

// as returns v in the given type.
func as(dtype tensor.Dtype, v *tensor.Dense) *tensor.Dense {
	if dtype == tensor.Float32 {
		return v
	}
	return tensor.New(tensor.WithShape(v.Shape()...), tensor.WithBacking(wide(v)))
}

// wide returns a copy of v's elements.
func wide(v G.Value) []float64 {
	d := v.(*tensor.Dense)
	if d.Dtype() == tensor.Float64 {
		return slices.Clone(d.Float64s())
	}
	w := make([]float64, d.Shape().TotalSize())
	for i, x := range d.Float32s() {
		w[i] = float64(x)
	}
	return w
}
