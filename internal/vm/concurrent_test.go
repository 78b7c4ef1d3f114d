package vm_test

import (
	"sync"
	"testing"

	"github.com/gorgonia-zoo/zoo/internal/vm"
	"github.com/gorgonia-zoo/zoo/layers"
)

// Graphs on the same parameters are built and run by several goroutines at once.
// The race detector watches; the results are those of one alone.
func TestTwoMachinesAtOnce(t *testing.T) {
	p := layers.NewParams(1)
	alone := classifier(t, p)
	m := compile(t, alone.outs...)
	const batches, goroutines = 5, 3
	var want [batches][][]float32
	for i := range want {
		alone.bind(t, uint32(i))
		run(t, m)
		for _, n := range alone.outs {
			want[i] = append(want[i], floats(t, n.Value()))
		}
	}
	var wg sync.WaitGroup
	for range goroutines {
		wg.Go(func() {
			n := classifier(t, p)
			m, err := vm.New(n.loss.Graph(), n.outs...)
			if err != nil {
				t.Error(err)
				return
			}
			for k := range 20 {
				i := k % batches
				n.bind(t, uint32(i))
				if err := m.RunAll(); err != nil {
					t.Error(err)
					return
				}
				for j, o := range n.outs {
					if !same(floats(t, o.Value()), want[i][j]) {
						t.Errorf("batch %d: output %d is %v, alone %v", i, j, o.Value(), want[i][j])
					}
				}
			}
		})
	}
	wg.Wait()
}
