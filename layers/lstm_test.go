package layers_test

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/gorgonia-zoo/zoo/internal/golden"
	"github.com/gorgonia-zoo/zoo/internal/gradcheck"
	"github.com/gorgonia-zoo/zoo/internal/op"
	"github.com/gorgonia-zoo/zoo/internal/vm"
	"github.com/gorgonia-zoo/zoo/layers"
)

// stepped is two steps of a cell, whose input and states are made from its input,
// and puts out h, c or their sum.
type stepped struct{ h, c bool }

func (l stepped) Forward(s *layers.Scope, x *G.Node) (*G.Node, error) {
	cell, err := layers.LSTMCell{Name: "cell", Units: 5, ForgetBias: 1}.Declare(s, 4)
	if err != nil {
		return nil, err
	}
	var states [2]*G.Node
	for i, name := range []string{"h", "c"} {
		if states[i], err = (layers.Dense{Name: name, Units: 5}).Forward(s, x); err != nil {
			return nil, err
		}
	}
	for range 2 {
		if states[0], states[1], err = cell.Step(x, states[0], states[1]); err != nil {
			return nil, err
		}
	}
	switch {
	case l.h && l.c:
		return op.Add(states[0], states[1])
	case l.h:
		return states[0], nil
	}
	return states[1], nil
}

// Gradients flow through h and c, through both and through one of them.
func TestLSTMCellGradients(t *testing.T) {
	if G.CUDA {
		t.Skip("Gorgonia's machine wants a GPU, and kernels that do not come with it")
	}
	for _, l := range []stepped{{true, false}, {false, true}, {true, true}} {
		gradcheck.Layer(t, l, 3, 4)
		gradcheck.Layer(t, l, 1, 4)
		sameOnTapeMachine(t, newFit(t, l, tensor.Shape{3, 4}, true))
	}
}

// An LSTM is its cell, step by step: values and gradients, of the carried state too.
func TestLSTMIsItsCell(t *testing.T) {
	const tolerance = 1e-6 // of the largest: sums are in another order
	for _, size := range [][4]int{{5, 3, 4, 6}, {1, 1, 1, 1}, {7, 20, 30, 50}, {3, 17, 5, 33}} {
		steps, n, in, units := size[0], size[1], size[2], size[3]
		x := noise(1, tensor.Shape{steps, n, in})

		s := layers.NewScope(layers.NewParams(1), layers.Train)
		xs := s.Input("x", tensor.Float32, x.Shape()...)
		y, err := layers.LSTM{Name: "r", Units: units}.Forward(s, xs)
		if err != nil {
			t.Fatal(err)
		}
		let(t, xs, x)
		state := s.Carries()
		wrt := G.Nodes{state[0].Node, state[1].Node}
		dy := noise(2, tensor.Shape{steps, n, units})
		loss := G.Must(G.Add(weighted(t, y, dy), weighted(t, state[1].Next, noise(3, tensor.Shape{n, units}))))
		want := results(t, s, loss, G.Nodes{y}, wrt, "r.", "_l0")

		s = layers.NewScope(layers.NewParams(1), layers.Train)
		cell, err := layers.LSTMCell{Name: "r", Units: units}.Declare(s, in)
		if err != nil {
			t.Fatal(err)
		}
		h, c := s.Input("h", tensor.Float32, n, units), s.Input("c", tensor.Float32, n, units)
		wrt = G.Nodes{h, c}
		var ys G.Nodes
		loss = nil
		for k := range steps {
			part := s.Input(fmt.Sprint("x", k), tensor.Float32, n, in) // Gorgonia merges inputs of the same name
			let(t, part, tensor.New(tensor.WithShape(n, in), tensor.WithBacking(x.Float32s()[k*n*in:(k+1)*n*in])))
			if h, c, err = cell.Step(part, h, c); err != nil {
				t.Fatal(err)
			}
			ys = append(ys, h)
			term := weighted(t, h, tensor.New(tensor.WithShape(n, units), tensor.WithBacking(dy.Float32s()[k*n*units:(k+1)*n*units])))
			if loss == nil {
				loss = term
			} else {
				loss = G.Must(G.Add(loss, term))
			}
		}
		loss = G.Must(G.Add(loss, weighted(t, c, noise(3, tensor.Shape{n, units}))))
		got := results(t, s, loss, ys, wrt, "r.", "")
		if len(got) != 1+2+4 {
			t.Errorf("%d results, want 7", len(got))
		}
		for key, v := range got {
			golden.Agree(t, fmt.Sprintf("%v: %s", size, key), v, want[key], tolerance)
		}
	}
}

