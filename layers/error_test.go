package layers_test

import (
	"testing"

	"github.com/pkg/errors"
	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/gorgonia-zoo/zoo/layers"
)

// absent returns neither a node nor an error.
type absent struct{ Name string }

func (absent) Forward(*layers.Scope, *G.Node) (*G.Node, error) { return nil, nil }

// sized declares a parameter of any shape.
type sized []int

func (l sized) Forward(s *layers.Scope, x *G.Node) (*G.Node, error) {
	return s.Sub("sized").Param("weight", layers.Zeros, l...)
}

func TestErrors(t *testing.T) {
	dense := func(name string, units int) layers.Dense { return layers.Dense{Name: name, Units: units} }
	for _, c := range []struct {
		name, want string
		layer      layers.Layer
		shape      []int
	}{
		{"rank 4", "fc1: dense takes (N, in) or (T, N, in), its input is (2, 28, 28, 1); put a Flatten before it", dense("fc1", 5), []int{2, 28, 28, 1}},
		{"rank 1", "fc1: dense takes (N, in), its input is (4); one example is (1, 4)", dense("fc1", 5), []int{4}},
		{"rank 0", "fc1: dense takes (N, in) or (T, N, in), its input is (); put a Flatten before it", dense("fc1", 5), nil},
		{"conv of a matrix", "conv1: conv2d: takes images (N, H, W, C), its input is (2, 4)", layers.Conv2D{Name: "conv1", Filters: 3, Kernel: 3}, []int{2, 4}},
		{"kernel too large", "conv1: conv2d: input (2, 4, 9, 1) with pad 1 is smaller than kernel 7; use a smaller kernel or pad more", layers.Conv2D{Name: "conv1", Filters: 3, Kernel: 7, Pad: 1}, []int{2, 4, 9, 1}},
		{"no filters", "conv1: conv2d: has 0 filters of size 3; at least 1 of 1 is needed", layers.Conv2D{Name: "conv1", Kernel: 3}, []int{2, 4, 4, 1}},
		{"negative stride", "conv1: conv2d: has stride -1, dilation 1, groups 1, pad 0; none may be negative", layers.Conv2D{Name: "conv1", Filters: 3, Kernel: 3, Stride: -1}, []int{2, 4, 4, 1}},
		{"groups", "conv1: conv2d: has 2 groups, which do not divide 3 channels and 4 filters", layers.Conv2D{Name: "conv1", Filters: 4, Kernel: 3, Groups: 2}, []int{2, 4, 4, 3}},
		{"same and pad", "conv1: conv2d: has Same and Pad 1; leave one out", layers.Conv2D{Name: "conv1", Filters: 4, Kernel: 3, Same: true, Pad: 1}, []int{2, 4, 4, 3}},
		{"nil pointer", "a layer is nil", layers.Sequential{(*layers.Dense)(nil)}, []int{2, 4}},
		{"no units", "fc1: dense with 0 units; at least 1 is needed", layers.Dense{Name: "fc1"}, []int{2, 4}},
		{"negative units", "fc1: dense with -3 units; at least 1 is needed", dense("fc1", -3), []int{2, 4}},
		{"no units in a block", "tower.fc1: dense with 0 units; at least 1 is needed", layers.Block{Name: "tower", Layer: dense("fc1", 0)}, []int{2, 4}},
		{"no name", "weight: the layer that declares it has no Name", layers.Dense{Units: 5}, []int{2, 4}},
		{"no name and no units", "dense with 0 units; at least 1 is needed", layers.Dense{}, []int{2, 4}},
		{
			"name declared twice", "fc1.weight is declared twice; give each layer its own Name",
			layers.Sequential{dense("fc1", 5), layers.ReLU, dense("fc1", 5)},
			[]int{2, 4},
		},
		{
			"name declared twice in a block", "tower.fc1.weight is declared twice; give each layer its own Name",
			layers.Block{Name: "tower", Layer: layers.Sum{dense("fc1", 5), dense("fc1", 5)}},
			[]int{2, 4},
		},
		{
			"block declared twice", "tower.fc1.weight is declared twice; give each layer its own Name",
			layers.Sum{layers.Block{Name: "tower", Layer: dense("fc1", 5)}, layers.Block{Name: "tower", Layer: dense("fc1", 5)}},
			[]int{2, 4},
		},
		{"terms of different shapes", "sum: term 2 has shape (2, 6), those before it (2, 5)", layers.Sum{dense("a", 5), dense("b", 6)}, []int{2, 4}},
		{
			"third term in a block", "tower: sum: term 3 has shape (2, 4), those before it (2, 5)",
			layers.Block{Name: "tower", Layer: layers.Sum{dense("a", 5), dense("b", 5), layers.Sequential{}}},
			[]int{2, 4},
		},
		{"a vector and a column", "sum: term 2 has shape (3, 1), those before it (3)", layers.Sum{layers.Sequential{}, layers.Flatten{}}, []int{3}},
		{"terms of different rank", "sum: term 2 has shape (2, 12), those before it (2, 3, 4)", layers.Sum{layers.ReLU, layers.Flatten{}}, []int{2, 3, 4}},
		{"empty sum", "sum: no layers to add", layers.Sum{}, []int{2, 4}},
		{"empty sum in a block", "tower: sum: no layers to add", layers.Block{Name: "tower", Layer: layers.Sum{}}, []int{2, 4}},
		{"nil in a sequence", "a layer is nil", layers.Sequential{layers.ReLU, nil}, []int{2, 4}},
		{"nil in a sum", "a layer is nil", layers.Sum{nil}, []int{2, 4}},
		{"nil in a block's sequence", "tower: a layer is nil", layers.Block{Name: "tower", Layer: layers.Sequential{nil}}, []int{2, 4}},
		{"block without a layer", "tower: the block has no layer", layers.Block{Name: "tower"}, []int{2, 4}},
		{"block in a block without a layer", "a.b: the block has no layer", layers.Block{Name: "a", Layer: layers.Block{Name: "b"}}, []int{2, 4}},
		{"empty block", "the block has no layer", layers.Block{}, []int{2, 4}},
		{"no result", "absent x returned neither a node nor an error", layers.Sequential{absent{"x"}}, []int{2, 4}},
		{"no result in a block", "tower: absent x returned neither a node nor an error", layers.Block{Name: "tower", Layer: absent{"x"}}, []int{2, 4}},
		{"softmax of images", "tower: softmax takes (N, classes), its input is (2, 3, 4); put a Flatten before it", layers.Block{Name: "tower", Layer: layers.Softmax}, []int{2, 3, 4}},
		{"no function", "a Func is nil", layers.Func(nil), []int{2, 4}},
		{"no shape", "sized.weight: a parameter needs a shape; for a single number use 1", sized{}, []int{2, 4}},
		{"flatten a number", "flatten: the input is a single number", layers.Flatten{}, nil},
		{"size below 1", "sized.weight: shape (3, 0) has a size below 1", sized{3, 0}, []int{2, 4}},
		{"a function's own error", "no", layers.Func(func(*G.Node) (*G.Node, error) { return nil, errors.New("no") }), []int{2, 4}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := layers.NewScope(layers.NewParams(1), layers.Train)
			y, err := c.layer.Forward(s, s.Input("x", tensor.Float32, c.shape...))
			if err == nil {
				t.Fatalf("no error, want %q", c.want)
			}
			if err.Error() != c.want {
				t.Errorf("%q, want %q", err, c.want)
			}
			if y != nil {
				t.Errorf("a node, %v, beside the error", y)
			}
		})
	}
}

