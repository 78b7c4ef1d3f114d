package train_test

import (
	"context"
	"runtime"
	"testing"

	"github.com/gorgonia-zoo/zoo/data"
	"github.com/gorgonia-zoo/zoo/models/mlp"
	"github.com/gorgonia-zoo/zoo/train"
	"github.com/gorgonia-zoo/zoo/train/optim"
)

// mallocs trains for n steps after some to warm up and returns the number of
// allocations in them.
func mallocs(t *testing.T, tr *train.Trainer, src data.Source, n int) uint64 {
	t.Helper()
	const warm = 12
	var before, after runtime.MemStats
	i := 0
	for s, err := range tr.Steps(context.Background(), src) {
		if err != nil {
			t.Fatal(err)
		}
		if s.Loss() < 0 {
			t.Fatal("a negative loss")
		}
		switch i++; i {
		case warm:
			runtime.ReadMemStats(&before)
		case warm + n:
			runtime.ReadMemStats(&after)
			return after.Mallocs - before.Mallocs
		}
	}
	return 0
}

// A training step allocates nothing: reading the batch, the graph, clipping,
// decay, update and averages, on one thread and on two.
func TestNoAllocations(t *testing.T) {
	for _, threads := range []int{1, 2} {
		func() {
			defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(threads))
			adam := small()
			adam.Optimizer = optim.Adam{Rate: 1e-3}
			for name, c := range map[string]struct {
				tr  *train.Trainer
				src data.Source
				n   uint64
			}{
				"small": {small(), examples(60).Shuffle(20, 1), 200},
				"Adam":  {adam, examples(60).Shuffle(20, 1), 200},
				"mlp":   {&train.Trainer{Model: mlp.New(), Average: 0.99}, images(200).Shuffle(100, 1), 40},
			} {
				if got := mallocs(t, c.tr, c.src, int(c.n)) / c.n; got != 0 { // whole ones, as testing.AllocsPerRun
					t.Errorf("%s on %d threads: %d allocations a step, want 0", name, threads, got)
				}
			}
		}()
	}
}

// The heap after 2,000 steps, with evaluations of two sizes, is that after 200.
func TestMemoryStaysFlat(t *testing.T) {
	set := examples(200)
	src := set.Shuffle(20, 1)
	tr := small()
	heap := func(steps int) uint64 {
		for i := range steps / 100 {
			take(t, tr, src, 100)
			evaluate(t, tr, set.Batches(60+i%2))
		}
		var m runtime.MemStats
		runtime.GC()
		runtime.GC() // what had finalizers or lay in pools
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	const slack = 100_000 // bytes; a step that kept its batch would add 1,800 × 1,000
	early := heap(200)
	if late := heap(1800); late > early+slack {
		t.Errorf("%d bytes after 200 steps, %d after 2,000", early, late)
	}
	early = heap(0)
	for n := range 200 { // each size compiles a graph, of which a handful is kept
		if _, err := tr.Predict(set.Slice(0, n%100+1).X); err != nil {
			t.Fatal(err)
		}
	}
	if late := heap(0); late > early+4*slack { // all 100 hold 1.5 MB
		t.Errorf("%d bytes before 200 predictions of 100 sizes, %d after", early, late)
	}
	runtime.KeepAlive(tr)
}