// results runs a graph on parameters and states of noise and returns the values of
// outs, one after the other, and the gradients of states and parameters, by name.
func results(t *testing.T, s *layers.Scope, loss *G.Node, outs, states G.Nodes, prefix, suffix string) map[string][]float32 {
	t.Helper()
	names := []string{"h", "c"}
	wrt := slices.Clone(states)
	for _, q := range s.Trained() {
		wrt, names = append(wrt, q.Node), append(names, strings.TrimSuffix(strings.TrimPrefix(q.Name, prefix), suffix))
	}
	for i, n := range wrt {
		v := noise(uint32(10+i), n.Shape())
		for i := range v.Float32s() {
			v.Float32s()[i] /= 4
		}
		let(t, n, v)
	}
	grads, err := G.Grad(loss, wrt...)
	if err != nil {
		t.Fatal(err)
	}
	m, err := vm.New(s.Graph(), append(slices.Clone(outs), grads...)...)
	if err != nil {
		t.Fatal(err)
	}
	if err := m.RunAll(); err != nil {
		t.Fatal(err)
	}
	got := map[string][]float32{}
	for _, n := range outs {
		got["y"] = append(got["y"], n.Value().(*tensor.Dense).Float32s()...)
	}
	for i, n := range grads {
		got[names[i]] = slices.Clone(n.Value().(*tensor.Dense).Float32s())
	}
	return got
}

// What parameters begin as.
func TestRecurrentInitialValues(t *testing.T) {
	p := layers.NewParams(1)
	s := layers.NewScope(p, layers.Eval)
	net := layers.Sequential{layers.LSTM{Name: "lstm", Units: 16, Layers: 2, ForgetBias: 0.5}, layers.RNN{Name: "rnn", Units: 9, Init: layers.Constant(3)}}
	if _, err := net.Forward(s, s.Input("x", tensor.Float32, 2, 3, 4)); err != nil {
		t.Fatal(err)
	}
	if _, err := (layers.LSTMCell{Name: "cell", Units: 16, ForgetBias: 2}).Declare(s, 3); err != nil {
		t.Fatal(err)
	}
	forget := map[string]float32{"lstm.bias_ih_l0": 0.5, "lstm.bias_ih_l1": 0.5, "cell.bias_ih": 2}
	for q := range p.All() {
		v := q.Value.Float32s()
		switch {
		case strings.Contains(q.Name, "bias"):
			for i, b := range v {
				if want := forget[q.Name]; i/16 == 1 && b != want || i/16 != 1 && b != 0 {
					t.Errorf("%s[%d] is %v", q.Name, i, b)
				}
			}
		case strings.HasPrefix(q.Name, "rnn"):
			if slices.Min(v) != 3 || slices.Max(v) != 3 {
				t.Errorf("%s is %v, want 3", q.Name, v)
			}
		default: // 1/√16, of which many numbers come near
			if low, high := slices.Min(v), slices.Max(v); low < -0.25 || high >= 0.25 || low > -0.22 || high < 0.22 {
				t.Errorf("%s lies from %v to %v, want ±0.25", q.Name, low, high)
			}
		}
	}
}

// Dropout lies between the layers and nowhere else, only in training, and each step
// draws anew.
func TestRecurrentDropout(t *testing.T) {
	x := noise(1, tensor.Shape{4, 3, 8})
	for name, net := range map[string]func(count int, rate float64) layers.Layer{
		"LSTM": func(count int, rate float64) layers.Layer {
			return layers.LSTM{Name: "r", Units: 20, Layers: count, Dropout: rate}
		},
		"RNN": func(count int, rate float64) layers.Layer {
			return layers.RNN{Name: "r", Units: 20, Layers: count, Dropout: rate}
		},
	} {
		run := func(m layers.Mode, count int, rate float64, step int) []float32 {
			return forward(t, layers.NewParams(1), m, net(count, rate), x, step)
		}
		if !slices.Equal(run(layers.Train, 1, 0.5, 0), run(layers.Train, 1, 0, 0)) {
			t.Errorf("%s: something is dropped before or after a single layer", name)
		}
		plain := run(layers.Train, 2, 0, 0)
		if !slices.Equal(run(layers.Eval, 2, 0.5, 0), plain) {
			t.Errorf("%s: evaluation drops", name)
		}
		first := run(layers.Train, 2, 0.5, 0)
		if slices.Equal(first, plain) || slices.Contains(first, 0) {
			t.Errorf("%s: nothing is dropped between the layers, or something after them", name)
		}
		if !slices.Equal(run(layers.Train, 2, 0.5, 0), first) || slices.Equal(run(layers.Train, 2, 0.5, 1), first) {
			t.Errorf("%s: a step has other masks the second time, or another step the same", name)
		}
		// With all dropped the second layer sees only its biases, which are 0.
		for i, v := range run(layers.Train, 2, 1, 0) {
			if v != 0 {
				t.Fatalf("%s: with dropout 1, element %d is %v", name, i, v)
			}
		}
	}
}

