package optim_test

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"gorgonia.org/tensor"

	"github.com/gorgonia-zoo/zoo/internal/golden"
	"github.com/gorgonia-zoo/zoo/train/optim"
)

// tolerance is for float32 parameters: PyTorch rounds in another order, and a
// hundred steps add up what that makes.
const tolerance = 1e-5

// Each optimizer for 100 steps beside PyTorch's, on two parameters whose
// gradient is a·w + 0.1·sin(w).
func TestOptimizersAgreeWithPyTorch(t *testing.T) {
	for name, make := range map[string]func(c *golden.Case) optim.Optimizer{
		"sgd":          func(c *golden.Case) optim.Optimizer { return optim.SGD{Rate: c.Number("lr")} },
		"sgd_momentum": momentum(false),
		"sgd_nesterov": momentum(true),
		"sgd_l2":       func(c *golden.Case) optim.Optimizer { return optim.SGD{Rate: c.Number("lr")} },
		"sgd_l2_clip":  func(c *golden.Case) optim.Optimizer { return optim.SGD{Rate: c.Number("lr")} },
		"ema":          func(c *golden.Case) optim.Optimizer { return optim.SGD{Rate: c.Number("lr")} },
		"ema_capped":   func(c *golden.Case) optim.Optimizer { return optim.SGD{Rate: c.Number("lr")} },
		"adam":         func(c *golden.Case) optim.Optimizer { return optim.Adam{Rate: c.Number("lr")} },
		"adam_lr": func(c *golden.Case) optim.Optimizer {
			return optim.Adam{Rate: c.Number("lr"), Beta1: c.Number("beta1"), Beta2: c.Number("beta2"), Epsilon: c.Number("eps")}
		},
	} {
		t.Run(name, func(t *testing.T) {
			c := golden.Load(t, name)
			fit(t, c, make(c))
		})
	}
}

func momentum(nesterov bool) func(c *golden.Case) optim.Optimizer {
	return func(c *golden.Case) optim.Optimizer {
		return optim.SGD{Rate: c.Number("lr"), Momentum: c.Number("momentum"), Nesterov: nesterov}
	}
}

// setting returns a number of the case, 0 where it has none of that name.
func setting(c *golden.Case, key string) float64 {
	if !slices.Contains(c.Keys(), key) {
		return 0
	}
	return c.Number(key)
}

func fit(t *testing.T, c *golden.Case, o optim.Optimizer) {
	average, clip := setting(c, "average"), setting(c, "max_norm")
	params := map[string]*optim.Param{}
	for _, k := range []string{"w", "b"} {
		p := &optim.Param{Value: c.Float32(k + "_0").Float32s(), Scale: 1}
		p.Grad = make([]float32, len(p.Value))
		if average > 0 {
			p.Average = slices.Clone(p.Value)
		}
		for range o.Slots() {
			p.Slots = append(p.Slots, make([]float32, len(p.Value)))
		}
		params[k] = p
	}
	params["w"].L2 = setting(c, "l2")
	for n := 1; n <= 100; n++ {
		var norm float64
		for k, p := range params {
			for i, a := range c.Float64(k + "_a").Float64s() {
				w := float64(p.Value[i])
				p.Grad[i] = float32(a*w + 0.1*math.Sin(w))
			}
			norm += p.SquaredNorm()
		}
		for _, p := range params {
			p.Scale, p.Decay = optim.ClipScale(norm, clip), optim.AverageDecay(average, n)
			if !o.Update(p, n, o.LearningRate()) {
				t.Fatalf("step %d: not finite", n)
			}
		}
		if n != 1 && n != 10 && n != 100 {
			continue
		}
		for k, p := range params {
			shape := c.Float32(k + "_0").Shape()
			c.Agree(fmt.Sprintf("%s_%d", k, n), tensor.New(tensor.WithShape(shape...), tensor.WithBacking(p.Value)), tolerance)
			if average > 0 {
				c.Agree(fmt.Sprintf("%s_average_%d", k, n), tensor.New(tensor.WithShape(shape...), tensor.WithBacking(p.Average)), tolerance)
			}
		}
		if clip > 0 {
			golden.Agree(t, "norm", []float64{math.Sqrt(norm)}, []float64{c.Number(fmt.Sprintf("norm_%d", n))}, tolerance)
		}
	}
}
