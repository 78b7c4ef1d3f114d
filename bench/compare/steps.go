package main

import (
	"context"
	"fmt"
	"iter"
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/pkg/errors"
	"gorgonia.org/tensor"

	"github.com/gorgonia-zoo/zoo/bench"
	"github.com/gorgonia-zoo/zoo/bench/stock"
	"github.com/gorgonia-zoo/zoo/data"
	"github.com/gorgonia-zoo/zoo/data/text"
	"github.com/gorgonia-zoo/zoo/layers"
)

// A task is what is timed: training steps or, of so many examples as the batch has,
// predictions.
type task struct {
	bench.Workload
	predict bool
}

// The kinds of tasks.
const (
	training   = "train"
	prediction = "predict"
)

func (t task) String() string {
	if t.predict {
		return fmt.Sprintf("%s, prediction of %d", t.Name, t.Batch)
	}
	return t.Name
}

// steps takes training steps of a model, or predicts.
type steps struct {
	next     func() (loss float64, err error) // 0 of a prediction
	averages func() []*tensor.Dense
	outputs  func() []float32 // of the last prediction
	stop     func()
}

// builds has what this program can be a side of. Check is how many steps a check
// takes, or 0.
var builds = map[string]func(ctx context.Context, t task, check int) (steps, error){
	"zoo": zooSteps, "gorgonia": stockSteps,
}

func build(ctx context.Context, side string, t task, check int) (steps, error) {
	if builds[side] == nil {
		return steps{}, errors.Errorf("no side called %q; there is %s", side, strings.Join(slices.Sorted(maps.Keys(builds)), ", "))
	}
	return builds[side](ctx, t, check)
}

func zooSteps(ctx context.Context, w task, check int) (steps, error) {
	if w.predict {
		return zooPredictions(w, check > 0)
	}
	t, src := w.Trainer(), w.Source()
	if check > 0 {
		t.Model = undropped(t.Model)
		src = common(w.Workload, check)
		var err error
		if t.Params, err = values(t.Model, src); err != nil {
			return steps{}, err
		}
	}
	next, stop := iter.Pull2(t.Steps(ctx, src))
	return steps{
		next: func() (float64, error) {
			s, err, _ := next()
			return s.Loss(), err
		},
		averages: func() (a []*tensor.Dense) {
			for p := range t.Params.All() {
				if p.Average != nil {
					a = append(a, p.Average)
				}
			}
			return a
		},
		stop: func() { stop(); t.Close() },
	}, nil
}

func stockSteps(_ context.Context, w task, check int) (steps, error) {
	if w.predict {
		return steps{}, errors.New("only training is written in Gorgonia's own operations")
	}
	t, src := w.Trainer(), w.Source()
	o := stock.Options{Model: w.Name, Batch: w.Batch, Schedule: t.Schedule, Average: t.Average, Decayed: map[string]bool{}}
	if check > 0 {
		src = common(w.Workload, check)
	} else if w.Name == "lenet" {
		o.Drop = 0.5
	}
	p, err := declare(t.Model, src)
	if check > 0 && err == nil {
		p, err = values(t.Model, src)
	}
	if err != nil {
		return steps{}, err
	}
	for _, d := range t.Decay {
		decayed, err := p.Match(d.Pattern)
		if err != nil {
			return steps{}, err
		}
		for _, q := range decayed {
			o.Decayed[q.Name] = true
		}
		o.L2 = d.L2
	}
	o.Begin = p
	n, err := stock.New(o)
	if err != nil {
		return steps{}, err
	}
	var b data.Batch
	i := 0
	return steps{
		next: func() (float64, error) {
			if err := src.Read(i/src.Len(), i%src.Len(), &b); err != nil {
				return 0, err
			}
			i++
			return n.Step(b)
		},
		averages: func() []*tensor.Dense { return n.Averages },
		stop:     func() { n.Close() },
	}, nil
}

// undropped returns the model with dropout that drops nothing.
func undropped(m layers.Layer) layers.Layer {
	net := slices.Clone(m.(layers.Sequential))
	for i, l := range net {
		switch l := l.(type) {
		case layers.Dropout:
			l.Rate = 0
			net[i] = l
		case layers.LSTM:
			l.Dropout = 0
			net[i] = l
		}
	}
	return net
}

// declare returns a model's parameters as they begin.
func declare(m layers.Layer, src data.Source) (*layers.Params, error) {
	var b data.Batch
	if err := src.Read(0, 0, &b); err != nil {
		return nil, err
	}
	p := layers.NewParams(1)
	s := layers.NewScope(p, layers.Train)
	_, err := m.Forward(s, s.Input("x", b.X.Dtype(), b.X.Shape()...))
	return p, err
}

// values returns a model's parameters with the values that a check begins with.
// The second biases of an LSTM with one stay 0, and do not count.
func values(m layers.Layer, src data.Source) (*layers.Params, error) {
	p, err := declare(m, src)
	if err != nil {
		return nil, err
	}
	k, scale := uint32(2), float32(0.1)
	if p.Get("embed.weight") != nil {
		scale = 1 // so that gradients are clipped
	}
	for q := range p.All() {
		if strings.Contains(q.Name, "bias_hh") {
			continue
		}
		w := q.Value.Float32s()
		for i, u := range uniform(k, len(w)) {
			w[i] = scale * (u - 0.5)
		}
		k++
	}
	return p, nil
}

// vocabulary is the language model's number of words.
const vocabulary = 10_000

// common returns the batches of a check.
func common(w bench.Workload, n int) data.Source {
	if w.Unit == "words" {
		steps := w.Examples / w.Batch
		return text.Stream(below(vocabulary, uniform(0, w.Batch*(n*steps+1))), w.Batch, steps)
	}
	return data.Set{
		X: tensor.New(tensor.WithShape(n*w.Batch, 28, 28, 1), tensor.WithBacking(uniform(0, n*w.Batch*784))),
		Y: tensor.New(tensor.WithShape(n*w.Batch), tensor.WithBacking(below(10, uniform(1, n*w.Batch)))),
	}.Batches(w.Batch)
}

// uniform returns numbers in [0, 1), those of peer.py.
func uniform(seed uint32, n int) []float32 {
	u := make([]float32, n)
	for i := range u {
		h := uint32(i) + seed<<24
		h = (h ^ h>>16) * 0x85EBCA6B
		h = (h ^ h>>13) * 0xC2B2AE35
		u[i] = float32((h^h>>16)>>8) / (1 << 24)
	}
	return u
}

// below maps numbers in [0, 1) to the integers below n.
func below(n float32, u []float32) []int {
	k := make([]int, len(u))
	for i := range u {
		k[i] = int(u[i] * n)
	}
	return k
}

// magnitude is the mean of the absolute values, 0 if there are none.
func magnitude(ts []*tensor.Dense) (mean float64) {
	n := 0
	for _, t := range ts {
		for _, v := range t.Float32s() {
			mean += math.Abs(float64(v))
		}
		n += t.Shape().TotalSize()
	}
	return mean / float64(max(n, 1))
}
