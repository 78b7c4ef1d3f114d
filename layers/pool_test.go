package layers_test

import (
	"fmt"
	"slices"
	"testing"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/gorgonia-zoo/zoo/internal/gradcheck"
	"github.com/gorgonia-zoo/zoo/internal/vm"
	"github.com/gorgonia-zoo/zoo/layers"
)

// poolings are layers as the harness lists them.
var poolings = []struct {
	name  string
	layer layers.Layer
	x, y  tensor.Shape
}{
	{"max pooling", layers.MaxPool2D{Size: 2}, tensor.Shape{2, 6, 4, 3}, tensor.Shape{2, 3, 2, 3}},
	{"max pooling that leaves a rest", layers.MaxPool2D{Size: 2}, tensor.Shape{2, 5, 7, 9}, tensor.Shape{2, 2, 3, 9}},
	{"max pooling of overlapping windows", layers.MaxPool2D{Size: 3, Stride: 2}, tensor.Shape{2, 7, 5, 3}, tensor.Shape{2, 3, 2, 3}},
	{"max pooling with padding", layers.MaxPool2D{Size: 3, Stride: 2, Pad: 1}, tensor.Shape{2, 5, 6, 3}, tensor.Shape{2, 3, 3, 3}},
	{"max pooling with gaps", layers.MaxPool2D{Size: 1, Stride: 2}, tensor.Shape{2, 5, 4, 3}, tensor.Shape{2, 3, 2, 3}},
	{"max pooling of all", layers.MaxPool2D{Size: 4}, tensor.Shape{2, 4, 4, 3}, tensor.Shape{2, 1, 1, 3}},
	{"max pooling of one pixel", layers.MaxPool2D{Size: 2, Pad: 1}, tensor.Shape{2, 1, 1, 1}, tensor.Shape{2, 1, 1, 1}},
	{"ReLU and max pooling", layers.Sequential{layers.ReLU, layers.MaxPool2D{Size: 2}}, tensor.Shape{2, 4, 6, 3}, tensor.Shape{2, 2, 3, 3}},
	{"max pooling, flatten and dense", layers.Sequential{layers.MaxPool2D{Size: 2}, layers.Tanh, layers.Flatten{}, layers.Dense{Name: "fc", Units: 3}}, tensor.Shape{2, 4, 4, 5}, tensor.Shape{2, 3}},
	{"average pooling", layers.AvgPool2D{Size: 2}, tensor.Shape{2, 6, 4, 3}, tensor.Shape{2, 3, 2, 3}},
	{"average pooling that leaves a rest", layers.AvgPool2D{Size: 2}, tensor.Shape{2, 5, 7, 9}, tensor.Shape{2, 2, 3, 9}},
	{"average pooling with padding", layers.AvgPool2D{Size: 3, Stride: 2, Pad: 1}, tensor.Shape{2, 5, 6, 3}, tensor.Shape{2, 3, 3, 3}},
	{"global average pooling", layers.GlobalAvgPool{}, tensor.Shape{2, 3, 4, 5}, tensor.Shape{2, 5}},
	{"global average pooling and dense", layers.Sequential{layers.GlobalAvgPool{}, layers.Dense{Name: "fc", Units: 3}}, tensor.Shape{2, 3, 4, 5}, tensor.Shape{2, 3}},
	{"max and average pooling side by side", layers.Sum{layers.MaxPool2D{Size: 2}, layers.AvgPool2D{Size: 2}}, tensor.Shape{2, 4, 4, 3}, tensor.Shape{2, 2, 2, 3}},
}

func TestPoolGradients(t *testing.T) {
	for _, c := range poolings {
		t.Run(c.name, func(t *testing.T) { gradcheck.Layer(t, c.layer, c.x...) })
		t.Run(c.name+", batch of 1", func(t *testing.T) {
			one := c.x.Clone()
			one[0] = 1
			gradcheck.Layer(t, c.layer, one...)
		})
	}
}

func TestPoolShapes(t *testing.T) {
	for _, c := range poolings {
		s := layers.NewScope(layers.NewParams(1), layers.Eval)
		y, err := c.layer.Forward(s, s.Input("x", tensor.Float32, c.x...))
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
		} else if !slices.Equal(y.Shape(), c.y) {
			t.Errorf("%s: %v becomes %v, want %v", c.name, c.x, y.Shape(), c.y)
		}
	}
}

