package op_test

import (
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/gorgonia-zoo/zoo/internal/golden"
	"github.com/gorgonia-zoo/zoo/internal/op"
	"github.com/gorgonia-zoo/zoo/internal/vm"
)

// An embedded is an embedding with the gradient of its weight, for the upstream
// gradient dy.
type embedded struct{ y, dw *G.Node }

func newEmbedded(t *testing.T, w, dy *tensor.Dense, ids ...int) (e embedded) {
	t.Helper()
	g := G.NewGraph()
	shape := dy.Shape()[:dy.Dims()-1]
	v := tensor.New(tensor.WithShape(shape...), tensor.WithBacking(ids))
	x := G.NewTensor(g, tensor.Int, len(shape), G.WithShape(shape...), G.WithName("ids"), G.WithValue(v))
	weight := input(g, "w", w)
	var err error
	if e.y, err = op.Embedding(x, weight, "embed"); err != nil {
		t.Fatal(err)
	}
	loss := G.Must(G.Sum(G.Must(G.HadamardProd(e.y, input(g, "dy", dy)))))
	grads, err := G.Grad(loss, weight)
	if err != nil {
		t.Fatal(err)
	}
	e.dw = grads[0]
	return e
}

func TestEmbeddingAgreesWithPyTorch(t *testing.T) {
	for _, name := range []string{"embedding", "embedding_flat"} {
		for d, tol := range tolerances {
			t.Run(name+"/"+d.String(), func(t *testing.T) {
				c := golden.Load(t, name)
				e := newEmbedded(t, tensorOf(c, "weight", d), tensorOf(c, "dy", d), c.Ints("ids")...)
				execute(t, e.y, e.dw)
				c.Agree("y", e.y.Value(), tol)
				c.Agree("dweight", e.dw.Value(), tol)
			})
		}
	}
}

// The gradient has the rows of the ids, each once and in order, and what is
// summed up in them.
func TestRowSparse(t *testing.T) {
	w := noise(1, s(6, 2))
	e := newEmbedded(t, w, rows(2, 1, 10, 2, 20, 3, 30, 4, 40), 5, 2, 5, 0)
	execute(t, e.dw)
	v, ok := e.dw.Value().(*op.RowSparse)
	if !ok {
		t.Fatalf("the gradient is a %T", e.dw.Value())
	}
	if want := []int{0, 2, 5}; !slices.Equal(v.Rows(), want) {
		t.Errorf("rows %v, want %v", v.Rows(), want)
	}
	if want := []float32{4, 40, 2, 20, 4, 40}; !slices.Equal(v.Float32s(), want) {
		t.Errorf("they hold %v, want %v", v.Float32s(), want)
	}
	want := []float32{4, 40, 0, 0, 2, 20, 0, 0, 0, 0, 4, 40}
	if d := v.Dense(); !slices.Equal(d.Float32s(), want) || !slices.Equal(d.Shape(), v.Shape()) || !slices.Equal(v.Data().([]float32), want) {
		t.Errorf("the whole matrix is %v, want %v", d, want)
	}
	if v.Size() != 12 || v.Dtype() != tensor.Float32 || v.MemSize() != 4*4*2 || v.Uintptr() == 0 || !slices.Equal(v.Shape(), s(6, 2)) {
		t.Errorf("size %d, type %v, %d bytes, shape %v", v.Size(), v.Dtype(), v.MemSize(), v.Shape())
	}
	if got := fmt.Sprint(v); got != "3 rows of (6, 2)" {
		t.Errorf("is written %q", got)
	}
}

