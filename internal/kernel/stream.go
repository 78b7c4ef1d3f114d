package kernel

import (
	"runtime"
	"time"
)

// Stream measures how fast the threads in use read the same n floats again and
// again, in bytes a second: the best of a few dozen times. What fits into a cache
// is read from there. It returns 0 for the portable set.
func Stream(n int) float64 {
	if active.lanes == 0 {
		return 0
	}
	threads := runtime.GOMAXPROCS(0)
	each := max(active.whole(n/threads), active.lanes)
	t := streamTask{aligned(threads * each), each}
	best := time.Duration(1 << 62)
	for range 40 {
		start := time.Now()
		Run(t, threads)
		best = min(best, time.Since(start))
	}
	return 4 * float64(threads*each) / max(best, 1).Seconds()
}

type streamTask struct {
	x    []float32
	each int // floats of a thread
}

// Do implements [Task].
func (t streamTask) Do(w *Worker, piece int) {
	active.maximum(t.each, &t.x[piece*t.each], &w.lanes[0])
}
