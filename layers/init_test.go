package layers

import (
	"math"
	"math/rand/v2"
	"testing"

	"gorgonia.org/tensor"
)

// moments draws n numbers for a parameter of the given shape.
func moments(f Init, shape tensor.Shape, n int) (mean, deviation, lowest, highest float64) {
	draw := f(shape, rand.New(newStream(1, "test")))
	lowest, highest = math.Inf(1), math.Inf(-1)
	var sum, squares float64
	for range n {
		v := draw()
		sum += v
		squares += v * v
		lowest, highest = min(lowest, v), max(highest, v)
	}
	mean = sum / float64(n)
	return mean, math.Sqrt(squares/float64(n) - mean*mean), lowest, highest
}

// Means and deviations of 200,000 draws are within 1 % of the deviation of what
// the formulas of the papers say; the fans of (20, 30, 5, 5) are 750 in, 500 out.
func TestInit(t *testing.T) {
	const n = 200_000
	third := math.Sqrt(3) // the deviation of a uniform distribution on ±a is a/√3
	shape := tensor.Shape{20, 30, 5, 5}
	for _, c := range []struct {
		name             string
		f                Init
		deviation, bound float64
	}{
		{"uniform", Uniform(0.3), 0.3 / third, 0.3},
		{"normal", Normal(0.5), 0.5, math.Inf(1)},
		// √(1 - 2·2·φ(2)/(2·Φ(2) - 1)), with φ(2) = 0.053991 and Φ(2) = 0.977250
		{"truncated normal", TruncatedNormal(0.1), 0.1 * 0.879626, 0.2},
		{"Glorot uniform", GlorotUniform, math.Sqrt(2.0 / 1250), math.Sqrt(6.0 / 1250)},
		{"Glorot normal", GlorotNormal, math.Sqrt(2.0 / 1250), math.Inf(1)},
		{"He uniform", HeUniform, math.Sqrt(2.0 / 750), math.Sqrt(6.0 / 750)},
		{"He normal", HeNormal, math.Sqrt(2.0 / 750), math.Inf(1)},
	} {
		mean, deviation, lowest, highest := moments(c.f, shape, n)
		if math.Abs(mean) > 0.01*c.deviation || math.Abs(deviation-c.deviation) > 0.01*c.deviation {
			t.Errorf("%s: mean %v, deviation %v, want 0, %v", c.name, mean, deviation, c.deviation)
		}
		if lowest < -c.bound || highest > c.bound {
			t.Errorf("%s: from %v to %v, want ±%v", c.name, lowest, highest, c.bound)
		}
		if !math.IsInf(c.bound, 1) && (lowest > -0.99*c.bound || highest < 0.99*c.bound) {
			t.Errorf("%s: from %v to %v does not reach ±%v", c.name, lowest, highest, c.bound)
		}
		if math.IsInf(c.bound, 1) && highest < 3.5*c.deviation {
			t.Errorf("%s: no draw beyond %v in %d", c.name, highest, n)
		}
	}
	for _, c := range []struct {
		f    Init
		want float64
	}{{Zeros, 0}, {Constant(0.1), 0.1}} {
		if mean, _, lowest, highest := moments(c.f, shape, 10); mean-c.want > 1e-15 || lowest != c.want || highest != c.want {
			t.Errorf("constant %v: from %v to %v", c.want, lowest, highest)
		}
	}
}

// The fans of a matrix (out, in) are its sizes, those of a vector its length.
func TestFans(t *testing.T) {
	for _, c := range []struct {
		shape   tensor.Shape
		in, out float64
	}{{tensor.Shape{500, 784}, 784, 500}, {tensor.Shape{7}, 7, 7}, {tensor.Shape{6, 1, 5, 5}, 25, 150}} {
		if in, out := fans(c.shape); in != c.in || out != c.out {
			t.Errorf("fans of %v are %v, %v, want %v, %v", c.shape, in, out, c.in, c.out)
		}
	}
}

// What a parameter is drawn from depends on the seed and the name alone; seeds and
// names do not stand in for each other.
func TestStreams(t *testing.T) {
	first := func(seed uint64, name string) uint64 { return newStream(seed, name).Uint64() }
	again := first(1, "fc1.weight")
	if v := first(1, "fc1.weight"); v != again {
		t.Errorf("the same seed and name give %d and %d", v, again)
	}
	seen := map[uint64]string{}
	for seed := range uint64(50) {
		for _, name := range []string{"fc1.weight", "fc1.bias", "fc2.weight", "a", "b"} {
			v := first(seed, name)
			if other, ok := seen[v]; ok {
				t.Errorf("seed %d, %s draws what %s draws", seed, name, other)
			}
			seen[v] = name
		}
	}
}