func TestErrorOnOtherType(t *testing.T) {
	for dtype, want := range map[tensor.Dtype]string{
		tensor.Float64: "fc1: the input holds float64, the parameters float32; convert the data",
		tensor.Byte:    "fc1: the input holds uint8, the parameters float32; convert the data",
	} {
		s := layers.NewScope(layers.NewParams(1), layers.Train)
		if _, err := (layers.Dense{Name: "fc1", Units: 5}).Forward(s, s.Input("x", dtype, 2, 4)); err == nil || err.Error() != want {
			t.Errorf("%v, want %q", err, want)
		}
	}
}

// Parameters that exist, from a file or another graph, must have the model's
// shapes; a vector is no column.
func TestErrorOnOtherShape(t *testing.T) {
	for _, c := range []struct {
		first, then sized
		want        string
	}{
		{sized{5, 4}, sized{5, 3}, "sized.weight has shape (5, 4), the model wants (5, 3)"},
		{sized{5}, sized{5, 1}, "sized.weight has shape (5), the model wants (5, 1)"},
		{sized{1, 5}, sized{5}, "sized.weight has shape (1, 5), the model wants (5)"},
	} {
		p := layers.NewParams(1)
		for i, l := range []layers.Layer{c.first, c.then} {
			s := layers.NewScope(p, layers.Train)
			_, err := l.Forward(s, s.Input("x", tensor.Float32, 1))
			if i == 0 && err != nil {
				t.Fatal(err)
			}
			if i == 1 && (err == nil || err.Error() != c.want) {
				t.Errorf("%v, then %v: %v, want %q", c.first, c.then, err, c.want)
			}
		}
	}
}

// A Dense whose weight takes another number of features says what it got.
func TestErrorOnOtherFeatures(t *testing.T) {
	p := layers.NewParams(1)
	net := layers.Block{Name: "tower", Layer: layers.Dense{Name: "fc1", Units: 5}}
	for _, c := range []struct {
		features int
		want     string
	}{{4, ""}, {6, "tower.fc1: the input has 6 features, the weight (5, 4) takes 4"}} {
		s := layers.NewScope(p, layers.Train)
		_, err := net.Forward(s, s.Input("x", tensor.Float32, 2, c.features))
		if got := errorText(err); got != c.want {
			t.Errorf("%d features: %q, want %q", c.features, got, c.want)
		}
	}
}

// So does a convolution whose filters take another number of channels.
func TestErrorOnOtherChannels(t *testing.T) {
	p := layers.NewParams(1)
	net := layers.Conv2D{Name: "conv1", Filters: 4, Kernel: 3, Groups: 2}
	for _, c := range []struct {
		channels int
		want     string
	}{{6, ""}, {2, "conv1: the input has 2 channels, the weight (4, 3, 3, 3) takes 6"}} {
		s := layers.NewScope(p, layers.Train)
		_, err := net.Forward(s, s.Input("x", tensor.Float32, 2, 8, 8, c.channels))
		if got := errorText(err); got != c.want {
			t.Errorf("%d channels: %q, want %q", c.channels, got, c.want)
		}
	}
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