// Runs with other ids re-use the memory, which does not grow with the weight.
func TestRowSparseMemory(t *testing.T) {
	const size, n, units = 5000, 40, 8
	g := G.NewGraph()
	x, w := labels(g, make([]int, n)...), input(g, "w", noise(1, s(size, units)))
	y := G.Must(op.Embedding(x, w, "embed"))
	grads, err := G.Grad(G.Must(op.SquaredError(y, input(g, "target", noise(2, s(n, units))))), w)
	if err != nil {
		t.Fatal(err)
	}
	m, err := vm.New(g, grads...)
	if err != nil {
		t.Fatal(err)
	}
	if m.Bytes() > 4*4*n*units {
		t.Errorf("%d bytes for the gradient of %d ids in %d units", m.Bytes(), n, units)
	}
	ids := x.Value().(*tensor.Dense).Ints()
	step := 0
	run := func() {
		for i := range ids {
			ids[i] = i * step % size
		}
		step++
		if err := m.RunAll(); err != nil {
			t.Fatal(err)
		}
	}
	run()
	value := grads[0].Value()
	if got := testing.AllocsPerRun(20, run); got != 0 {
		t.Errorf("%v allocations a run, want 0", got)
	}
	if grads[0].Value() != value || len(value.(*op.RowSparse).Rows()) != n {
		t.Errorf("after the last run the value is %v", grads[0].Value())
	}
}

// The bits do not depend on the number of threads.
func TestEmbeddingThreads(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	ids := make([]int, 900)
	for i := range ids {
		ids[i] = i * i % 101
	}
	var want [][]float32
	for _, threads := range []int{1, 2, 4} {
		runtime.GOMAXPROCS(threads)
		e := newEmbedded(t, noise(1, s(101, 33)), noise(2, s(30, 30, 33)), ids...)
		execute(t, e.y, e.dw)
		got := [][]float32{floats(t, e.y.Value()), e.dw.Value().(*op.RowSparse).Float32s()}
		if want == nil {
			want = got
		} else if !same(got[0], want[0]) || !same(got[1], want[1]) {
			t.Errorf("%d threads give other bits than 1", threads)
		}
	}
}

func TestEmbeddingIdsOutOfRange(t *testing.T) {
	for _, c := range []struct {
		ids  []int
		want string
	}{
		{[]int{0, 1, 2, 3, 4, 5}, "embedding: embed: id 5 at (2, 1) is none of the embedding's, 0 to 4"},
		{[]int{0, 1, -1, 3, 9, 1}, "embedding: embed: id -1 at (1, 0) is none of the embedding's, 0 to 4"},
		{[]int{1 << 40, 1, 1, 3, 9, 1}, "embedding: embed: id 1099511627776 at (0, 0) is none of the embedding's, 0 to 4"},
	} {
		e := newEmbedded(t, noise(1, s(5, 2)), noise(2, s(3, 2, 2)), c.ids...)
		m, err := vm.New(e.y.Graph(), e.y)
		if err != nil {
			t.Fatal(err)
		}
		if err := m.RunAll(); err == nil || err.Error() != c.want {
			t.Errorf("%v: %v, want %q", c.ids, err, c.want)
		}
	}
}

// The gradient of a weight that something else reads, too, is refused.
func TestEmbeddingSharesNoWeight(t *testing.T) {
	const want = "embed: something else reads its weight, too; give that a weight of its own, as the gradient of an embedding cannot be added to another"
	for name, other := range map[string]func(ids, w *G.Node) (*G.Node, error){
		"two embeddings": func(ids, w *G.Node) (*G.Node, error) { return op.Embedding(ids, w, "embed") },
		"a tied weight": func(_, w *G.Node) (*G.Node, error) {
			return op.Linear(input(w.Graph(), "x", noise(3, s(3, 5))), w, nil)
		},
		"Gorgonia's": func(_, w *G.Node) (*G.Node, error) { return G.Slice(w, G.S(0, 3)) },
	} {
		g := G.NewGraph()
		w, ids := input(g, "w", noise(1, s(3, 5))), labels(g, 2, 0, 2)
		a := G.Must(op.Embedding(ids, w, "embed"))
		b, err := other(ids, w)
		if err != nil {
			t.Fatal(err)
		}
		loss := G.Must(G.Add(G.Must(G.Sum(a)), G.Must(G.Sum(b))))
		if _, err := G.Grad(loss, w); err == nil || !strings.HasSuffix(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v, want %q at its end", name, err, want)
		}
	}
}
