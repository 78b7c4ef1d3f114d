package layers_test

import (
	"context"
	"path"
	"slices"
	"strings"
	"testing"

	"gorgonia.org/tensor"

	"github.com/gorgonia-zoo/zoo/data"
	"github.com/gorgonia-zoo/zoo/layers"
	"github.com/gorgonia-zoo/zoo/train"
	"github.com/gorgonia-zoo/zoo/train/optim"
)

// load loads a part of a file, or all, into p.
func load(t *testing.T, p *layers.Params, file string, patterns ...string) *layers.Params {
	t.Helper()
	if err := p.Load(file, patterns...); err != nil {
		t.Fatal(err)
	}
	return p
}

// What matches comes from the file and the rest is drawn, in the order of
// declaration, whether the model is built before or after, in either type.
func TestLoadPart(t *testing.T) {
	old := declared(t, saved(3), layers.NewParams(1))
	file := write(t, old)
	for _, c := range []struct {
		units    int // of the head: the file has 3
		patterns []string
	}{
		{4, []string{"in.*", "bn.*"}},
		{4, []string{"in.weight"}},
		{4, []string{"in*", "[b-c]n.running_*", "in.bias"}},
		{3, []string{"*.bias", "bn.*"}},
		{3, []string{"fc.*"}},
		{3, []string{"*"}},
	} {
		m := saved(c.units)
		fresh := declared(t, m, layers.NewParams(2))
		double := func(p *layers.Params) *layers.Params {
			if err := declareFor(tensor.Float64, m, p); err != nil {
				t.Fatal(err)
			}
			return p
		}
		for name, p := range map[string]*layers.Params{
			"before":         load(t, declared(t, m, layers.NewParams(2)), file, c.patterns...),
			"after":          declared(t, m, load(t, layers.NewParams(2), file, c.patterns...)),
			"twice":          declared(t, m, load(t, load(t, layers.NewParams(2), file, c.patterns...), file, c.patterns...)),
			"before, double": load(t, declared(t, m, layers.NewParams(2)).Float64(), file, c.patterns...),
			"after, double":  double(load(t, layers.NewParams(2).Float64(), file, c.patterns...)),
			"doubled":        double(load(t, layers.NewParams(2), file, c.patterns...).Float64()),
		} {
			if !slices.Equal(names(p), names(fresh)) {
				t.Errorf("%v, %s: parameters %v, want %v", c.patterns, name, names(p), names(fresh))
			}
			for q := range p.All() {
				want := fresh.Get(q.Name)
				if matches(c.patterns, q.Name) {
					want = old.Get(q.Name)
				}
				if !slices.Equal(floats(q.Value), floats(want.Value)) || q.Buffer != want.Buffer {
					t.Errorf("%v, %s: %s is %v, want %v", c.patterns, name, q.Name, q.Value, want.Value)
				}
			}
		}
	}
}

func matches(patterns []string, name string) bool {
	return slices.ContainsFunc(patterns, func(pattern string) bool {
		ok, err := path.Match(pattern, name)
		return ok && err == nil
	})
}

func floats(v *tensor.Dense) []float64 {
	if v.Dtype() == tensor.Float64 {
		return v.Float64s()
	}
	var w []float64
	for _, f := range v.Float32s() {
		w = append(w, float64(f))
	}
	return w
}

// Parts of two files; of what both have, the last file's.
func TestLoadParts(t *testing.T) {
	a, b := declared(t, saved(3), layers.NewParams(1)), declared(t, saved(4), layers.NewParams(3))
	p := load(t, load(t, layers.NewParams(2), write(t, a), "in.*", "bn.*"), write(t, b), "fc.*", "in.bias")
	p = declared(t, saved(4), p)
	for q := range p.All() {
		from := a
		if strings.HasPrefix(q.Name, "fc.") || q.Name == "in.bias" {
			from = b
		}
		if !slices.Equal(floats(q.Value), floats(from.Get(q.Name).Value)) {
			t.Errorf("%s is %v, want %v", q.Name, q.Value, from.Get(q.Name).Value)
		}
	}
}

