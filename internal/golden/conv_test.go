package golden

import (
	"math"
	"strings"
	"testing"

	"gorgonia.org/tensor"
)

// TestPlainConvolution convolves with loops alone, by the definition: PyTorch has a second witness, and layouts and
// settings mean what the cases say.
func TestPlainConvolution(t *testing.T) {
	for _, name := range Names() {
		if !strings.HasPrefix(name, "conv2d") {
			continue
		}
		t.Run(name, func(t *testing.T) {
			c := Load(t, name)
			x, weight, dy, bias := inputs(c)
			y, dx, dw, db := dy.zero(), x.zero(), weight.zero(), bias.zero()
			stride, dilation, groups := c.Ints("stride")[0], c.Ints("dilation")[0], c.Ints("groups")[0]
			pad := c.Ints("pad")
			f, cin, kh, kw := weight.shape[0], weight.shape[1], weight.shape[2], weight.shape[3]
			for n := range y.shape[0] {
				for i := range y.shape[1] {
					for j := range y.shape[2] {
						for o := range f {
							to := y.at(n, i, j, o)
							y.data[to] = bias.data[o]
							db.data[o] += dy.data[to]
							for k := range cin * kh * kw {
								ch, r, s := k/(kh*kw), k/kw%kh, k%kw
								row, column := i*stride-pad[0]+r*dilation, j*stride-pad[2]+s*dilation
								if row < 0 || row >= x.shape[1] || column < 0 || column >= x.shape[2] {
									continue
								}
								from, w := x.at(n, row, column, o/(f/groups)*cin+ch), weight.at(o, ch, r, s)
								y.data[to] += x.data[from] * weight.data[w]
								dx.data[from] += dy.data[to] * weight.data[w]
								dw.data[w] += dy.data[to] * x.data[from]
							}
						}
					}
				}
			}
			for key, got := range map[string]grid{"y": y, "dx": dx, "dweight": dw, "dbias": db} {
				if _, ok := c.values[key]; ok {
					c.Agree(key, tensor.New(tensor.WithShape(got.shape...), tensor.WithBacking(got.data)), tolerance)
				} else if key != "dbias" || name != "conv2d_nobias" {
					t.Errorf("no %s", key)
				}
			}
		})
	}
}

// A grid is an array.
type grid struct {
	shape []int
	data  []float64
}

func (g grid) zero() grid { return grid{g.shape, make([]float64, len(g.data))} }

func (g grid) at(a, b, c, d int) int {
	return ((a*g.shape[1]+b)*g.shape[2]+c)*g.shape[3] + d
}

// inputs returns a case's inputs. Those of wide cases are noise, as the cases say.
func inputs(c *Case) (x, weight, dy, bias grid) {
	keys := map[string]uint32{"conv2d_wide5": 420, "conv2d_wide3": 430, "conv2d_wide_valid": 440}
	if key, wide := keys[c.Name]; wide {
		given := func(of string, key uint32, over float64) grid {
			shape := c.values[of].Shape
			g := grid{shape: shape}
			for _, f := range Noise(key, tensor.Shape(shape).TotalSize()) {
				g.data = append(g.data, float64(f)/over)
			}
			return g
		}
		return given("dx", key, 1), given("dweight", key+1, 16), given("dy", key+3, 1), given("dbias", key+2, 1)
	}
	given := func(key string) grid {
		return grid{c.values[key].Shape, c.Float64(key).Data().([]float64)}
	}
	x, weight, dy = given("x"), given("weight"), given("dy")
	if _, ok := c.values["bias"]; ok {
		return x, weight, dy, given("bias")
	}
	return x, weight, dy, grid{[]int{weight.shape[0]}, make([]float64, weight.shape[0])}
}

// TestNets checks that the trajectories have what tests of the models need.
func TestNets(t *testing.T) {
	for name, layers := range map[string][]string{
		"mlp":    {"fc1", "fc2"},
		"lenet":  {"conv1", "conv2", "fc1", "fc2"},
		"lenet5": {"conv1", "conv2", "fc1", "fc2", "fc3"},
	} {
		c := Load(t, name)
		for _, l := range layers {
			for _, of := range []string{"grad.", "param.", "average."} {
				c.value(of + l + ".weight")
				c.value(of + l + ".bias")
			}
		}
		losses := c.Float64("losses").Data().([]float64)
		Agree(t, name+": losses_float32", c.Float64("losses_float32").Data().([]float64), losses, 1e-6)
		if len(losses) != 10 || math.Abs(losses[0]-losses[9]) < 0.01 {
			t.Errorf("%s: losses %v move too little to be a test", name, losses)
		}
	}
}
