package layers

import (
	"math"

	"github.com/pkg/errors"
	G "gorgonia.org/gorgonia"

	"github.com/gorgonia-zoo/zoo/internal/op"
)

// BatchNorm normalizes each channel and then scales and shifts it:
//
//	y = (x - mean)/√(variance + Epsilon)·weight + bias
//
//	x             (N, D) or (N, H, W, C), whose channels are D or C
//	y             as x
//	weight        (channels)  begins at 1
//	bias          (channels)  begins at 0
//	running_mean  (channels)  buffer, begins at 0
//	running_var   (channels)  buffer, begins at 1
//
// A training graph takes mean and variance over the batch, of M = N or N·H·W
// values a channel, and each step moves the running ones towards them, the
// variance without its bias:
//
//	running_mean ← (1-Momentum)·running_mean + Momentum·mean
//	running_var  ← (1-Momentum)·running_var + Momentum·variance·M/(M-1)
//
// An evaluation graph takes the running ones, and so does a training graph where
// either of them is frozen: Freeze("bn1.*") makes the layer a constant, as
// requires_grad_(False) and eval() do together in PyTorch, Freeze("bn1.running_*")
// fixes the statistics and trains weight and bias, and freezing only these two
// leaves the statistics those of the batch.
//
// Ioffe & Szegedy, "Batch normalization: accelerating deep network training by
// reducing internal covariate shift", ICML 2015.
type BatchNorm struct {
	Name     string
	Momentum float64 // of the running statistics, in (0, 1]; 0: 0.1
	Epsilon  float64 // 0: 1e-5
}

// Forward implements [Layer].
func (l BatchNorm) Forward(s *Scope, x *G.Node) (*G.Node, error) {
	s = s.Sub(l.Name)
	if err := l.setDefaults(s); err != nil {
		return nil, err
	}
	shape := x.Shape()
	if len(shape) != 2 && len(shape) != 4 {
		return nil, errors.Errorf("%sbatch normalization takes (N, D) or (N, H, W, C), its input is %v", s.prefix(), shape)
	}
	channels := shape[len(shape)-1]
	n := shape.TotalSize() / channels
	if err := l.fits(s, channels); err != nil {
		return nil, err
	}
	weight, err := s.Param("weight", Constant(1), channels)
	if err != nil {
		return nil, err
	}
	bias, err := s.Param("bias", Zeros, channels)
	if err != nil {
		return nil, err
	}
	mean, err := s.Buffer("running_mean", Zeros, channels)
	if err != nil {
		return nil, err
	}
	variance, err := s.Buffer("running_var", Constant(1), channels)
	if err != nil {
		return nil, err
	}
	if x.Dtype() != weight.Dtype() {
		return nil, errors.Errorf("%s: the input holds %v, the parameters %v; convert the data", s.path, x.Dtype(), weight.Dtype())
	}
	if s.mode == Eval || mean.Frozen || variance.Frozen {
		y, err := op.BatchNorm(x, mean.Node, variance.Node, weight, bias, l.Epsilon, false)
		return y, errors.Wrap(err, s.path)
	}
	if n == 1 {
		return nil, errors.Errorf("%s: batch normalization trains on more than 1 value a channel, its input is %v; take a larger batch, or freeze %[1]s.running_*", s.path, shape)
	}
	m, v, err := op.Moments(x)
	if err != nil {
		return nil, errors.Wrap(err, s.path)
	}
	for _, u := range []struct {
		running *Buffer
		batch   *G.Node
		factor  float64
	}{{mean, m, 1}, {variance, v, float64(n) / float64(n-1)}} {
		moved, err := op.Blend(u.running.Node, u.batch, l.Momentum, u.factor)
		if err != nil {
			return nil, errors.Wrap(err, s.path)
		}
		u.running.Update(moved)
	}
	y, err := op.BatchNorm(x, m, v, weight, bias, l.Epsilon, true)
	return y, errors.Wrap(err, s.path)
}

func (l *BatchNorm) setDefaults(s *Scope) error {
	if l.Momentum == 0 {
		l.Momentum = 0.1
	}
	if l.Epsilon == 0 {
		l.Epsilon = 1e-5
	}
	if !(l.Momentum > 0 && l.Momentum <= 1) {
		return errors.Errorf("%sbatch normalization with momentum %v; it is the weight of the newest batch, from 0 to 1", s.prefix(), l.Momentum)
	}
	if !(l.Epsilon > 0) || math.IsInf(l.Epsilon, 0) {
		return errors.Errorf("%sbatch normalization with epsilon %v; it must be above 0", s.prefix(), l.Epsilon)
	}
	return nil
}

// fits compares the number of channels with what a weight made for an earlier
// graph has.
func (l BatchNorm) fits(s *Scope, channels int) error {
	name := s.prefixDot() + "weight"
	w := s.params.Get(name)
	if w == nil || s.declared[name] || w.Value.Dims() != 1 || w.Value.Shape()[0] == channels {
		return nil
	}
	return errors.Errorf("%s: the input has %d channels, the weight %v", s.path, channels, w.Value.Shape())
}