// As TestHarnessMachines.
func TestPoolMachines(t *testing.T) {
	if G.CUDA {
		t.Skip("Gorgonia's machine wants a GPU, and kernels that do not come with it")
	}
	for _, c := range poolings {
		t.Run(c.name, func(t *testing.T) {
			f := newFit(t, c.layer, c.x, true)
			ours, err := vm.New(f.graph, f.outs...)
			if err != nil {
				t.Fatal(err)
			}
			first, second := f.run(t, ours), f.run(t, ours)
			tape := G.NewTapeMachine(f.graph)
			defer tape.Close()
			want := f.run(t, tape)
			for i, n := range f.outs {
				if fmt.Sprint(first[i]) != fmt.Sprint(want[i]) || fmt.Sprint(second[i]) != fmt.Sprint(want[i]) {
					t.Errorf("output %d, %v: bits %x, then %x, the TapeMachine's %x", i, n, first[i], second[i], want[i])
				}
			}
		})
	}
}

func TestPoolErrors(t *testing.T) {
	tower := func(l layers.Layer) layers.Layer { return layers.Block{Name: "tower", Layer: l} }
	for _, c := range []struct {
		name, want string
		layer      layers.Layer
		shape      []int
	}{
		{"no size", "max pooling with windows of size 0; at least 1 is needed", layers.MaxPool2D{}, []int{2, 4, 4, 1}},
		{"negative size", "tower: max pooling with windows of size -2; at least 1 is needed", tower(layers.MaxPool2D{Size: -2}), []int{2, 4, 4, 1}},
		{"negative stride", "average pooling with stride -1; at least 1 is needed, or 0 for the window's size", layers.AvgPool2D{Size: 2, Stride: -1}, []int{2, 4, 4, 1}},
		{"negative padding", "max pooling with padding -1; at least 0 is needed", layers.MaxPool2D{Size: 2, Pad: -1}, []int{2, 4, 4, 1}},
		{"much padding", "max pooling with padding 2, more than half of its windows of size 3; at most 1 is possible", layers.MaxPool2D{Size: 3, Pad: 2}, []int{2, 9, 9, 1}},
		{"small images", "tower: max pooling: input (32, 4, 9, 1) is smaller than windows of size 5", tower(layers.MaxPool2D{Size: 5}), []int{32, 4, 9, 1}},
		{"narrow images", "average pooling: input (32, 9, 4, 1) is smaller than windows of size 5", layers.AvgPool2D{Size: 5}, []int{32, 9, 4, 1}},
		{"small images and padding", "max pooling: input (2, 2, 2, 1) with padding 1 is smaller than windows of size 5", layers.MaxPool2D{Size: 5, Pad: 1}, []int{2, 2, 2, 1}},
		{"matrix", "max pooling takes images (N, H, W, C), its input is (2, 16)", layers.MaxPool2D{Size: 2}, []int{2, 16}},
		{"no channels", "average pooling takes images (N, H, W, C), its input is (2, 4, 4)", layers.AvgPool2D{Size: 2}, []int{2, 4, 4}},
		{"global, no channels", "tower: global average pooling takes images (N, H, W, C), its input is (2, 4, 4)", tower(layers.GlobalAvgPool{}), []int{2, 4, 4}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := layers.NewScope(layers.NewParams(1), layers.Train)
			y, err := c.layer.Forward(s, s.Input("x", tensor.Float32, c.shape...))
			if errorText(err) != c.want {
				t.Errorf("%q, want %q", errorText(err), c.want)
			}
			if y != nil {
				t.Errorf("a node, %v, beside the error", y)
			}
		})
	}
}

// Layers without a Name are described by their type.
func TestPoolDescribe(t *testing.T) {
	s := layers.NewScope(layers.NewParams(1), layers.Eval)
	net := layers.Sequential{layers.MaxPool2D{Size: 2}, layers.AvgPool2D{Size: 2}, layers.GlobalAvgPool{}}
	rows, err := layers.Describe(s, net, s.Input("x", tensor.Float32, 1, 8, 8, 3))
	if err != nil {
		t.Fatal(err)
	}
	const want = "[{0 MaxPool2D (1, 4, 4, 3) 0} {0 AvgPool2D (1, 2, 2, 3) 0} {0 GlobalAvgPool (1, 3) 0}]"
	if got := fmt.Sprint(rows); got != want {
		t.Errorf("%s, want %s", got, want)
	}
}
