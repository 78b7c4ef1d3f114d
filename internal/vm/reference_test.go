package vm_test

import (
	"slices"
	"testing"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/gorgonia-zoo/zoo/internal/vm"
)

// The first program of the tutorial series that the zoo re-creates: [1, 2] + [2, 3]
// as a graph, with a node of Gorgonia's.
func TestReferenceSum(t *testing.T) {
	if G.CUDA {
		t.Skip("Gorgonia's machine wants a GPU, and kernels that do not come with it")
	}
	g := G.NewGraph()
	vector := func(name string, v ...float32) *G.Node {
		return G.NewVector(g, tensor.Float32, G.WithShape(len(v)), G.WithName(name), G.WithValue(tensor.New(tensor.WithBacking(v))))
	}
	sum, err := G.Add(vector("a", 1, 2), vector("b", 2, 3))
	if err != nil {
		t.Fatal(err)
	}
	m, err := vm.New(g, sum)
	if err != nil {
		t.Fatal(err)
	}
	want := []float32{3, 5}
	for run := range 2 {
		if err := m.RunAll(); err != nil {
			t.Fatal(err)
		}
		if got := sum.Value().Data().([]float32); !slices.Equal(got, want) {
			t.Errorf("run %d: %v, want %v", run, got, want)
		}
	}
	tape := G.NewTapeMachine(g)
	defer tape.Close()
	if err := tape.RunAll(); err != nil {
		t.Fatal(err)
	}
	if got := sum.Value().Data().([]float32); !slices.Equal(got, want) {
		t.Errorf("TapeMachine: %v, want %v", got, want)
	}
}