func TestRecurrentErrors(t *testing.T) {
	lstm, rnn := layers.LSTM{Name: "lstm", Units: 5}, layers.RNN{Name: "rnn", Units: 5}
	for _, c := range []struct {
		l     layers.Layer
		dtype tensor.Dtype
		shape []int
		want  string
	}{
		{lstm, tensor.Float32, []int{7, 4}, "lstm: LSTM takes sequences (T, N, D), its input is (7, 4); one sequence is (7, 1, 4)"},
		{rnn, tensor.Float32, []int{7, 4, 2, 1}, "rnn: RNN takes sequences (T, N, D), its input is (7, 4, 2, 1)"},
		{lstm, tensor.Int, []int{7}, "lstm: LSTM takes sequences (T, N, D), its input is (7)"},
		{layers.LSTM{Name: "lstm"}, tensor.Float32, []int{7, 3, 4}, "lstm: LSTM with 0 units; at least 1 is needed"},
		{layers.RNN{Name: "rnn", Units: -1}, tensor.Float32, []int{7, 3, 4}, "rnn: RNN with -1 units; at least 1 is needed"},
		{layers.LSTM{Name: "lstm", Units: 5, Layers: -1}, tensor.Float32, []int{7, 3, 4}, "lstm: LSTM with -1 layers; at least 1 is needed, which 0 means too"},
		{layers.LSTM{Name: "lstm", Units: 5, Dropout: 1.5}, tensor.Float32, []int{7, 3, 4}, "lstm: LSTM with dropout 1.5; it is the part that is dropped between layers, from 0 to 1"},
		{layers.RNN{Name: "rnn", Units: 5, Dropout: math.NaN()}, tensor.Float32, []int{7, 3, 4}, "rnn: RNN with dropout NaN; it is the part that is dropped between layers, from 0 to 1"},
		{layers.LSTM{Name: "lstm", Units: 5, ForgetBias: math.Inf(1)}, tensor.Float32, []int{7, 3, 4}, "lstm: LSTM with forget bias +Inf; it must be finite"},
		{layers.LSTM{Units: 5}, tensor.Float32, []int{7, 3, 4}, "weight_ih_l0: the layer that declares it has no Name"},
		{layers.RNN{Units: 5}, tensor.Float32, []int{7, 3, 4}, "weight_ih_l0: the layer that declares it has no Name"},
		{lstm, tensor.Float64, []int{7, 3, 4}, "lstm: the input holds float64, the parameters float32; convert the data"},
		{lstm, tensor.Int, []int{7, 3, 4}, "lstm: the input holds int, the parameters float32; convert the data"},
		{layers.Sequential{lstm, lstm}, tensor.Float32, []int{7, 3, 4}, "lstm.weight_ih_l0 is declared twice; give each layer its own Name"},
		{layers.Block{Name: "tower", Layer: layers.RNN{Name: "rnn"}}, tensor.Float32, []int{7, 3, 4}, "tower.rnn: RNN with 0 units; at least 1 is needed"},
	} {
		s := layers.NewScope(layers.NewParams(1), layers.Train)
		y, err := c.l.Forward(s, s.Input("x", c.dtype, c.shape...))
		if errorText(err) != c.want || y != nil {
			t.Errorf("%+v: %v, %v, want %q", c.l, y, err, c.want)
		}
	}
	p := layers.NewParams(1)
	for i, want := range []string{"", "lstm: the input has 6 features, the weight (20, 4) takes 4"} {
		s := layers.NewScope(p, layers.Eval)
		if _, err := lstm.Forward(s, s.Input("x", tensor.Float32, 7, 3, 4+2*i)); errorText(err) != want {
			t.Errorf("%v, want %q", err, want)
		}
	}
}

func TestLSTMCellErrors(t *testing.T) {
	s := layers.NewScope(layers.NewParams(1), layers.Train)
	for _, c := range []struct {
		cell layers.LSTMCell
		in   int
		want string
	}{
		{layers.LSTMCell{Name: "cell"}, 4, "cell: LSTM cell with 0 units; at least 1 is needed"},
		{layers.LSTMCell{Name: "cell", Units: 5}, 0, "cell: LSTM cell for inputs with 0 features; at least 1 is needed"},
		{layers.LSTMCell{Units: 5}, 4, "weight_ih: the layer that declares it has no Name"},
	} {
		if cell, err := c.cell.Declare(s, c.in); errorText(err) != c.want || cell != nil {
			t.Errorf("%+v: %v, want %q", c.cell, err, c.want)
		}
	}
	cell, err := layers.LSTMCell{Name: "cell", Units: 5}.Declare(s, 4)
	if err != nil {
		t.Fatal(err)
	}
	in := func(name string, shape ...int) *G.Node { return s.Input(name, tensor.Float32, shape...) }
	x, h := in("x", 3, 4), in("h", 3, 5)
	for _, c := range []struct {
		x, h, c *G.Node
		want    string
	}{
		{in("x", 3, 2), h, h, "cell: the cell takes inputs (N, 4), not (3, 2)"},
		{in("x", 7, 3, 4), h, h, "cell: the cell takes inputs (N, 4), not (7, 3, 4)"},
		{x, in("h", 2, 5), h, "cell: the cell takes h (3, 5) with the input (3, 4), not (2, 5)"},
		{x, h, in("c", 3, 4), "cell: the cell takes c (3, 5) with the input (3, 4), not (3, 4)"},
		{x, h, s.Input("c", tensor.Float64, 3, 5), "cell: c holds float64, the parameters float32; convert the data"},
	} {
		if _, _, err := cell.Step(c.x, c.h, c.c); errorText(err) != c.want {
			t.Errorf("%v, want %q", err, c.want)
		}
	}
}

