package layers

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/pkg/errors"
	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/gorgonia-zoo/zoo/internal/op"
)

// recurrent is what recurrent layers have in common: layers one above the other, each
// with an input weight and a recurrent weight for some gates.
type recurrent struct {
	kind          string // for messages
	gates         int
	units, layers int
	dropout       float64
	forgetBias    float64
	init          Init
	oneBias       bool // the other is a buffer of zeros
}

// A recurrence runs one layer, whose names end in suffix, over the steps of pre.
type recurrence func(s *Scope, suffix string, pre, w *G.Node, steps, n int) (y *G.Node, err error)

// forward runs all layers on x (T, N, D).
func (l recurrent) forward(s *Scope, x *G.Node, run recurrence) (*G.Node, error) {
	l.layers = orOne(l.layers)
	if err := l.check(s, x); err != nil {
		return nil, err
	}
	steps, n := x.Shape()[0], x.Shape()[1]
	for k := range l.layers {
		suffix := fmt.Sprintf("_l%d", k)
		w, err := l.declare(s, suffix, x.Shape()[2])
		if err != nil {
			return nil, err
		}
		if x.Dtype() != w.hh.Dtype() {
			return nil, errors.Errorf("%s: the input holds %v, the parameters %v; convert the data", s.path, x.Dtype(), w.hh.Dtype())
		}
		pre, err := op.Reshape(x, steps*n, x.Shape()[2])
		if err != nil {
			return nil, errors.Wrap(err, s.path)
		}
		if pre, err = op.Linear(pre, w.ih, w.bias); err != nil {
			return nil, errors.Wrap(err, s.path)
		}
		if x, err = run(s, suffix, pre, w.hh, steps, n); err != nil {
			return nil, err
		}
		if k < l.layers-1 {
			if x, err = l.drop(s, suffix, x); err != nil {
				return nil, err
			}
		}
	}
	return x, nil
}

func (l recurrent) check(s *Scope, x *G.Node) error {
	switch {
	case l.units < 1:
		return errors.Errorf("%s%s with %d units; at least 1 is needed", s.prefix(), l.kind, l.units)
	case l.layers < 1:
		return errors.Errorf("%s%s with %d layers; at least 1 is needed, which 0 means too", s.prefix(), l.kind, l.layers)
	case !(l.dropout >= 0 && l.dropout <= 1):
		return errors.Errorf("%s%s with dropout %v; it is the part that is dropped between layers, from 0 to 1", s.prefix(), l.kind, l.dropout)
	case math.IsNaN(l.forgetBias) || math.IsInf(l.forgetBias, 0):
		return errors.Errorf("%s%s with forget bias %v; it must be finite", s.prefix(), l.kind, l.forgetBias)
	case x.Dims() == 2:
		d := x.Shape()
		return errors.Errorf("%s%s takes sequences (T, N, D), its input is %v; one sequence is (%d, 1, %d)", s.prefix(), l.kind, d, d[0], d[1])
	case x.Dims() != 3:
		return errors.Errorf("%s%s takes sequences (T, N, D), its input is %v", s.prefix(), l.kind, x.Shape())
	}
	return nil
}

// recurrentWeights are the parameters of one layer.
type recurrentWeights struct{ ih, hh, bias *G.Node }

// declare declares the parameters of one layer, whose names end in suffix, with so
// many features as input.
func (l recurrent) declare(s *Scope, suffix string, in int) (w recurrentWeights, err error) {
	if err := fits(s, "weight_ih"+suffix, in); err != nil {
		return w, err
	}
	rows := l.gates * l.units
	init := or(l.init, Uniform(1/math.Sqrt(float64(l.units))))
	if w.ih, err = s.Param("weight_ih"+suffix, init, rows, in); err != nil {
		return w, err
	}
	if w.hh, err = s.Param("weight_hh"+suffix, init, rows, l.units); err != nil {
		return w, err
	}
	bias, err := s.Param("bias_ih"+suffix, l.biasInit, rows)
	if err != nil {
		return w, err
	}
	other, err := l.otherBias(s, "bias_hh"+suffix, rows)
	if err != nil {
		return w, err
	}
	w.bias, err = op.Add(bias, other)
	return w, errors.Wrap(err, s.path)
}

func (l recurrent) otherBias(s *Scope, name string, rows int) (*G.Node, error) {
	if !l.oneBias {
		return s.Param(name, Zeros, rows)
	}
	b, err := s.Buffer(name, Zeros, rows)
	if err != nil {
		return nil, err
	}
	return b.Node, nil
}

// biasInit is 0 but for the forget gate, the second.
func (l recurrent) biasInit(tensor.Shape, *rand.Rand) func() float64 {
	i := -1
	return func() float64 {
		if i++; i/l.units == 1 {
			return l.forgetBias
		}
		return 0
	}
}

// drop drops elements of y between two layers.
func (l recurrent) drop(s *Scope, suffix string, y *G.Node) (*G.Node, error) {
	key, err := s.Key("mask" + suffix)
	if err != nil || l.dropout == 0 || s.mode == Eval {
		return y, err
	}
	y, err = op.Dropout(y, s.Step(), l.dropout, key)
	return y, errors.Wrap(err, s.path)
}
