package mnist

import (
	"context"
	"fmt"
	"math"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/pkg/errors"
	"gorgonia.org/tensor"
)

// The facts about MNIST come from its web page (counts), from the first
// digits as printed in many tutorials, and from PyTorch's examples, which
// normalize with the training images' mean 0.1307 and deviation 0.3081.
func TestLoad(t *testing.T) {
	t.Setenv("ZOO_DATA", "")
	s, err := Load(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name string
		x, y *tensor.Dense
		n    int
	}{
		{"train", s.Train.X, s.Train.Y, 55000}, {"valid", s.Valid.X, s.Valid.Y, 5000}, {"test", s.Test.X, s.Test.Y, 10000},
	} {
		if !c.x.Shape().Eq(tensor.Shape{c.n, 28, 28, 1}) || c.x.Dtype() != tensor.Float32 {
			t.Errorf("%s: X is %v of %v", c.name, c.x.Shape(), c.x.Dtype())
		}
		if !c.y.Shape().Eq(tensor.Shape{c.n}) || c.y.Dtype() != tensor.Int {
			t.Errorf("%s: Y is %v of %v", c.name, c.y.Shape(), c.y.Dtype())
		}
	}
	if diff := cmp.Diff([]int{5, 0, 4, 1, 9, 2, 1, 3, 1, 4}, s.Valid.Y.Ints()[:10]); diff != "" {
		t.Errorf("first training labels, which validate (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]int{7, 2, 1, 0, 4, 1, 4, 9, 5, 9}, s.Test.Y.Ints()[:10]); diff != "" {
		t.Errorf("first test labels (-want +got):\n%s", diff)
	}
	var counts [10]int
	for _, d := range s.Test.Y.Ints() {
		counts[d]++
	}
	if diff := cmp.Diff([10]int{980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009}, counts); diff != "" {
		t.Errorf("test digits (-want +got):\n%s", diff)
	}
	for _, p := range s.Train.X.Float32s() {
		if p < 0 || p > 1 {
			t.Fatalf("a pixel is %v", p)
		}
	}
	if mean, deviation := moments(s.Valid.X.Float32s(), s.Train.X.Float32s()); fmt.Sprintf("%.4f %.4f", mean, deviation) != "0.1307 0.3081" {
		t.Errorf("pixels have mean %.4f and deviation %.4f, want 0.1307 and 0.3081", mean, deviation)
	}
	if _, err := os.Stat(s.Origin); err != nil {
		t.Errorf("origin: %v", err)
	}
}

// moments returns the mean and the standard deviation of all numbers.
func moments(parts ...[]float32) (mean, deviation float64) {
	var n, sum, squares float64
	for _, x := range parts {
		for _, p := range x {
			n, sum, squares = n+1, sum+float64(p), squares+float64(p)*float64(p)
		}
	}
	mean = sum / n
	return mean, math.Sqrt(squares/n - mean*mean)
}

// What the table says must be what go.mod requires.
func TestModuleVersion(t *testing.T) {
	b, err := os.ReadFile("../../go.mod")
	if err != nil {
		t.Fatal(err)
	}
	if want := mnist.module + " " + mnist.version; !strings.Contains(string(b), want) {
		t.Errorf("go.mod does not require %s", want)
	}
}

func TestPixelsAndLabels(t *testing.T) {
	s, err := Load(t.Context(), write(t, t.TempDir(), tinyFiles()))
	if err != nil {
		t.Fatal(err)
	}
	if got := s.Train.Y.Ints()[:3]; !cmp.Equal(got, []int{2, 3, 4}) {
		t.Errorf("2 of 24 images validate, so training labels start with 2 3 4 and not %v", got)
	}
	for i, p := range s.Train.X.Float32s() {
		if want := float32(2+i/(28*28)) / 255; p != want {
			t.Fatalf("pixel %d is %v, want %v", i, p, want)
		}
	}
}

func TestValidation(t *testing.T) {
	for n, want := range map[int]int{60000: 5000, 50000: 5000, 10000: 5000, 9999: 833, 6000: 500, 24: 2, 23: 1, 2: 1} {
		if got := validation(n); got != want {
			t.Errorf("%d of %d training images validate, want %d", got, n, want)
		}
	}
}

func TestLoadStopsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, dir := range []string{"", write(t, t.TempDir(), tinyFiles())} {
		if _, err := Load(ctx, dir); !errors.Is(err, context.Canceled) {
			t.Errorf("dir %q: got %v, want a cancelled context", dir, err)
		}
	}
}

func BenchmarkLoad(b *testing.B) {
	for b.Loop() {
		if _, err := Load(b.Context(), ""); err != nil {
			b.Fatal(err)
		}
	}
}

func ExampleLoad() {
	digits, err := Load(context.Background(), "") // finds the files itself
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(digits.Train.Examples(), digits.Valid.Examples(), digits.Test.Examples())
	fmt.Println(digits.Test.X.Shape(), digits.Test.Y.Ints()[:5])
	// Output:
	// 55000 5000 10000
	// (10000, 28, 28, 1) [7 2 1 0 4]
}
