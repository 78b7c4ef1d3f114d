package kernel

import (
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// marks counts how often each piece was done.
type marks struct {
	count []atomic.Int32
	do    func(piece int)
}

func (m *marks) Do(w *Worker, piece int) {
	if w == nil || len(w.scratch) != scratchLen {
		panic("no memory")
	}
	m.count[piece].Add(1)
	if m.do != nil {
		m.do(piece)
	}
}

func TestRun(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	for _, threads := range []int{1, 2, 3, 7} {
		runtime.GOMAXPROCS(threads)
		for _, n := range []int{0, 1, 2, 3, 100, 1000} {
			m := &marks{count: make([]atomic.Int32, n)}
			Run(m, n)
			for i := range m.count {
				if c := m.count[i].Load(); c != 1 {
					t.Fatalf("%d threads, %d pieces: piece %d was done %d times", threads, n, i, c)
				}
			}
		}
	}
}

// Calls from several goroutines, and from within a task, are done all the same.
func TestRunAtOnce(t *testing.T) {
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 50 {
				inner := &marks{count: make([]atomic.Int32, 10)}
				m := &marks{count: make([]atomic.Int32, 20), do: func(piece int) {
					if piece == 7 {
						Run(inner, 10)
					}
				}}
				Run(m, 20)
				for i := range m.count {
					if m.count[i].Load() != 1 || inner.count[i%10].Load() != 1 {
						t.Error("a piece was not done once")
						return
					}
				}
			}
		})
	}
	wg.Wait()
}

// A helper that has parked is woken.
func TestRunAfterPause(t *testing.T) {
	for range 20 {
		time.Sleep(2 * time.Millisecond)
		m := &marks{count: make([]atomic.Int32, 50)}
		Run(m, 50)
		for i := range m.count {
			if m.count[i].Load() != 1 {
				t.Fatal("a piece was not done once")
			}
		}
	}
}

// A panic reaches the caller, whichever thread it happens in, and the team works
// on.
func TestRunPanic(t *testing.T) {
	for bad := range 40 {
		func() {
			defer func() {
				if r := recover(); r != "piece" {
					t.Fatalf("recovered %v", r)
				}
			}()
			Run(&marks{count: make([]atomic.Int32, 40), do: func(piece int) {
				if piece == bad {
					panic("piece")
				}
			}}, 40)
			t.Fatal("no panic")
		}()
		m := &marks{count: make([]atomic.Int32, 10)}
		Run(m, 10)
		for i := range m.count {
			if m.count[i].Load() != 1 {
				t.Fatal("the team is broken after a panic")
			}
		}
	}
}

func TestPeak(t *testing.T) {
	eachISA(t, func(t *testing.T) {
		peak := Peak()
		if active == &generic {
			if peak != 0 {
				t.Errorf("portable peak %v", peak)
			}
			return
		}
		if peak < 1 {
			t.Errorf("peak %v GFLOP/s", peak)
		}
	})
}
