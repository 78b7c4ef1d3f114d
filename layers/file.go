package layers

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/pkg/errors"
	"gorgonia.org/tensor"

	"github.com/gorgonia-zoo/zoo/internal/safetensors"
)

// Save writes what evaluation uses, the averages where there are averages, to
// the safetensors file called name, under PyTorch's names. It replaces the file
// in one step. Equal parameters and metadata give equal bytes.
func (p *Params) Save(name string, metadata map[string]string) error {
	ts := make(map[string]*tensor.Dense, len(p.list))
	for _, q := range p.list {
		ts[q.Name] = q.Evaluated()
	}
	return safetensors.WriteFile(name, ts, metadata)
}

// Load reads the float32 values of all parameters and buffers from a safetensors
// file, such as [Params.Save] or PyTorch writes. Where p holds nothing yet it then
// holds what the file does, and a model built on it must declare that and no
// more. Where p holds parameters, names and shapes have to be theirs, or nothing
// is changed; values and averages become the file's, for graphs built before too.
//
// What PyTorch calls num_batches_tracked is left out. Load before training: an
// optimizer's memory is no part of a file.
func (p *Params) Load(file string) error {
	values, _, err := safetensors.ReadFile(file, "num_batches_tracked")
	if err != nil {
		return errors.Wrap(err, "load")
	}
	if len(p.list) == 0 {
		for _, name := range slices.Sorted(maps.Keys(values)) {
			v := values[name]
			if p.dtype == tensor.Float64 {
				v = float64s(v)
			}
			p.add(&Param{Name: name, Value: v})
		}
		p.file = file
		return nil
	}
	if bad := p.misfits(values); bad != nil {
		return errors.Errorf("load %s: %s; build the model that it was saved from", file, strings.Join(bad, ", "))
	}
	for _, q := range p.list {
		q.set(values[q.Name])
	}
	return nil
}

// misfits lists what keeps p from taking the values.
func (p *Params) misfits(values map[string]*tensor.Dense) (bad []string) {
	for _, q := range p.list {
		if v := values[q.Name]; v == nil {
			bad = append(bad, q.Name+" is missing")
		} else if !slices.Equal(v.Shape(), q.Value.Shape()) {
			bad = append(bad, fmt.Sprintf("%s has shape %v where the model has %v", q.Name, v.Shape(), q.Value.Shape()))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		if p.byName[name] == nil {
			bad = append(bad, name+" is unexpected")
		}
	}
	return bad
}

// set gives q, and its average, the float32 values of v.
func (q *Param) set(v *tensor.Dense) {
	for _, t := range []*tensor.Dense{q.Value, q.Average} {
		switch {
		case t == nil:
		case t.Dtype() == tensor.Float64:
			copy(t.Float64s(), float64s(v).Float64s())
		default:
			copy(t.Float32s(), v.Float32s())
		}
	}
}
