package layers_test

import (
	"fmt"
	"math"
	"slices"
	"testing"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/gorgonia-zoo/zoo/internal/gradcheck"
	"github.com/gorgonia-zoo/zoo/internal/vm"
	"github.com/gorgonia-zoo/zoo/layers"
)

// forward runs l on x in a graph of its own, at the given step.
func forward(t *testing.T, p *layers.Params, m layers.Mode, l layers.Layer, x *tensor.Dense, step int) []float32 {
	t.Helper()
	s := layers.NewScope(p, m)
	in := s.Input("x", tensor.Float32, x.Shape()...)
	y, err := l.Forward(s, in)
	if err != nil {
		t.Fatal(err)
	}
	machine, err := vm.New(s.Graph(), y)
	if err != nil {
		t.Fatal(err)
	}
	let(t, in, x)
	s.SetStep(step)
	if err := machine.RunAll(); err != nil {
		t.Fatal(err)
	}
	return slices.Clone(y.Value().(*tensor.Dense).Float32s())
}

func ones(shape ...int) *tensor.Dense {
	x := tensor.New(tensor.Of(tensor.Float32), tensor.WithShape(shape...))
	for i := range x.Float32s() {
		x.Float32s()[i] = 1
	}
	return x
}

func TestDropoutGradients(t *testing.T) {
	for _, rate := range []float64{0, 0.2, 0.5, 0.8, 1} {
		drop := layers.Dropout{Name: "drop", Rate: rate}
		for name, c := range map[string]struct {
			l     layers.Layer
			shape []int
		}{
			"vector":  {drop, []int{90}},
			"matrix":  {drop, []int{9, 10}},
			"images":  {drop, []int{2, 5, 3, 3}},
			"between": {layers.Sequential{layers.Dense{Name: "a", Units: 40}, layers.ReLU, drop, layers.Dense{Name: "b", Units: 2}}, []int{3, 4}},
			"beside":  {layers.Sum{layers.Sequential{}, drop, layers.Dropout{Name: "other", Rate: rate}}, []int{9, 10}},
		} {
			t.Run(fmt.Sprintf("%s, rate %v", name, rate), func(t *testing.T) { gradcheck.Layer(t, c.l, c.shape...) })
		}
	}
}

func TestDropoutMachines(t *testing.T) {
	drop := layers.Dropout{Name: "drop", Rate: 0.2}
	net := layers.Sequential{layers.Dense{Name: "a", Units: 40}, layers.ReLU, drop, layers.Dense{Name: "b", Units: 2}}
	sameOnTapeMachine(t, newFit(t, net, tensor.Shape{3, 4}, false))
	sameOnTapeMachine(t, newFit(t, drop, tensor.Shape{3, 4, 5}, true))
}

// sameOnTapeMachine compares two runs with one on Gorgonia's machine, bit by bit.
func sameOnTapeMachine(t *testing.T, f fit) {
	t.Helper()
	ours, err := vm.New(f.graph, f.outs...)
	if err != nil {
		t.Fatal(err)
	}
	runs := [][][]uint32{f.run(t, ours), f.run(t, ours)}
	tape := G.NewTapeMachine(f.graph)
	defer tape.Close()
	want := f.run(t, tape)
	for i, n := range f.outs {
		for k, got := range runs {
			if !slices.Equal(got[i], want[i]) {
				t.Errorf("run %d: %v has bits %x, the TapeMachine's %x", k+1, n, got[i], want[i])
			}
		}
	}
}

// The share that stays, the sum of a row, and how neighbours go together.
func TestDropoutStatistics(t *testing.T) {
	const rows, cols = 200, 500
	for _, rate := range []float64{0.1, 0.2, 0.5, 0.8} {
		for step := range 3 {
			y := forward(t, layers.NewParams(1), layers.Train, layers.Dropout{Name: "drop", Rate: rate}, ones(rows, cols), step)
			var sum float64
			across, down := 0, 0 // pairs of which both stay
			for i, v := range y {
				if v != 0 && v != float32(1/(1-rate)) {
					t.Fatalf("rate %v: 1 becomes %v", rate, v)
				}
				sum += float64(v)
				if v != 0 && i+1 < len(y) && y[i+1] != 0 {
					across++
				}
				if v != 0 && i+cols < len(y) && y[i+cols] != 0 {
					down++
				}
			}
			const n = rows * cols
			keep := 1 - rate
			// Five standard deviations; of the pairs, which overlap, at most √3 times as many.
			if mean, sd := sum/n, math.Sqrt(rate/keep/n); math.Abs(mean-1) > 5*sd {
				t.Errorf("rate %v, step %d: the mean of ones is %v, want 1 ± %.4f", rate, step, mean, 5*sd)
			}
			sd := math.Sqrt(3 * keep * keep * (1 - keep*keep) / n)
			for name, pairs := range map[string]int{"side by side": across, "one above the other": down} {
				if got := float64(pairs) / n; math.Abs(got-keep*keep) > 5*sd+1.0/rows {
					t.Errorf("rate %v, step %d: of %s, %v stay both, want %v", rate, step, name, got, keep*keep)
				}
			}
		}
	}
}

