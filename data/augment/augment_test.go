package augment_test

import (
	"math"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gorgonia.org/tensor"

	"github.com/gorgonia-zoo/zoo/data"
	"github.com/gorgonia-zoo/zoo/data/augment"
)

// dots returns n images of 21 by 21 pixels with a dot of 9 pixels in the middle, and labels 0 to n-1.
func dots(n int) data.Set {
	const side = 21
	x, y := make([]float32, n*side*side), make([]int, n)
	for i := range n {
		y[i] = i
		for r := 9; r < 12; r++ {
			for c := 9; c < 12; c++ {
				x[(i*side+r)*side+c] = 1
			}
		}
	}
	return data.Set{
		X: tensor.New(tensor.WithShape(n, side, side, 1), tensor.WithBacking(x)),
		Y: tensor.New(tensor.WithShape(n), tensor.WithBacking(y)),
	}
}

func read(t *testing.T, src data.Source, epoch, i int) data.Batch {
	t.Helper()
	var b data.Batch
	if err := src.Read(epoch, i, &b); err != nil {
		t.Fatal(err)
	}
	return b
}

// all returns the pixels of an epoch.
func all(t *testing.T, src data.Source, epoch int) []float32 {
	t.Helper()
	var x []float32
	for i := range src.Len() {
		x = append(x, read(t, src, epoch, i).X.Float32s()...)
	}
	return x
}

func TestZeroIsIdentity(t *testing.T) {
	set := dots(4)
	src := augment.Affine{Seed: 5}.Wrap(set.Batches(4))
	if !slices.Equal(all(t, src, 0), set.X.Float32s()) {
		t.Error("the zero Affine changes pixels")
	}
}

func TestLabelsAndSetStay(t *testing.T) {
	set := dots(10)
	before := slices.Clone(set.X.Float32s())
	b := read(t, augment.Affine{Shift: 3, Rotate: 20, Scale: 0.2}.Wrap(set.Batches(10)), 0, 0)
	if diff := cmp.Diff(set.Y.Ints(), b.Y.Ints()); diff != "" {
		t.Errorf("labels (-want +got):\n%s", diff)
	}
	if !slices.Equal(before, set.X.Float32s()) {
		t.Error("the set has changed")
	}
	if slices.Equal(before, b.X.Float32s()) {
		t.Error("the batch has not")
	}
}

// An example's motion depends on its position alone: here on batches of 1 to 10, read in any order.
func TestDrawnByPosition(t *testing.T) {
	set := dots(10)
	a := augment.Affine{Shift: 3, Rotate: 20, Scale: 0.2, Seed: 7}
	want := all(t, a.Wrap(set.Batches(10)), 3)
	for _, size := range []int{1, 3, 4, 9} {
		if !slices.Equal(all(t, a.Wrap(set.Batches(size)), 3), want) {
			t.Errorf("batches of %d give other images", size)
		}
		src := a.Wrap(set.Batches(size))
		last := src.Len() - 1
		got := read(t, src, 3, last).X.Float32s() // a resumed run may start with the short one
		if !slices.Equal(got, want[last*size*21*21:]) {
			t.Errorf("the last batch of %d, read first, gives other images", size)
		}
	}
	for name, other := range map[string][]float32{
		"epoch": all(t, a.Wrap(set.Batches(10)), 4),
		"seed":  all(t, augment.Affine{Shift: 3, Rotate: 20, Scale: 0.2, Seed: 8}.Wrap(set.Batches(10)), 3),
	} {
		if slices.Equal(other, want) {
			t.Errorf("another %s gives the same images", name)
		}
	}
}

func TestGoroutines(t *testing.T) {
	set := dots(40)
	a := augment.Affine{Shift: 3, Rotate: 20, Scale: 0.2}
	want := all(t, a.Wrap(set.Batches(7)), 0)
	src := a.Wrap(set.Batches(7))
	got := make([][]float32, src.Len())
	var wg sync.WaitGroup
	for i := range got {
		wg.Go(func() { got[i] = read(t, src, 0, i).X.Float32s() })
	}
	wg.Wait()
	if !slices.Equal(slices.Concat(got...), want) {
		t.Error("images differ when goroutines share the source")
	}
}