// Patterns and parts that are wrong for a model: found out at once where it was
// built, else when it is. Nothing is changed.
func TestLoadPartErrors(t *testing.T) {
	file := write(t, declared(t, saved(3), layers.NewParams(1)))
	const (
		all    = "bn.bias, bn.running_mean, bn.running_var, bn.weight, fc.bias, fc.weight, in.bias, in.weight"
		remedy = "; build a model that agrees with the file there, or choose patterns that leave out what differs"
	)
	other := layers.Sequential{layers.Dense{Name: "in", Units: 5, NoBias: true}, layers.Dense{Name: "fc", Units: 4}, layers.Dense{Name: "fc2", Units: 4}}
	for _, c := range []struct {
		patterns []string
		now      string // what loading into other's parameters says
		onload   string // into Params that hold nothing; "": nothing is wrong
		onbuild  string // what building other on them says
	}{
		{patterns: []string{"conv*"}, now: `pattern "conv*" matches nothing; the file has ` + all, onload: `pattern "conv*" matches nothing; the file has ` + all},
		{patterns: []string{"in.weight", ""}, now: `pattern "" matches nothing; the file has ` + all, onload: `pattern "" matches nothing; the file has ` + all},
		{patterns: []string{"in.weight", "["}, now: `pattern "[": syntax error in pattern`, onload: `pattern "[": syntax error in pattern`},
		{
			patterns: []string{"fc*", "in.*"},
			now: "fc.weight has shape (3, 5) where the model has (4, 5), fc.bias has shape (3) where the model has (4), " +
				"fc2.weight is missing, fc2.bias is missing, in.bias is unexpected" + remedy,
			onbuild: "fc.weight has shape (3, 5), the model wants (4, 5); it was loaded from " + file + ": " + remedy[2:],
		},
		{
			patterns: []string{"*.weight"},
			now:      "fc.weight has shape (3, 5) where the model has (4, 5), fc2.weight is missing, bn.weight is unexpected" + remedy,
			onbuild:  "fc.weight has shape (3, 5), the model wants (4, 5); it was loaded from " + file + ": " + remedy[2:],
		},
		{
			patterns: []string{"in.weight", "fc2*", "bn.bias"},
			now:      `pattern "fc2*" matches nothing; the file has ` + all,
			onload:   `pattern "fc2*" matches nothing; the file has ` + all,
		},
		{
			patterns: []string{"in.weight", "?[cn]*.bias"},
			now:      "fc.bias has shape (3) where the model has (4), fc2.bias is missing, bn.bias is unexpected, in.bias is unexpected" + remedy,
			onbuild:  "fc.bias has shape (3), the model wants (4); it was loaded from " + file + ": " + remedy[2:],
		},
	} {
		p := declared(t, other, layers.NewParams(2))
		if got := errorText(p.Load(file, c.patterns...)); got != "load "+file+": "+c.now {
			t.Errorf("%q: error %s\n want load %s: %s", c.patterns, got, file, c.now)
		}
		sameValues(t, p, declared(t, other, layers.NewParams(2)))

		p = layers.NewParams(2)
		got, want := errorText(p.Load(file, c.patterns...)), ""
		if c.onload != "" {
			want = "load " + file + ": " + c.onload
		}
		if got != want {
			t.Errorf("%q: error %q, want %q", c.patterns, got, want)
		}
		if want == "" {
			if got := errorText(declare(other, p)); got != c.onbuild {
				t.Errorf("%q: error %s\n want %s", c.patterns, got, c.onbuild)
			}
			continue
		}
		sameValues(t, declared(t, other, p), declared(t, other, layers.NewParams(2)))
	}
}

// A name that the file lacks and a pattern takes from it is not drawn.
func TestBuildOnLackingPart(t *testing.T) {
	file := write(t, declared(t, saved(3), layers.NewParams(1)))
	p := load(t, layers.NewParams(2), file, "in*", "fc.bias")
	got := errorText(declare(layers.Sequential{layers.Dense{Name: "in", Units: 5}, layers.Dense{Name: "in2", Units: 5}}, p))
	want := file + " has no in2.weight, which the model wants (unused so far: fc.bias); " +
		"build a model that agrees with the file there, or choose patterns that leave out what differs"
	if got != want {
		t.Errorf("error %s\n want %s", got, want)
	}
}

// Loaded, frozen and then trained with averages, weights and running statistics
// stay the file's, bit for bit, in all graphs; the new head learns.
func TestFinetune(t *testing.T) {
	old := declared(t, saved(3), layers.NewParams(1))
	for q := range old.All() {
		if q.Buffer { // as after training
			for i := range q.Value.Float32s() {
				q.Value.Float32s()[i] += float32(i) / 4
			}
		}
	}
	tr := train.Trainer{Model: saved(4), Params: load(t, layers.NewParams(2), write(t, old), "in.*", "bn.*"), Average: 0.9, Optimizer: optim.Adam{Rate: 0.01}}
	for _, pattern := range []string{"in.*", "bn.*"} {
		if err := tr.Freeze(pattern); err != nil {
			t.Fatal(err)
		}
	}
	x, y := make([]float32, 40*4), make([]int, 40)
	for i := range x {
		x[i] = float32(i*i%7) - 3
		y[i/4] = i % 16 / 4
	}
	set := data.Set{X: tensor.New(tensor.WithShape(40, 4), tensor.WithBacking(x)), Y: tensor.New(tensor.WithShape(40), tensor.WithBacking(y))}
	for _, err := range tr.Epochs(context.Background(), set.Shuffle(10, 1), set.Batches(20), 3) {
		if err != nil {
			t.Fatal(err)
		}
	}
	file := write(t, tr.Params)
	after, fresh := load(t, layers.NewParams(3), file), declared(t, saved(4), layers.NewParams(2))
	for q := range tr.Params.All() {
		if strings.HasPrefix(q.Name, "fc.") {
			if slices.Equal(q.Value.Float32s(), fresh.Get(q.Name).Value.Float32s()) || q.Average == nil {
				t.Errorf("%s was not trained, or has no average", q.Name)
			}
			continue
		}
		for _, v := range []*tensor.Dense{q.Value, q.Evaluated(), after.Get(q.Name).Value} {
			if !slices.Equal(v.Float32s(), old.Get(q.Name).Value.Float32s()) {
				t.Errorf("%s is %v, was %v", q.Name, v, old.Get(q.Name).Value)
			}
		}
	}
}
