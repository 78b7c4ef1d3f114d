package golden

import (
	"math"
	"strings"
	"testing"

	"gorgonia.org/tensor"
)

func TestAgree(t *testing.T) {
	Agree(t, "equal", []float32{1, -2}, []float64{1, -2}, 0)
	Agree(t, "zeros", []float64{0, 0}, []float64{0, 0}, 0)
	Agree(t, "within, of the largest and not of its own", []float64{0.009, 100}, []float64{0, 100}, 1e-4)

	nan, inf := math.NaN(), math.Inf(1)
	for _, tt := range []struct {
		name, want string
		got, ref   []float64
	}{
		{"beyond", "[0]: got 0.011, want 0; off by 0.00011 of the largest, 100", []float64{0.011, 100}, []float64{0, 100}},
		{"largest of want, not of got", "[1]", []float64{1, 1e9}, []float64{1, 1}},
		{"against zeros", "[1]", []float64{0, 1e-30}, []float64{0, 0}},
		{"length", "1 elements, want 2", []float64{1}, []float64{1, 2}},
		{"empty", "nothing to compare", nil, nil},
		{"NaN got", "[1]: got NaN", []float64{1, nan}, []float64{1, 2}},
		{"NaN wanted", "[1]: got 2, want NaN", []float64{1, 2}, []float64{1, nan}},
		{"NaN in both", "[0]", []float64{nan}, []float64{nan}},
		{"infinity in both", "[0]", []float64{inf}, []float64{inf}},
		{"infinity wanted", "[0]", []float64{1, 1}, []float64{inf, 1}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := failing(t, false, func(t testing.TB) { Agree(t, "y", tt.got, tt.ref, 1e-4) }); !strings.Contains(got, tt.want) {
				t.Errorf("printed %q, want %q in it", got, tt.want)
			}
		})
	}
}

func TestCaseAgree(t *testing.T) {
	c := Load(t, "dense_relu")
	c.Agree("y", c.Float64("y"), 0)
	c.Agree("y", c.Float32("y"), 1e-7)
	c = Load(t, "mse")
	c.Agree("loss", c.Float32("loss"), 1e-7)

	turned := c.Float64("y")
	if err := turned.T(); err != nil {
		t.Fatal(err)
	}
	if err := turned.Transpose(); err != nil { // rows and columns change places in memory …
		t.Fatal(err)
	}
	if err := turned.T(); err != nil { // … and back again in this view
		t.Fatal(err)
	}
	c.Agree("y", turned, 0)

	noise := func(change func(x []float32)) *tensor.Dense {
		x := Noise(1, 5000)
		change(x)
		return tensor.New(tensor.WithBacking(x))
	}
	for _, tt := range []struct {
		name, want, key string
		got             Value
	}{
		{"shape", "mse: y: shape (11, 7), want [7 11]", "y", tensor.New(tensor.WithShape(11, 7), tensor.WithBacking(make([]float64, 77)))},
		{"type", "is not float32 or float64", "y", tensor.New(tensor.WithShape(7, 11), tensor.WithBacking(make([]int, 77)))},
		{"value", "off by", "y", tensor.New(tensor.WithShape(7, 11), tensor.WithBacking(make([]float64, 77)))},
		{"sample", "noise: key1, sampled[0]", "key1", noise(func(x []float32) { x[0] = 3 })},
		{"sum between the samples", "noise: key1, sum", "key1", noise(func(x []float32) { x[1] += 1 })},
		{"sum of absolutes between the samples", "noise: key1, sum", "key1", noise(func(x []float32) { x[1] += 1; x[2] -= 1 })},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := failing(t, false, func(t testing.TB) {
				name := "mse"
				if strings.HasPrefix(tt.key, "key") {
					name = "noise"
				}
				Load(t, name).Agree(tt.key, tt.got, 1e-5)
			})
			if !strings.Contains(got, tt.want) {
				t.Errorf("printed %q, want %q in it", got, tt.want)
			}
		})
	}
}
