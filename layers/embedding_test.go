package layers_test

import (
	"fmt"
	"slices"
	"testing"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/gorgonia-zoo/zoo/internal/vm"
	"github.com/gorgonia-zoo/zoo/layers"
)

func ExampleEmbedding() {
	s := layers.NewScope(layers.NewParams(1), layers.Train)
	x := s.Input("x", tensor.Int, 35, 20) // 35 steps of 20 sequences
	y, err := layers.Embedding{Name: "embed", Size: 10_000, Units: 200}.Forward(s, x)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(x.Shape(), "becomes", y.Shape())
	for _, p := range s.Trained() {
		fmt.Println(p.Name, p.Value.Shape())
	}
	// Output:
	// (35, 20) becomes (35, 20, 200)
	// embed.weight (10000, 200)
}

// Each id gives its row, in evaluation as in training.
func TestEmbeddingForward(t *testing.T) {
	for _, mode := range []layers.Mode{layers.Eval, layers.Train} {
		s := layers.NewScope(layers.NewParams(1), mode)
		x := s.Input("x", tensor.Int, 2, 3)
		y, err := layers.Embedding{Name: "embed", Size: 4, Units: 2, Init: values(0, 1, 10, 11, 20, 21, 30, 31)}.Forward(s, x)
		if err != nil {
			t.Fatal(err)
		}
		m, err := vm.New(s.Graph(), y)
		if err != nil {
			t.Fatal(err)
		}
		let(t, x, tensor.New(tensor.WithShape(2, 3), tensor.WithBacking([]int{3, 0, 1, 1, 2, 3})))
		if err := m.RunAll(); err != nil {
			t.Fatal(err)
		}
		want := []float32{30, 31, 0, 1, 10, 11, 10, 11, 20, 21, 30, 31}
		if got := y.Value().(*tensor.Dense); !slices.Equal(got.Float32s(), want) || !slices.Equal(got.Shape(), tensor.Shape{2, 3, 2}) {
			t.Errorf("mode %v: %v, want %v", mode, got.Float32s(), want)
		}
	}
}

func TestEmbeddingErrors(t *testing.T) {
	embed := layers.Embedding{Name: "embed", Size: 10, Units: 4}
	for _, c := range []struct {
		want  string
		layer layers.Layer
		dtype tensor.Dtype
		shape []int
	}{
		{"embed: embedding takes int ids (N) or (T, N), its input is float32 (3, 2)", embed, tensor.Float32, []int{3, 2}},
		{"tower.embed: embedding takes int ids (N) or (T, N), its input is int32 (3, 2)", layers.Block{Name: "tower", Layer: embed}, tensor.Int32, []int{3, 2}},
		{"embed: embedding takes int ids (N) or (T, N), its input is int (3, 2, 1)", embed, tensor.Int, []int{3, 2, 1}},
		{"embed: embedding of 0 ids in 4 units; at least 1 of each is needed", layers.Embedding{Name: "embed", Units: 4}, tensor.Int, []int{3}},
		{"embed: embedding of 10 ids in 0 units; at least 1 of each is needed", layers.Embedding{Name: "embed", Size: 10}, tensor.Int, []int{3}},
		{"embed: embedding of -1 ids in 4 units; at least 1 of each is needed", layers.Embedding{Name: "embed", Size: -1, Units: 4}, tensor.Int, []int{3}},
		{"weight: the layer that declares it has no Name", layers.Embedding{Size: 10, Units: 4}, tensor.Int, []int{3}},
		{"embed.weight is declared twice; give each layer its own Name", twice{embed}, tensor.Int, []int{3}},
	} {
		s := layers.NewScope(layers.NewParams(1), layers.Train)
		if _, err := c.layer.Forward(s, s.Input("x", c.dtype, c.shape...)); errorText(err) != c.want {
			t.Errorf("%v, want %q", err, c.want)
		}
	}
}

// twice applies a layer to the same input again.
type twice struct{ layers.Layer }

func (l twice) Forward(s *layers.Scope, x *G.Node) (*G.Node, error) {
	if _, err := l.Layer.Forward(s, x); err != nil {
		return nil, err
	}
	return l.Layer.Forward(s, x)
}
