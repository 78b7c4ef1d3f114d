package data

import (
	"strings"
	"testing"

	"gorgonia.org/tensor"
)

func TestReadSaysWhatIsWrong(t *testing.T) {
	set := numbered(10)
	ints := func(n int) *tensor.Dense { return tensor.New(tensor.WithShape(n), tensor.Of(tensor.Int)) }
	turned := tensor.New(tensor.WithShape(2, 3), tensor.Of(tensor.Float32))
	if err := turned.T(); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name     string
		s        Source
		epoch, i int
		want     string
	}{
		{"large batch", set.Shuffle(70, 1), 0, 0, "batch 70 is larger than the set of 10 examples; use a smaller batch"},
		{"no batch", set.Shuffle(0, 1), 0, 0, "batch size is 0; use 1 or more"},
		{"negative batch", set.Batches(-3), 0, 0, "batch size is -3; use 1 or more"},
		{"behind the end", set.Batches(4), 0, 3, "batch 3 is outside the epoch; it has batches 0 to 2"},
		{"behind the shuffled end", set.Shuffle(4, 1), 0, 2, "batch 2 is outside the epoch; it has batches 0 to 1"},
		{"before the start", set.Shuffle(4, 1), 0, -1, "batch -1 is outside the epoch; it has batches 0 to 1"},
		{"negative epoch", set.Shuffle(4, 1), -1, 0, "epoch -1 is negative; count from 0"},
		{"zero Set", Set{}.Batches(1), 0, 0, "the set has no X; set it"},
		{"no targets", Set{X: set.X}.Batches(1), 0, 0, "the set has no Y; set it"},
		{"empty", set.Slice(5, 5).Batches(1), 0, 0, "the set holds no examples; give it at least one"},
		{"empty, shuffled", set.Slice(5, 5).Shuffle(1, 1), 0, 0, "the set holds no examples; give it at least one"},
		{"counts", Set{set.X, ints(9)}.Batches(1), 0, 0, "the set has 10 examples in X and 9 in Y; give both the same number of rows"},
		{"scalar", Set{set.X, tensor.New(tensor.FromScalar(1))}.Batches(1), 0, 0, "Y is a scalar; give it one row an example"},
		{"type", Set{tensor.New(tensor.WithShape(1), tensor.Of(tensor.Byte)), ints(1)}.Batches(1), 0, 0, "X holds uint8; use float32, float64 or int"},
		{"transposed", Set{turned, ints(3)}.Batches(1), 0, 0, "X is not in row-major order; materialize it first"},
		{"slice of transposed", Set{turned, ints(3)}.Slice(0, 2).Batches(1), 0, 0, "X is not in row-major order; materialize it first"},
	} {
		var b Batch
		err := c.s.Read(c.epoch, c.i, &b)
		if err == nil {
			t.Errorf("%s: no error, want %q", c.name, c.want)
			continue
		}
		if err.Error() != c.want {
			t.Errorf("%s: %q, want %q", c.name, err, c.want)
		}
		if strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %q has several lines", c.name, err)
		}
		if b != (Batch{}) {
			t.Errorf("%s: the batch was touched", c.name)
		}
	}
	for name, s := range map[string]Source{
		"a large batch": set.Shuffle(11, 1), "a batch of 0": set.Shuffle(0, 1), "the zero Set": Set{}.Batches(5),
	} {
		if s.Len() != 0 {
			t.Errorf("%s gives %d batches, want 0", name, s.Len())
		}
	}
}

// A batch keeps its tensors as long as they fit, whichever source fills them.
func TestReadReusesTheBatch(t *testing.T) {
	set := numbered(10)
	var b Batch
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(set.Batches(4).Read(0, 0, &b))
	x, y := b.X, b.Y
	must(set.Batches(4).Read(0, 1, &b))
	must(set.Shuffle(4, 1).Read(0, 1, &b))
	if b.X != x || b.Y != y {
		t.Error("a batch of the same shape got new tensors")
	}
	must(set.Batches(4).Read(0, 2, &b))
	if rows(b.X) != 2 || rows(b.Y) != 2 {
		t.Errorf("the short batch has %d and %d rows, want 2", rows(b.X), rows(b.Y))
	}
	b = Batch{
		X: tensor.New(tensor.WithShape(4, 3, 2), tensor.Of(tensor.Float32)),
		Y: tensor.New(tensor.WithShape(4), tensor.Of(tensor.Float32)),
	}
	must(set.Batches(4).Read(0, 0, &b))
	if !b.X.Shape().Eq(tensor.Shape{4, 2, 3}) || b.Y.Dtype() != tensor.Int {
		t.Errorf("a batch of another kind stayed: X %v, Y of %v", b.X.Shape(), b.Y.Dtype())
	}
}

func TestReadDoesNotAllocate(t *testing.T) {
	set := numbered(100)
	for name, s := range map[string]Source{"Batches": set.Batches(10), "Shuffle": set.Shuffle(10, 1)} {
		var b Batch
		step := 0
		read := func() {
			if err := s.Read(step/10, step%10, &b); err != nil {
				t.Fatal(err)
			}
			step++
		}
		read()
		if n := testing.AllocsPerRun(100, read); n != 0 {
			t.Errorf("%s: %v allocations a Read, want 0", name, n)
		}
	}
}

func BenchmarkRead(b *testing.B) {
	const n = 10000
	set := Set{
		X: tensor.New(tensor.WithShape(n, 28, 28, 1), tensor.Of(tensor.Float32)),
		Y: tensor.New(tensor.WithShape(n), tensor.Of(tensor.Int)),
	}
	for _, c := range []struct {
		name string
		s    Source
	}{{"Batches", set.Batches(100)}, {"Shuffle", set.Shuffle(100, 1)}} {
		b.Run(c.name, func(b *testing.B) {
			var batch Batch
			b.ReportAllocs()
			b.SetBytes(100 * 28 * 28 * 4)
			for i := 0; b.Loop(); i = (i + 1) % c.s.Len() {
				if err := c.s.Read(0, i, &batch); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
