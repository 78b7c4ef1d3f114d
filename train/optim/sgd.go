package optim

import (
	"github.com/pkg/errors"

	"github.com/gorgonia-zoo/zoo/internal/kernel"
)

// SGD is stochastic gradient descent with, if wanted, momentum:
//
//	v ← Momentum·v + g
//	w ← w - rate·v                      or, with Nesterov, w - rate·(g + Momentum·v)
//
// Momentum: Polyak 1964; Nesterov's in the form of Sutskever et al., ICML 2013,
// as PyTorch writes it.
type SGD struct {
	Rate     float64
	Momentum float64 // 0: none
	Nesterov bool
}

// Validate implements [Optimizer].
func (o SGD) Validate() error {
	if !(o.Momentum >= 0 && o.Momentum < 1) {
		return errors.Errorf("SGD: Momentum is %v; it must be in [0, 1)", o.Momentum)
	}
	if o.Nesterov && o.Momentum == 0 {
		return errors.New("SGD: Nesterov needs a Momentum")
	}
	return nil
}

// LearningRate implements [Optimizer].
func (o SGD) LearningRate() float64 { return o.Rate }

// Slots implements [Optimizer].
func (o SGD) Slots() []string {
	if o.Momentum == 0 {
		return nil
	}
	return []string{"momentum"}
}

// Update implements [Optimizer].
func (o SGD) Update(p *Param, _ int, rate float64) (finite bool) {
	u := p.update(rate)
	if p.Rows != nil {
		return kernel.SGDRows(&u, p.Rows)
	}
	if o.Momentum != 0 {
		u.V, u.Momentum, u.Nesterov = p.Slots[0], float32(o.Momentum), o.Nesterov
	}
	return kernel.SGD(&u)
}
