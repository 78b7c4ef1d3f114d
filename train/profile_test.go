package train_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gorgonia-zoo/zoo/train"
)

// The times of a profile are those of the steps, and it says what was computed.
func TestTimings(t *testing.T) {
	const (
		steps = 50
		n     = 20
	)
	tr := small()
	tr.Profile = true
	src := examples(100).Batches(n)
	var inside time.Duration // of the steps, as the caller sees it
	start := time.Now()
	for s, err := range tr.Steps(t.Context(), src) {
		if err != nil {
			t.Fatal(err)
		}
		inside += time.Since(start)
		if s.N == steps {
			break
		}
		start = time.Now()
	}
	var sum time.Duration
	calls, flop := map[string]int{}, 0.0
	for _, x := range tr.Timings() {
		sum += x.Time
		flop += x.FLOP
		calls[x.Op+" "+x.Param] += x.Calls
		if x.Time < 0 {
			t.Errorf("%+v: a negative time", x)
		}
	}
	const least = 0.8 // of the time; the rest is calls between clocks, and a busy machine's
	if sum > inside || sum < time.Duration(least*float64(inside)) {
		t.Errorf("parts of %v, in steps of %v", sum, inside)
	}
	want := map[string]int{
		"linear+ReLU fc1.weight": steps, "linear fc2.weight": steps, "matmulTN fc1.weight": steps, "matmulTN fc2.weight": steps,
		"sumRows fc1.bias": steps, "sumRows fc2.bias": steps, "crossEntropyGrad ": steps,
		"read batch ": steps, "compile ": 1, "between operations ": steps, "keep last good state ": steps, "update ": steps, "carry on ": steps,
	}
	for name, c := range want {
		if calls[name] != c {
			t.Errorf("%d of %q, want %d; there are %v", calls[name], name, c, calls)
		}
	}
	// 12 features, 16 units, 3 classes: two products for each weight, and one for the
	// gradient of the units.
	if want := steps * n * 2. * (2*(12*16+16*3) + 16*3); flop != want {
		t.Errorf("%v operations, want %v", flop, want)
	}
	i := slices.IndexFunc(tr.Timings(), func(x train.Timing) bool { return x.Op == "matmulTN" && x.Param == "fc1.weight" })
	if i < 0 || tr.Timings()[i].Shape != "20×16 · 20×12 → 16×12" {
		t.Errorf("no gradient of fc1.weight of the right shapes in %+v", tr.Timings())
	}
}

// Training is the same with a profile and without, which then has nothing to say.
func TestTimingsChangeNothing(t *testing.T) {
	with, without := small(), small()
	with.Profile = true
	src := examples(100).Shuffle(10, 1)
	if d := cmp.Diff(take(t, without, src, 20), take(t, with, src, 20)); d != "" {
		t.Errorf("losses (-without +with):\n%s", d)
	}
	if ts := without.Timings(); ts != nil {
		t.Errorf("without a profile, %+v", ts)
	}
}

// Batches of two shapes have two programs, and rows of their own.
func TestTimingsOfShapes(t *testing.T) {
	tr := small()
	tr.Profile = true
	take(t, tr, examples(30).Batches(20), 4) // of 20, 10, 20 and 10
	calls := map[string]int{}
	for _, x := range tr.Timings() {
		if x.Op == "linear" || x.Op == "compile" {
			calls[x.Op+x.Shape] += x.Calls
		}
	}
	want := map[string]int{"compile": 2, "linear20×16 · 3×16 → 20×3": 2, "linear10×16 · 3×16 → 10×3": 2}
	if d := cmp.Diff(want, calls); d != "" {
		t.Errorf("calls (-want +got):\n%s", d)
	}
}
