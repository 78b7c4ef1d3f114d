package kernel

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// A Task is work in pieces that may run in any order and at the same time.
type Task interface {
	Do(w *Worker, piece int)
}

// A Worker is the private memory of one thread of a team.
type Worker struct {
	scratch   []float32 // aligned to a cache line
	tile      tile      // arguments of kernels live here, since the address given to one escapes
	packing   packing
	update    update
	transform transform
	cell      cell
	lanes     [16]float32 // what a vector kernel returns, a value a lane
}

// scratchLen bounds what one piece may use, in floats: half of a 1 MiB second-level cache.
const scratchLen = 128 << 10

func newWorker() *Worker { return &Worker{scratch: aligned(scratchLen)} }

// Run does the pieces 0 to n-1 of t on up to GOMAXPROCS threads, and returns
// when all are done. A call while another is under way (from a second
// goroutine, or from within a task) runs its pieces one by one. A panic in a
// piece is raised again in the caller.
func Run(t Task, n int) {
	if n == 0 {
		return
	}
	helpers := 0
	if n > 1 {
		helpers = min(runtime.GOMAXPROCS(0), n) - 1
	}
	if helpers > 0 && theTeam.mu.TryLock() {
		defer theTeam.mu.Unlock()
		theTeam.run(t, n, helpers)
		return
	}
	w := spare.get(newWorker)
	defer spare.put(w)
	for i := range n {
		t.Do(w, i)
	}
}

var (
	theTeam team
	spare   freelist[Worker] // for calls that run alone
)

// A team is the caller of Run and helpers that look for jobs. A helper that
// sees an open job enters it and takes pieces until none is left. The caller
// takes pieces too, so that a job ends even if no helper is scheduled, then
// closes the job and waits for those that entered.
type team struct {
	mu      sync.Mutex // held while a job is open
	caller  *Worker
	helpers []*helper

	task     Task
	pieces   int64
	limit    int64 // helpers with an index below take part
	panicked atomic.Pointer[failure]

	_      [64]byte      // the fields below are written by one thread and polled by others
	open   atomic.Uint64 // 2j+1 while job j is open, 2j after it was closed
	_      [56]byte
	next   atomic.Int64
	_      [56]byte
	inside atomic.Int64
	_      [56]byte
}

// A failure is the first panic of a helper in a job.
type failure struct{ value any }

type helper struct {
	worker *Worker
	index  int64
	parked atomic.Bool
	wake   chan struct{}
}

func (t *team) run(task Task, pieces, helpers int) {
	if t.caller == nil {
		t.caller = newWorker()
	}
	for len(t.helpers) < helpers {
		h := &helper{worker: newWorker(), index: int64(len(t.helpers)), wake: make(chan struct{}, 1)}
		t.helpers = append(t.helpers, h)
		go t.serve(h)
	}
	t.task, t.pieces, t.limit = task, int64(pieces), int64(helpers)
	t.next.Store(0)
	t.open.Store(t.open.Load() + 3)
	for _, h := range t.helpers[:helpers] {
		if h.parked.Load() {
			select {
			case h.wake <- struct{}{}:
			default:
			}
		}
	}
	defer t.finish()
	t.work(t.caller)
}

func (t *team) finish() {
	t.next.Store(t.pieces) // after a panic in the caller's piece: no more are handed out
	t.open.Add(^uint64(0))
	for i := 0; t.inside.Load() != 0; i++ {
		pause()
		if i > spins {
			runtime.Gosched()
		}
	}
	t.task = nil
	if f := t.panicked.Swap(nil); f != nil {
		panic(f.value)
	}
}

func (t *team) work(w *Worker) {
	for {
		i := t.next.Add(1) - 1
		if i >= t.pieces {
			return
		}
		t.task.Do(w, int(i))
	}
}

// spins is how often a helper polls for a job before it parks: a few tens of
// microseconds, longer than the gaps between the operations of a graph.
const spins = 2000

func (t *team) serve(h *helper) {
	var last uint64
	for i := 0; ; i++ {
		if job := t.open.Load(); job&1 == 1 && job != last {
			last = job
			t.enter(h, job)
			i = 0
		}
		if i < spins {
			pause()
			continue
		}
		h.parked.Store(true)
		if job := t.open.Load(); job&1 == 0 || job == last {
			<-h.wake
		}
		h.parked.Store(false)
		i = 0
	}
}

// enter announces the helper before it looks at the job again: after that the
// job is either closed, or stays until the helper has left.
func (t *team) enter(h *helper, job uint64) {
	t.inside.Add(1)
	defer t.inside.Add(-1)
	if t.open.Load() != job || h.index >= t.limit {
		return
	}
	defer func() {
		if v := recover(); v != nil {
			t.panicked.CompareAndSwap(nil, &failure{v})
			t.next.Store(t.pieces)
		}
	}()
	t.work(h.worker)
}

// A freelist keeps values for re-use. Unlike a sync.Pool it never drops one,
// so that a training step allocates nothing.
type freelist[T any] struct {
	mu   sync.Mutex
	free []*T
}

func (l *freelist[T]) get(make func() *T) *T {
	l.mu.Lock()
	defer l.mu.Unlock()
	if n := len(l.free); n > 0 {
		v := l.free[n-1]
		l.free = l.free[:n-1]
		return v
	}
	return make()
}

func (l *freelist[T]) put(v *T) {
	l.mu.Lock()
	l.free = append(l.free, v)
	l.mu.Unlock()
}
