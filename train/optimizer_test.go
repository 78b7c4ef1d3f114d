package train_test

import (
	"fmt"
	"slices"
	"testing"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/gorgonia-zoo/zoo/data"
	"github.com/gorgonia-zoo/zoo/internal/golden"
	"github.com/gorgonia-zoo/zoo/layers"
	"github.com/gorgonia-zoo/zoo/train"
	"github.com/gorgonia-zoo/zoo/train/optim"
)

// valley is the model of the golden optimizer cases, of Gorgonia's operations:
// whatever the input, its output is Σ a·w²/2 - 0.1·cos(w) over two parameters,
// of which the gradient is a·w + 0.1·sin(w).
type valley struct{ c *golden.Case }

func (v valley) Forward(s *layers.Scope, _ *G.Node) (*G.Node, error) {
	var sum *G.Node
	for _, k := range []string{"w", "b"} {
		a := v.c.Float32(k + "_a")
		w, err := s.Sub("valley").Param(k, layers.Zeros, a.Shape()...)
		if err != nil {
			return nil, err
		}
		half := G.NewConstant(float32(0.5))
		bowl := G.Must(G.Sum(G.Must(G.Mul(half, G.Must(G.HadamardProd(G.NewConstant(a), G.Must(G.Square(w))))))))
		wave := G.Must(G.Mul(G.NewConstant(float32(0.1)), G.Must(G.Sum(G.Must(G.Cos(w))))))
		y := G.Must(G.Sub(bowl, wave))
		if sum == nil {
			sum = y
		} else {
			sum = G.Must(G.Add(sum, y))
		}
	}
	return sum, nil
}

// itself is the loss of a model that puts out its loss.
func itself(out, _ *G.Node) (*G.Node, error) { return out, nil }

// nothing is a source for models that ignore their input.
func nothing() data.Source {
	one := tensor.New(tensor.WithShape(1), tensor.WithBacking([]float32{0}))
	return data.Set{X: one, Y: one}.Batches(1)
}

// Decay by pattern, clipping, averages and momentum, as the Trainer puts them
// together, for 100 steps beside PyTorch.
func TestTrainerAgreesWithPyTorch(t *testing.T) {
	for name, set := range map[string]func(c *golden.Case, tr *train.Trainer){
		"sgd_l2_clip": func(c *golden.Case, tr *train.Trainer) {
			tr.ClipNorm = c.Number("max_norm")
			tr.Decay = []train.WeightDecay{{Pattern: "valley.w", L2: c.Number("l2")}}
		},
		"ema_capped": func(c *golden.Case, tr *train.Trainer) { tr.Average = c.Number("average") },
		"sgd_nesterov": func(c *golden.Case, tr *train.Trainer) {
			tr.Optimizer = optim.SGD{Rate: c.Number("lr"), Momentum: c.Number("momentum"), Nesterov: true}
		},
		"adam": func(c *golden.Case, tr *train.Trainer) { tr.Optimizer = optim.Adam{Rate: c.Number("lr")} },
	} {
		t.Run(name, func(t *testing.T) {
			c := golden.Load(t, name)
			tr := &train.Trainer{Model: valley{c}, Loss: itself, Optimizer: optim.SGD{Rate: c.Number("lr")}}
			set(c, tr)
			evaluate(t, tr, nothing()) // which declares the parameters
			for q := range tr.Params.All() {
				copy(q.Value.Float32s(), c.Float32(q.Name[len("valley."):]+"_0").Float32s())
			}
			done := 0
			for _, n := range []int{1, 9, 90} {
				take(t, tr, nothing(), n)
				done += n
				for q := range tr.Params.All() {
					k := q.Name[len("valley."):]
					c.Agree(fmt.Sprintf("%s_%d", k, done), q.Value, stepsTolerance)
					if q.Average != nil {
						c.Agree(fmt.Sprintf("%s_average_%d", k, done), q.Average, stepsTolerance)
					}
				}
			}
		})
	}
}

// flat has a loss that is 0 for any w, so that only penalties move it.
type flat struct{}

func (flat) Forward(s *layers.Scope, _ *G.Node) (*G.Node, error) {
	w, err := s.Sub("flat").Param("w", layers.Constant(0.5), 3)
	if err != nil {
		return nil, err
	}
	return G.Sum(G.Must(G.Mul(w, G.NewConstant(float32(0)))))
}

// Rules whose patterns match the same parameter add up: with rate 0.25, w - rate
// · (L2·w + L1) is 0.5 - 0.25·(0.5·(0.5+1) + 0.125) = 0.28125, exact in float32.
func TestDecayAddsUp(t *testing.T) {
	tr := &train.Trainer{
		Model: flat{}, Loss: itself, Optimizer: optim.SGD{Rate: 0.25},
		Decay: []train.WeightDecay{{Pattern: "*", L2: 0.5}, {Pattern: "flat.w", L2: 1, L1: 0.125}},
	}
	losses := take(t, tr, nothing(), 1)
	if got, want := tr.Params.Get("flat.w").Value.Float32s(), []float32{0.28125, 0.28125, 0.28125}; !slices.Equal(got, want) {
		t.Errorf("w is %v, want %v", got, want)
	}
	if losses[0] != 0 {
		t.Errorf("the loss is %v; penalties are no part of it", losses[0])
	}
}

// The penalty of three times 0.28125, by the rules above: 3·(1.5·½·0.28125² + 0.125·0.28125).
func TestPenalty(t *testing.T) {
	tr := &train.Trainer{
		Model: flat{}, Loss: itself, Optimizer: optim.SGD{Rate: 0.25},
		Decay: []train.WeightDecay{{Pattern: "*", L2: 0.5}, {Pattern: "flat.w", L2: 1, L1: 0.125}},
	}
	if got := tr.Penalty(); got != 0 {
		t.Errorf("%v before the first step, want 0", got)
	}
	take(t, tr, nothing(), 1)
	if got, want := tr.Penalty(), 0.283447265625; got != want {
		t.Errorf("%v, want %v", got, want)
	}
}
