package train

import (
	"math"
	"slices"

	"github.com/pkg/errors"
	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/gorgonia-zoo/zoo/internal/op"
	"github.com/gorgonia-zoo/zoo/layers"
	"github.com/gorgonia-zoo/zoo/train/optim"
)

// learned is what training keeps for a parameter.
type learned struct {
	param *layers.Param
	optim.Param
	whole []float32 // a gradient of which only some rows come, with zeros in the others
}

// learn gives the program what training keeps for its parameters. For those
// that are new to training, averages begin at the values and the optimizer's
// memory at zero.
func (t *Trainer) learn(p *program) error {
	for _, q := range p.trained {
		l, err := t.learnedFor(q.Param)
		if err != nil {
			return err
		}
		p.learned = append(p.learned, l)
	}
	return nil
}

func (t *Trainer) learnedFor(q *layers.Param) (*learned, error) {
	for _, l := range t.learned {
		if l.param == q {
			return l, nil
		}
	}
	l := &learned{param: q}
	for range t.optimizer.Slots() {
		l.Slots = append(l.Slots, make([]float32, q.Value.DataSize()))
	}
	if err := t.resume(l); err != nil {
		return nil, err
	}
	l.Value = q.Value.Float32s()
	if err := t.penalize(l); err != nil {
		return nil, err
	}
	if t.Average > 0 {
		if q.Average == nil {
			q.Average = q.Value.Clone().(*tensor.Dense)
			t.drop() // for evaluation they read the value
		}
		l.Average = q.Average.Float32s()
	}
	t.learned = append(t.learned, l)
	return l, nil
}

// penalize sets the penalties of l.
func (t *Trainer) penalize(l *learned) error {
	for _, d := range t.Decay {
		if !(d.L2 >= 0 && d.L1 >= 0) || math.IsInf(d.L2+d.L1, 0) {
			return errors.Errorf("weight decay %q: L2 %v and L1 %v must be finite and not negative", d.Pattern, d.L2, d.L1)
		}
		matched, err := t.Params.Match(d.Pattern)
		if err != nil {
			return errors.Wrap(err, "weight decay")
		}
		if slices.Contains(matched, l.param) {
			l.L2, l.L1 = l.L2+d.L2, l.L1+d.L1
		}
	}
	return nil
}

// Penalty returns what Decay adds to the loss, Σ L2·½‖w‖² + L1·|w| over the
// parameters that training has reached: 0 before the first step.
func (t *Trainer) Penalty() float64 {
	var sum float64
	for _, l := range t.learned {
		if l.L2 == 0 && l.L1 == 0 {
			continue
		}
		for _, w := range l.Value {
			sum += l.L2/2*float64(w)*float64(w) + l.L1*math.Abs(float64(w))
		}
	}
	return sum
}

// update changes the parameters along the gradients of the program's last run.
func (t *Trainer) update(p *program, rate float64) (finite bool) {
	n := t.steps + 1
	scale := 1.0
	for i, l := range p.learned {
		t.setGradient(l, p.grads[i].Value())
		l.Scale = 1
		l.Decay = optim.AverageDecay(t.Average, n)
	}
	if t.ClipNorm > 0 {
		var sum float64
		for _, l := range p.learned {
			sum += l.SquaredNorm()
		}
		if math.IsNaN(sum) || math.IsInf(sum, 0) {
			return false
		}
		scale = optim.ClipScale(sum, t.ClipNorm)
	}
	finite = true
	for _, l := range p.learned {
		l.Scale = scale
		finite = t.optimizer.Update(&l.Param, n, rate) && finite
	}
	return finite
}

// setGradient gives l its gradient. Rows that are not in v stay out of it where a
// step leaves the weights there as they are, and else are zeros.
func (t *Trainer) setGradient(l *learned, v G.Value) {
	some, ok := v.(*op.RowSparse)
	l.Rows = nil
	switch {
	case !ok:
		l.Grad = v.(*tensor.Dense).Float32s()
	case optim.RowWise(t.optimizer) && l.L2 == 0 && l.L1 == 0 && l.Average == nil:
		l.Grad, l.Rows = some.Float32s(), some.Rows()
	default:
		if l.whole == nil {
			l.whole = make([]float32, len(l.Value))
		}
		clear(l.whole)
		op.Scatter(l.whole, some.Float32s(), some.Rows())
		l.Grad = l.whole
	}
}
