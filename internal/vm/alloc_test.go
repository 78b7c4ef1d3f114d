package vm_test

import (
	"runtime"
	"testing"

	G "gorgonia.org/gorgonia"

	"github.com/gorgonia-zoo/zoo/internal/op"
	"github.com/gorgonia-zoo/zoo/layers"
)

// A run of a training graph allocates nothing after the first, on one thread and
// on several.
func TestNoAllocations(t *testing.T) {
	n := classifier(t, layers.NewParams(1))
	m := compile(t, n.outs...)
	if got := testing.AllocsPerRun(100, func() { run(t, m) }); got != 0 { // on one thread
		t.Errorf("%v allocations a run, want 0", got)
	}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(2))
	run(t, m)
	const runs = 100
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for range runs {
		run(t, m)
	}
	runtime.ReadMemStats(&after)
	if got := (after.Mallocs - before.Mallocs) / runs; got != 0 { // whole ones, as AllocsPerRun
		t.Errorf("%v allocations a run on two threads, want 0", got)
	}
}

// Where a value is used twice, Gorgonia adds up its gradients with an operation
// of its own, which allocates; the executor has another in its place.
func TestNoAllocationsWhereGradientsMeet(t *testing.T) {
	g := G.NewGraph()
	x, w := input(g, "x", noise(1, 3, 4)), input(g, "w", noise(2, 4, 4))
	h := G.Must(op.Activate(op.Tanh, G.Must(op.Linear(x, w, nil))))
	y := G.Must(op.Add(G.Must(op.Linear(h, input(g, "v", noise(3, 4, 4)), nil)), h))
	grads, err := G.Grad(G.Must(op.SquaredError(y, input(g, "target", noise(4, 3, 4)))), w)
	if err != nil {
		t.Fatal(err)
	}
	m := compile(t, grads...)
	if got := testing.AllocsPerRun(100, func() { run(t, m) }); got != 0 {
		t.Errorf("%v allocations a run, want 0", got)
	}
}
