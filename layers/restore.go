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
// when training stopped; file says where they come from, for errors. Names and shapes
// of what p holds have to be theirs, and what is frozen there has to be frozen, or
// nothing is changed; averages become the given ones or go. What p lacks is added where
// no model was built on p yet; one must then declare the given parameters and no more.
// All tensors are copied.
func (p *Params) Restore(file string, from []Param) error {
	p.changes++
	values := map[string]*tensor.Dense{}
	for _, q := range from {
		values[q.Name] = q.Value
	}
	src := source{file: file, remedy: "build the model that it was saved from"}
	if bad := p.misfits(values, src); bad != nil {
		return errors.Errorf("%s: %s; %s", file, strings.Join(bad, ", "), src.remedy)
	}
	for _, q := range from {
		if to := p.byName[q.Name]; to != nil && to.Frozen && !q.Frozen {
			return errors.Errorf("%s: %s is frozen here, and was trained there; freeze the same", file, q.Name)
		}
	}
	for _, q := range from {
		to := p.byName[q.Name]
		if to == nil {
			q.Value, q.Average = clone(q.Value), clone(q.Average)
			p.add(&q)
			continue
		}
		copy(to.Value.Float32s(), q.Value.Float32s())
		switch {
		case q.Average == nil:
			to.Average = nil
		case to.Average == nil || !slices.Equal(to.Average.Shape(), q.Average.Shape()):
			to.Average = clone(q.Average)
		default:
			copy(to.Average.Float32s(), q.Average.Float32s())
		}
		to.Frozen = q.Frozen
	}
	if p.declared == 0 {
		p.sources = append(p.sources, src)
	}
	return nil
}

func clone(t *tensor.Dense) *tensor.Dense {
	if t == nil {
		return nil
	}
	return t.Clone().(*tensor.Dense)
}
