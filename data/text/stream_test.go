package text

import (
	"slices"
	"testing"

	"gorgonia.org/tensor"
	"pgregory.net/rapid"

	"github.com/gorgonia-zoo/zoo/data"
)

// count returns the words 0 to n-1, of which each is its own position.
func count(n int) []int {
	words := make([]int, n)
	for i := range words {
		words[i] = i
	}
	return words
}

// readRows reads a batch, checks its shapes, and returns X and Y by row.
func readRows(t rapid.TB, s data.Source, i, steps, rows int) (x, y [][]int) {
	t.Helper()
	var b data.Batch
	if err := s.Read(0, i, &b); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(b.X.Shape(), tensor.Shape{steps, rows}) || !slices.Equal(b.Y.Shape(), tensor.Shape{steps * rows}) ||
		b.X.Dtype() != tensor.Int || b.Y.Dtype() != tensor.Int {
		t.Fatalf("batch %d: X %v %v, Y %v %v, want (%d, %d) and (%d) of int", i, b.X.Shape(), b.X.Dtype(), b.Y.Shape(), b.Y.Dtype(), steps, rows, steps*rows)
	}
	x, y = make([][]int, rows), make([][]int, rows)
	for k := range steps * rows {
		n := k % rows
		x[n], y[n] = append(x[n], b.X.Ints()[k]), append(y[n], b.Y.Ints()[k])
	}
	return x, y
}

// Row n of batch i is words n·⌊len/N⌋ + i·T and on, as in TensorFlow's
// ptb_producer.
func TestStream(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(2, 200).Draw(t, "words")
		rows := rapid.IntRange(1, n/2).Draw(t, "N")
		steps := rapid.IntRange(1, n/rows-1).Draw(t, "T")
		s := Stream(count(n), rows, steps)
		if want := (n/rows - 1) / steps; s.Len() != want {
			t.Fatalf("%d batches, want %d", s.Len(), want)
		}
		for _, i := range rapid.Permutation(count(s.Len())).Draw(t, "reads") {
			x, y := readRows(t, s, i, steps, rows)
			for r := range rows {
				at := r*(n/rows) + i*steps
				if want := count(n)[at : at+steps+1]; !slices.Equal(x[r], want[:steps]) || !slices.Equal(y[r], want[1:]) {
					t.Fatalf("batch %d, row %d: X %v, Y %v, want %v", i, r, x[r], y[r], want)
				}
			}
		}
	})
}

// All windows together predict every word but the first, once and in order.
func TestWindows(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(2, 100).Draw(t, "words")
		steps := rapid.IntRange(1, 120).Draw(t, "T")
		s := Windows(count(n), steps)
		var x, y []int
		for i := range s.Len() {
			size := min(steps, n-1-len(x))
			rowX, rowY := readRows(t, s, i, size, 1)
			x, y = append(x, rowX[0]...), append(y, rowY[0]...)
		}
		if !slices.Equal(x, count(n)[:n-1]) || !slices.Equal(y, count(n)[1:]) {
			t.Fatalf("X %v, Y %v", x, y)
		}
	})
}

func TestStreamErrors(t *testing.T) {
	for _, c := range []struct {
		s    data.Source
		want string
	}{
		{Stream(count(7), 20, 5), "batch 20 is larger than the text of 7 words; use a smaller batch"},
		{Stream(count(100), 20, 5), "batch 20 leaves rows of 5 words of a text of 100, too short for 5 steps; use a smaller batch or fewer steps"},
		{Stream(count(7), 7, 1), "batch 7 leaves rows of 1 words of a text of 7, too short for 1 steps; "},
		{Stream(count(9), 0, 5), "batch size is 0; use 1 or more"},
		{Stream(count(9), 2, -1), "-1 steps; use 1 or more"},
		{Stream(nil, 1, 1), "the text has 0 words; give it at least 2, one to predict the other from"},
		{Windows(count(1), 10), "the text has 1 words; give it at least 2"},
		{Windows(count(9), 0), "0 steps; use 1 or more"},
	} {
		if c.s.Len() != 0 {
			t.Errorf("%d batches, want none: %s", c.s.Len(), c.want)
		}
		says(t, c.s.Read(0, 0, &data.Batch{}), c.want)
	}
	s := Stream(count(101), 10, 3)
	for _, c := range []struct {
		epoch, i int
		want     string
	}{
		{0, 3, "batch 3 is outside the epoch; it has batches 0 to 2"},
		{0, -1, "batch -1 is outside the epoch; "},
		{-1, 0, "epoch -1 is negative; count from 0"},
	} {
		var b data.Batch
		says(t, s.Read(c.epoch, c.i, &b), c.want)
		if b != (data.Batch{}) {
			t.Error("the batch was touched")
		}
	}
}

func TestReadReusesTheBatch(t *testing.T) {
	words := count(1000)
	for name, s := range map[string]data.Source{"Stream": Stream(words, 20, 5), "Windows": Windows(words, 37), "one step": Stream(words, 1, 1)} {
		var b data.Batch
		step := 0
		read := func() {
			if err := s.Read(step/8, step%8, &b); err != nil {
				t.Fatal(err)
			}
			step++
		}
		read()
		x, y := b.X, b.Y
		if n := testing.AllocsPerRun(100, read); n != 0 || b.X != x || b.Y != y {
			t.Errorf("%s: %v allocations a Read, or new tensors", name, n)
		}
	}
	b := data.Batch{X: tensor.New(tensor.WithShape(5, 20), tensor.Of(tensor.Float32)), Y: tensor.New(tensor.WithShape(100, 1), tensor.Of(tensor.Int))}
	if err := Stream(words, 20, 5).Read(0, 0, &b); err != nil || b.X.Dtype() != tensor.Int || b.Y.Dims() != 1 {
		t.Errorf("a batch of another kind stayed: %v, X of %v, Y %v", err, b.X.Dtype(), b.Y.Shape())
	}
}

func BenchmarkStream(b *testing.B) {
	s := Stream(count(1_000_000), 20, 35)
	var batch data.Batch
	b.ReportAllocs()
	for i := 0; b.Loop(); i = (i + 1) % s.Len() {
		if err := s.Read(0, i, &batch); err != nil {
			b.Fatal(err)
		}
	}
}
