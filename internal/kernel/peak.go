package kernel

import (
	"runtime"
	"time"
)

// Peak measures the speed of fused multiply-adds on registers, with the
// instruction set and the threads in use, in GFLOP/s: the best of a few dozen
// short runs. It returns 0 for the portable set.
func Peak() float64 {
	if active.peak == nil {
		return 0
	}
	threads := runtime.GOMAXPROCS(0)
	best := time.Duration(1 << 62)
	for range 40 {
		start := time.Now()
		Run(peakTask{}, threads)
		best = min(best, time.Since(start))
	}
	return 2 * 12 * peakRounds * float64(active.lanes*threads) / best.Seconds() / 1e9
}

const peakRounds = 50_000 // 0.1 ms and more

type peakTask struct{}

// Do implements [Task].
func (peakTask) Do(*Worker, int) { active.peak(peakRounds) }