// The carried state is no parameter: it is neither trained nor counted, and begins
// as zeros, of the type that the parameters have.
func TestCarry(t *testing.T) {
	for dtype, p := range map[tensor.Dtype]*layers.Params{
		tensor.Float32: layers.NewParams(1), tensor.Float64: layers.NewParams(1).Float64(),
	} {
		s := layers.NewScope(p, layers.Train)
		c, err := s.Sub("cell").Carry("h", 2, 3)
		if err != nil {
			t.Fatal(err)
		}
		if c.Name != "cell.h" || c.Node.Name() != "cell.h" || c.Node.Dtype() != dtype || c.Next != nil {
			t.Errorf("%+v", c)
		}
		if p.Count() != 0 || p.Get("cell.h") != nil || len(s.Trained()) != 0 || len(s.Carries()) != 1 || s.Carries()[0] != c {
			t.Error("the carried state is among the parameters, or not among what is carried")
		}
		for _, v := range wide(c.Node.Value()) {
			if v != 0 {
				t.Errorf("begins with %v", v)
			}
		}
		for _, again := range []struct{ got, want string }{
			{errorOf(s.Sub("cell").Carry("h", 2, 3)), "cell.h is declared twice; give each layer its own Name"},
			{errorOf(s.Sub("cell").Carry("c", 2, 0)), "cell.c: shape (2, 0) has a size below 1"},
			{errorOf(s.Carry("h", 2)), "h: the layer that declares it has no Name"},
		} {
			if again.got != again.want {
				t.Errorf("%q, want %q", again.got, again.want)
			}
		}
	}
}

func errorOf(_ *layers.Carry, err error) string { return errorText(err) }

// Layers declare what they carry under PyTorch's names; one without state carries
// zeros that nothing changes.
func TestRecurrentCarries(t *testing.T) {
	for _, c := range []struct {
		l    layers.Layer
		want string
	}{
		{layers.LSTM{Name: "r", Units: 5, Layers: 2}, "r.h_l0 true r.c_l0 true r.h_l1 true r.c_l1 true"},
		{layers.RNN{Name: "r", Units: 5, Layers: 2}, "r.h_l0 true r.h_l1 true"},
		{layers.LSTM{Name: "r", Units: 5, Stateless: true}, "r.h_l0 false r.c_l0 false"},
		{layers.RNN{Name: "r", Units: 5, Stateless: true}, "r.h_l0 false"},
	} {
		s := layers.NewScope(layers.NewParams(1), layers.Eval)
		if _, err := c.l.Forward(s, s.Input("x", tensor.Float32, 7, 3, 4)); err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, carry := range s.Carries() {
			got = append(got, fmt.Sprint(carry.Name, " ", carry.Next != nil))
			if !slices.Equal(carry.Node.Shape(), tensor.Shape{3, 5}) {
				t.Errorf("%s has shape %v", carry.Name, carry.Node.Shape())
			}
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%+v carries %v, want %s", c.l, got, c.want)
		}
	}
}

// A row of a summary each, whatever the number of layers inside.
func TestRecurrentDescribe(t *testing.T) {
	s := layers.NewScope(layers.NewParams(1), layers.Eval)
	net := layers.Sequential{layers.LSTM{Name: "lstm", Units: 6, Layers: 2, Dropout: 0.5}, layers.RNN{Name: "rnn", Units: 3}}
	rows, err := layers.Describe(s, net, s.Input("x", tensor.Float32, 35, 20, 4))
	if err != nil {
		t.Fatal(err)
	}
	const want = "[{0 LSTM lstm (35, 20, 6) 624} {0 RNN rnn (35, 20, 3) 33}]" // 4·6·(4+6+2) + 4·6·(6+6+2), 3·(6+3+2)
	if got := fmt.Sprint(rows); got != want {
		t.Errorf("%s, want %s", got, want)
	}
}