// A row's mask is the same in a batch of any size; other steps, seeds and names
// give others.
func TestDropoutKeys(t *testing.T) {
	drop := layers.Dropout{Name: "drop", Rate: 0.5}
	mask := func(seed uint64, l layers.Layer, rows, step int) []float32 {
		return forward(t, layers.NewParams(seed), layers.Train, l, ones(rows, 37), step)
	}
	want := mask(1, drop, 100, 7)
	for _, rows := range []int{1, 2, 13, 99, 100} {
		if got := mask(1, drop, rows, 7); !slices.Equal(got, want[:len(got)]) {
			t.Errorf("a batch of %d has masks other than those of a batch of 100", rows)
		}
	}
	inBlock := layers.Block{Name: "tower", Layer: drop}
	for name, got := range map[string][]float32{
		"step": mask(1, drop, 100, 8), "seed": mask(2, drop, 100, 7),
		"name": mask(1, layers.Dropout{Name: "other", Rate: 0.5}, 100, 7), "block": mask(1, inBlock, 100, 7),
	} {
		same := 0
		for i, v := range got {
			if v == want[i] {
				same++
			}
		}
		if n := float64(len(got)); math.Abs(float64(same)-n/2) > 5*math.Sqrt(n/4) { // standard deviations
			t.Errorf("another %s: %d of %v elements have the same fate, want half", name, same, n)
		}
	}
}

// Where dropout does nothing it adds nothing to the graph.
func TestDropoutIdentity(t *testing.T) {
	for _, c := range []struct {
		mode layers.Mode
		rate float64
	}{{layers.Eval, 0.5}, {layers.Eval, 1}, {layers.Eval, 0}, {layers.Train, 0}} {
		s := layers.NewScope(layers.NewParams(1), c.mode)
		x := s.Input("x", tensor.Float32, 2, 3)
		y, err := layers.Dropout{Name: "drop", Rate: c.rate}.Forward(s, x)
		if err != nil || y != x || len(s.Graph().AllNodes()) != 1 {
			t.Errorf("mode %v, rate %v: %v, %v and %d nodes", c.mode, c.rate, y, err, len(s.Graph().AllNodes()))
		}
	}
	for _, v := range forward(t, layers.NewParams(1), layers.Train, layers.Dropout{Name: "drop", Rate: 1}, ones(3, 50), 0) {
		if v != 0 {
			t.Fatalf("rate 1 leaves %v", v)
		}
	}
}

func TestDropoutErrors(t *testing.T) {
	drop := func(name string, rate float64) layers.Dropout { return layers.Dropout{Name: name, Rate: rate} }
	for _, c := range []struct {
		l     layers.Layer
		dtype tensor.Dtype
		shape []int
		want  string
	}{
		{drop("drop", -0.1), tensor.Float32, []int{2, 3}, "drop: dropout with rate -0.1; it is the part that is dropped, from 0 to 1"},
		{drop("drop", 1.5), tensor.Float32, []int{2, 3}, "drop: dropout with rate 1.5; it is the part that is dropped, from 0 to 1"},
		{drop("drop", math.NaN()), tensor.Float32, []int{2, 3}, "drop: dropout with rate NaN; it is the part that is dropped, from 0 to 1"},
		{drop("", 0.5), tensor.Float32, []int{2, 3}, "dropout without a Name; what it drops is drawn from the seed and the name"},
		{layers.Sequential{drop("drop", 0.5), drop("drop", 0.5)}, tensor.Float32, []int{2, 3}, "drop.mask is declared twice; give each layer its own Name"},
		{drop("drop", 0.5), tensor.Int, []int{2, 3}, "drop: dropout of int; convert the data"},
		{drop("drop", 0.5), tensor.Float32, nil, "drop: dropout of a single number"},
	} {
		for _, mode := range []layers.Mode{layers.Train, layers.Eval} {
			s := layers.NewScope(layers.NewParams(1), mode)
			if _, err := c.l.Forward(s, s.Input("x", c.dtype, c.shape...)); errorText(err) != c.want {
				t.Errorf("%+v: %v, want %q", c.l, err, c.want)
			}
		}
	}
}
