package kernel

import (
	"math"
	"runtime"
	"slices"
	"testing"
)

// listOf returns n numbers below size, many of them several times.
func listOf(n, size int) []int {
	list := make([]int, n)
	for i := range list {
		list[i] = (i*i + 3*i) % size
	}
	return list
}

func TestGather(t *testing.T) {
	for _, n := range []int{0, 1, gatherRows, 3*gatherRows + 1} {
		for _, cols := range []int{1, 17} {
			x, rows := uniform(50*cols, 1), listOf(n, 50)
			y := make([]float32, n*cols)
			Gather(y, x, rows, cols)
			for i, r := range rows {
				if !slices.Equal(y[i*cols:(i+1)*cols], x[r*cols:(r+1)*cols]) {
					t.Fatalf("%d rows of %d: row %d is not row %d", n, cols, i, r)
				}
			}
		}
	}
}

// Sums of rows whose numbers repeat: the bits of one addition after the other in
// the order of the list, whatever the number of threads, and again with another list.
func TestSumGroups(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	eachISA(t, func(t *testing.T) {
		var g Groups
		for _, size := range []int{1, 7, 40, 1 << 31} {
			for _, n := range []int{1, 5, 300} {
				for _, cols := range []int{1, 16, 35} {
					list, x := listOf(n, size), uniform(n*cols, 1)
					want := map[int][]float32{}
					for i, v := range list {
						if want[v] == nil {
							want[v] = make([]float32, cols)
						}
						for j := range cols {
							want[v][j] += x[i*cols+j]
						}
					}
					for _, threads := range []int{1, 2, 4} {
						runtime.GOMAXPROCS(threads)
						g.Set(list)
						if len(g.Numbers) != len(want) || !slices.IsSorted(g.Numbers) {
							t.Fatalf("%d of %d: numbers %v", n, size, g.Numbers)
						}
						y := make([]float32, len(g.Numbers)*cols)
						SumGroups(y, x, &g, cols)
						for i, v := range g.Numbers {
							if !slices.Equal(y[i*cols:(i+1)*cols], want[v]) {
								t.Fatalf("%d of %d, %d columns, %d threads: sum %d is %v, want %v", n, size, cols, threads, v, y[i*cols:(i+1)*cols], want[v])
							}
						}
					}
				}
			}
		}
	})
}

// The rows named agree with an update of the whole matrix, whose last bits depend
// on which elements share a vector; the others stay.
func TestSGDRows(t *testing.T) {
	eachISA(t, func(t *testing.T) {
		for _, cols := range []int{1, 16, 37, chunk + 3} {
			if testing.Short() && cols > chunk { // an emulator is slow
				continue
			}
			size := 9
			rows := []int{0, 3, 4, 8}
			all := Update{W: uniform(size*cols, 1), G: make([]float32, size*cols), Rate: 0.1, Scale: 0.5}
			some := Update{W: slices.Clone(all.W), G: uniform(len(rows)*cols, 2), Rate: 0.1, Scale: 0.5}
			for i, r := range rows {
				copy(all.G[r*cols:(r+1)*cols], some.G[i*cols:])
			}
			if !SGD(&all) || !SGDRows(&some, rows) {
				t.Fatal("a finite gradient is reported as not finite")
			}
			for i, w := range some.W {
				if !slices.Contains(rows, i/cols) && w != all.W[i] {
					t.Fatalf("%d columns: element %d, which no row names, went from %v to %v", cols, i, all.W[i], w)
				}
				near(t, "w", i, w, float64(all.W[i]))
			}
			for _, at := range []int{0, len(some.G) - 1} {
				g := some.G[at]
				some.G[at] = float32(math.Inf(-1))
				if SGDRows(&some, rows) {
					t.Errorf("%d columns: -∞ at %d is taken for finite", cols, at)
				}
				some.G[at] = g
			}
		}
	})
}

func TestRowsAllocs(t *testing.T) {
	var g Groups
	x, y, w := uniform(300*20, 1), make([]float32, 300*20), uniform(300*20, 2)
	lists := [][]int{listOf(300, 3), listOf(300, 299)} // the second has more numbers
	i := 0
	f := func() {
		g.Set(lists[i%2])
		SumGroups(y, x, &g, 20)
		Gather(x, w, lists[i%2], 20)
		SGDRows(&Update{W: w, G: y[:len(g.Numbers)*20], Rate: 1e-3}, g.Numbers)
		i++
	}
	f()
	if got := testing.AllocsPerRun(10, f); got != 0 {
		t.Errorf("%v allocations", got)
	}
}
