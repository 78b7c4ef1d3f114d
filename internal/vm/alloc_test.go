package vm_test

import (
	"runtime"
	"testing"

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
