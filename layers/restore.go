package layers

import (
	"slices"
	"strings"

	"github.com/pkg/errors"
	"gorgonia.org/tensor"
)

// Seed returns what parameters, and the random numbers of layers, are drawn from.
func (p *Params) Seed() uint64 { return p.seed }

// Restore makes p hold exactly the given parameters, with their averages, as they were
// when training stopped; file says where they come from, for errors. Where p holds
// nothing yet, a model built on it must declare these and no more, and the tensors
// become p's. Where p holds parameters, names and shapes have to be theirs, or nothing
// is changed; values are copied, and averages become the given ones or go.
func (p *Params) Restore(file string, from []Param) error {
	if len(p.list) == 0 {
		for _, q := range from {
			p.add(&q)
		}
		p.file = file
		return nil
	}
	values := map[string]*tensor.Dense{}
	for _, q := range from {
		values[q.Name] = q.Value
	}
	if bad := p.misfits(values); bad != nil {
		return errors.Errorf("%s: %s; build the model that it was saved from", file, strings.Join(bad, ", "))
	}
	for _, q := range from {
		to := p.byName[q.Name]
		copy(to.Value.Float32s(), q.Value.Float32s())
		switch {
		case q.Average == nil:
			to.Average = nil
		case to.Average == nil || !slices.Equal(to.Average.Shape(), q.Average.Shape()):
			to.Average = q.Average
		default:
			copy(to.Average.Float32s(), q.Average.Float32s())
		}
		to.Frozen = q.Frozen
	}
	return nil
}