// The dot's centre of mass moves as far as the shift says, evenly to all sides, and it keeps its mass; a scale of up to
// 20 % changes the mass by the factor's square: 1 + 0.2²/3 on average.
func TestStatistics(t *testing.T) {
	const n, most = 4000, 5.0
	set := dots(n)
	moments := func(a augment.Affine) (mass, right, down, spread, extreme float64) {
		x := all(t, a.Wrap(set.Batches(100)), 0)
		for i := range n {
			var m, sx, sy float64
			for k, p := range x[i*21*21 : (i+1)*21*21] {
				m, sx, sy = m+float64(p), sx+float64(p)*float64(k%21-10), sy+float64(p)*float64(k/21-10)
			}
			sx, sy = sx/m, sy/m
			mass, right, down, spread = mass+m/9/n, right+sx/n, down+sy/n, spread+(sx*sx+sy*sy)/2/n
			extreme = max(extreme, math.Abs(sx), math.Abs(sy))
		}
		return mass, right, down, spread, extreme
	}
	mass, right, down, spread, extreme := moments(augment.Affine{Shift: most, Seed: 1})
	deviation := most / math.Sqrt(3) // of an even distribution
	if limit := 4 * deviation / math.Sqrt(n); math.Abs(right) > limit || math.Abs(down) > limit {
		t.Errorf("mean shift (%v, %v), want 0 within %v", right, down, limit)
	}
	if math.Abs(spread/(deviation*deviation)-1) > 0.05 || extreme > most+1e-5 || extreme < most-0.05 {
		t.Errorf("variance %v and largest shift %v, want %v and %v", spread, extreme, deviation*deviation, most)
	}
	if math.Abs(mass-1) > 1e-5 {
		t.Errorf("a shift changes the mass to %v", mass)
	}
	mass, _, _, _, extreme = moments(augment.Affine{Scale: 0.2, Rotate: 180, Seed: 1})
	if math.Abs(mass-1-0.04/3) > 0.02 || extreme > 0.1 {
		t.Errorf("scaled and rotated, mass %v and largest shift %v, want %v and 0", mass, extreme, 1+0.04/3)
	}
}

func TestErrors(t *testing.T) {
	shape := func(of tensor.Dtype, dims ...int) data.Set {
		return data.Set{X: tensor.New(tensor.Of(of), tensor.WithShape(dims...)), Y: tensor.New(tensor.Of(tensor.Int), tensor.WithShape(dims[0]))}
	}
	for _, tt := range []struct {
		name string
		a    augment.Affine
		set  data.Set
		want string
	}{
		{"rank", augment.Affine{Shift: 1}, shape(tensor.Float32, 4, 784), "augment: X has shape (4, 784); give it images (N, H, W, C)"},
		{"type", augment.Affine{Shift: 1}, shape(tensor.Float64, 4, 5, 5, 1), "augment: X holds float64; use float32"},
		{"shift", augment.Affine{Shift: -1}, dots(4), "augment: shift is -1; use 0 to 1e6 pixels"},
		{"rotate", augment.Affine{Rotate: math.NaN()}, dots(4), "augment: rotate is NaN; use 0 to 180 degrees"},
		{"scale", augment.Affine{Scale: 1}, dots(4), "augment: scale is 1; use a share from 0 to 0.9"},
		{"source", augment.Affine{Shift: 1}, data.Set{}, "the set has no X"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var b data.Batch
			err := tt.a.Wrap(tt.set.Batches(4)).Read(0, 0, &b)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %q", err, tt.want)
			}
		})
	}
	if n := (augment.Affine{Scale: 2}).Wrap(dots(4).Batches(4)).Len(); n != 0 {
		t.Errorf("%d batches, want none", n)
	}
}

func TestNoAllocations(t *testing.T) {
	src := augment.Affine{Shift: 2, Rotate: 10, Scale: 0.1}.Wrap(dots(20).Shuffle(5, 1))
	b := read(t, src, 0, 0)
	i := 0
	if n := testing.AllocsPerRun(20, func() {
		if err := src.Read(0, i%4, &b); err != nil {
			t.Fatal(err)
		}
		i++
	}); n != 0 {
		t.Errorf("%v allocations a Read, want 0", n)
	}
}

// BenchmarkRead moves 100 images of 28 by 28 pixels.
func BenchmarkRead(b *testing.B) {
	set := data.Set{X: tensor.New(tensor.Of(tensor.Float32), tensor.WithShape(1000, 28, 28, 1)), Y: tensor.New(tensor.Of(tensor.Int), tensor.WithShape(1000))}
	for i := range set.X.Float32s() {
		set.X.Float32s()[i] = float32(i%97) / 97
	}
	src := augment.Affine{Shift: 2, Rotate: 10, Scale: 0.1}.Wrap(set.Shuffle(100, 1))
	var batch data.Batch
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		if err := src.Read(0, i%src.Len(), &batch); err != nil {
			b.Fatal(err)
		}
		i++
	}
}
