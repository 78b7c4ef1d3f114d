package data

import (
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gorgonia.org/tensor"
	"pgregory.net/rapid"
)

// numbered returns n examples of shape (2, 3): example k holds 6k … 6k+5 and
// is labelled k.
func numbered(n int) Set {
	x, y := make([]float32, 6*n), make([]int, n)
	for i := range x {
		x[i] = float32(i)
	}
	for i := range y {
		y[i] = i
	}
	return Set{
		X: tensor.New(tensor.WithShape(n, 2, 3), tensor.WithBacking(x)),
		Y: tensor.New(tensor.WithShape(n), tensor.WithBacking(y)),
	}
}

// read reads a batch of numbered examples, checks that each is whole and in
// the row of its label, and returns the labels.
func read(t rapid.TB, s Source, epoch, i int) []int {
	t.Helper()
	var b Batch
	if err := s.Read(epoch, i, &b); err != nil {
		t.Fatal(err)
	}
	n := rows(b.Y)
	if want := (tensor.Shape{n, 2, 3}); !b.X.Shape().Eq(want) {
		t.Fatalf("X has shape %v, want %v", b.X.Shape(), want)
	}
	x, y := b.X.Float32s(), b.Y.Ints()
	for row, label := range y {
		for j, got := range x[6*row : 6*row+6] {
			if want := float32(6*label + j); got != want {
				t.Fatalf("row %d labelled %d: element %d is %v, want %v", row, label, j, got, want)
			}
		}
	}
	return y
}

func TestBatchesCoverTheSetInOrder(t *testing.T) {
	s := numbered(7).Batches(3)
	want := [][]int{{0, 1, 2}, {3, 4, 5}, {6}}
	for epoch := range 2 {
		var got [][]int
		for i := range s.Len() {
			got = append(got, read(t, s, epoch, i))
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("epoch %d (-want +got):\n%s", epoch, diff)
		}
	}
	if n := numbered(6).Batches(3).Len(); n != 2 {
		t.Errorf("6 examples make %d batches of 3, want 2", n)
	}
	if got := read(t, numbered(2).Batches(100), 0, 0); len(got) != 2 {
		t.Errorf("2 examples make a first batch of %d, want 2", len(got))
	}
}

// An epoch deals ⌊n/size⌋ full batches in which no example comes twice, and
// what a position holds does not depend on what was read before.
func TestShuffle(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 60).Draw(t, "n")
		size := rapid.IntRange(1, n).Draw(t, "size")
		seed := rapid.Uint64().Draw(t, "seed")
		epoch := rapid.IntRange(0, 1000).Draw(t, "epoch")
		s := numbered(n).Shuffle(size, seed)
		if s.Len() != n/size {
			t.Fatalf("%d batches, want %d", s.Len(), n/size)
		}
		order := make([]int, n)
		permute(order, seed, epoch)
		seen := make(map[int]bool)
		for _, i := range rapid.Permutation(indices(s.Len())).Draw(t, "reads") {
			got := read(t, s, epoch, i)
			if diff := cmp.Diff(order[i*size:(i+1)*size], got); diff != "" {
				t.Fatalf("batch %d (-want +got):\n%s", i, diff)
			}
			for _, label := range got {
				if seen[label] || label >= n {
					t.Fatalf("example %d is dealt twice or does not exist", label)
				}
				seen[label] = true
			}
			read(t, s, epoch+i%2+1, 0) // another epoch in between
		}
	})
}

func indices(n int) []int {
	s := make([]int, n)
	for i := range s {
		s[i] = i
	}
	return s
}

func TestShuffleDiffersBySeedAndEpoch(t *testing.T) {
	set := numbered(50)
	first := read(t, set.Shuffle(50, 1), 0, 0)
	if other := read(t, set.Shuffle(50, 1), 1, 0); cmp.Equal(first, other) {
		t.Error("epochs 0 and 1 have the same order")
	}
	if other := read(t, set.Shuffle(50, 2), 0, 0); cmp.Equal(first, other) {
		t.Error("seeds 1 and 2 have the same order")
	}
}

func TestShuffleIsSafeForGoroutines(t *testing.T) {
	s := numbered(64).Shuffle(16, 1)
	var want [2][]int
	for epoch := range want {
		want[epoch] = read(t, numbered(64).Shuffle(16, 1), epoch, 3)
	}
	var wg sync.WaitGroup
	for g := range 4 {
		wg.Go(func() {
			var b Batch
			for range 200 {
				if err := s.Read(g%2, 3, &b); err != nil {
					t.Error(err)
					return
				}
				if !cmp.Equal(want[g%2], b.Y.Ints()) {
					t.Errorf("epoch %d: got %v, want %v", g%2, b.Y.Ints(), want[g%2])
					return
				}
			}
		})
	}
	wg.Wait()
}

func TestElementTypes(t *testing.T) {
	set := Set{
		X: tensor.New(tensor.WithShape(3, 2), tensor.WithBacking([]int{0, 1, 2, 3, 4, 5})),
		Y: tensor.New(tensor.WithShape(3, 1), tensor.WithBacking([]float64{0, 1, 2})),
	}
	for name, s := range map[string]Source{
		"Batches": set.Batches(1), "Shuffle": set.Shuffle(1, 1), "Slice": set.Slice(1, 3).Batches(1),
	} {
		for i := range s.Len() {
			var b Batch
			if err := s.Read(0, i, &b); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if !b.X.Shape().Eq(tensor.Shape{1, 2}) || !b.Y.Shape().Eq(tensor.Shape{1, 1}) {
				t.Fatalf("%s: shapes %v and %v", name, b.X.Shape(), b.Y.Shape())
			}
			if x, y := b.X.Ints(), b.Y.Float64s(); x[0] != 2*int(y[0]) || x[1] != x[0]+1 {
				t.Errorf("%s: row %v has target %v", name, x, y)
			}
		}
	}
}

func TestSlice(t *testing.T) {
	set := numbered(10)
	for _, c := range []struct{ lo, hi, first, n int }{
		{0, 10, 0, 10}, {3, 7, 3, 4}, {9, 10, 9, 1}, {-5, 2, 0, 2}, {8, 99, 8, 2}, {4, 4, 0, 0}, {7, 3, 0, 0}, {20, 30, 0, 0},
	} {
		part := set.Slice(c.lo, c.hi)
		if part.Examples() != c.n || rows(part.Y) != c.n {
			t.Errorf("Slice(%d, %d) has %d examples, want %d", c.lo, c.hi, part.Examples(), c.n)
			continue
		}
		if c.n > 0 {
			if got := read(t, part.Batches(c.n), 0, 0); got[0] != c.first {
				t.Errorf("Slice(%d, %d) starts with example %d, want %d", c.lo, c.hi, got[0], c.first)
			}
		}
	}
	set.Slice(2, 4).Y.Ints()[1] = 77
	if got := set.Y.Ints()[3]; got != 77 {
		t.Errorf("example 3 is labelled %d, want the 77 written through a slice", got)
	}
	if n := (Set{}).Slice(0, 5).Examples(); n != 0 {
		t.Errorf("a slice of the zero Set has %d examples", n)
	}
}
