package golden

import (
	"math"
	"strings"
	"testing"

	"gorgonia.org/tensor"
)

// tolerance is for float64 in another order of summation.
const tolerance = 1e-9

// TestPlainMLP trains the net of case mlp with loops alone: PyTorch has a second witness, and what the case says about
// itself is enough to repeat it.
func TestPlainMLP(t *testing.T) {
	const n, in, hidden, out = 20, 784, 500, 10
	c := Load(t, "mlp")
	names := []string{"fc1.weight", "fc1.bias", "fc2.weight", "fc2.bias"}
	shapes := [][]int{{hidden, in}, {hidden}, {out, hidden}, {out}}
	p, average := make([][]float64, 4), make([][]float64, 4)
	for k, shape := range shapes {
		for _, f := range Noise(uint32(k+1), tensor.Shape(shape).TotalSize()) {
			p[k] = append(p[k], float64(f)/16)
		}
		average[k] = append([]float64(nil), p[k]...)
	}
	var losses []float64
	for step := range 10 {
		x := Noise(uint32(200+step), n*in)
		var loss float64
		logits := make([]float64, n*out)
		g := [][]float64{make([]float64, hidden*in), make([]float64, hidden), make([]float64, out*hidden), make([]float64, out)}
		for r := range n {
			x, y := x[r*in:][:in], logits[r*out:][:out]
			h, dh := make([]float64, hidden), make([]float64, hidden)
			for j := range h {
				h[j] = p[1][j]
				for i, f := range x {
					h[j] += p[0][j*in+i] * math.Max(0, float64(f))
				}
				h[j] = math.Max(0, h[j])
			}
			var sum float64
			for o := range y {
				y[o] = p[3][o]
				for j := range h {
					y[o] += p[2][o*hidden+j] * h[j]
				}
				sum += math.Exp(y[o])
			}
			label := (step*n + r) * 7 % 10
			loss += (math.Log(sum) - y[label]) / n
			for o := range y {
				dy := math.Exp(y[o]) / sum / n
				if o == label {
					dy -= 1. / n
				}
				g[3][o] += dy
				for j := range h {
					g[2][o*hidden+j] += dy * h[j]
					dh[j] += dy * p[2][o*hidden+j]
				}
			}
			for j := range h {
				if h[j] == 0 {
					continue
				}
				g[1][j] += dh[j]
				for i, f := range x {
					g[0][j*in+i] += dh[j] * math.Max(0, float64(f))
				}
			}
		}
		losses = append(losses, loss)
		if step == 0 {
			c.Agree("logits", tensor.New(tensor.WithShape(n, out), tensor.WithBacking(logits)), tolerance)
			for k, name := range names {
				c.Agree("grad."+name, tensor.New(tensor.WithShape(shapes[k]...), tensor.WithBacking(g[k])), tolerance)
			}
		}
		rate := 0.8 * math.Pow(0.99, float64(step)/550)
		decay := math.Min(0.99, float64(2+step)/float64(11+step))
		for k, name := range names {
			for i, w := range p[k] {
				if strings.HasSuffix(name, "weight") {
					g[k][i] += 1e-4 * w
				}
				p[k][i] -= rate * g[k][i]
				average[k][i] = decay*average[k][i] + (1-decay)*p[k][i]
			}
		}
	}
	c.Agree("losses", tensor.New(tensor.WithBacking(losses)), tolerance)
	Agree(t, "losses_float32", losses, c.Float64("losses_float32").Data().([]float64), 1e-6)
	for k, name := range names {
		c.Agree("param."+name, tensor.New(tensor.WithShape(shapes[k]...), tensor.WithBacking(p[k])), tolerance)
		c.Agree("average."+name, tensor.New(tensor.WithShape(shapes[k]...), tensor.WithBacking(average[k])), tolerance)
	}
}
