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

// Load reads parameters and buffers from a safetensors file, such as [Params.Save]
// or PyTorch writes, whose tensors must be float32. Without patterns it reads all,
// and they must be just those of the model. With patterns, as in [path.Match] with
// dots as ordinary letters, it reads those whose names match one: each pattern
// must match something, and all that match, in the file and in the model, must be
// in both. The model's other parameters keep their values or are drawn, and what
// else the file has is left out:
//
//	err := p.Load("digits.safetensors", "conv*") // and then a model with a head of its own
//
// Where a model was built on p, names and shapes are checked now, and values and
// averages become the file's, for graphs built before too. Where none was, p then
// holds what was read, [Params.Freeze] can have it, and the check comes when a model
// is built. Files loaded one after the other add up. An error changes nothing.
//
// What PyTorch calls num_batches_tracked is left out. Load before training: an
// optimizer's memory is no part of a file.
func (p *Params) Load(file string, patterns ...string) error {
	values, _, err := safetensors.ReadFile(file, "num_batches_tracked")
	if err != nil {
		return errors.Wrap(err, "load")
	}
	return p.load(values, file, patterns)
}

// load gives p those of the file's values that the patterns say.
func (p *Params) load(values map[string]*tensor.Dense, file string, patterns []string) error {
	for name := range values {
		if strings.HasPrefix(name, "value/") {
			return errors.Errorf("load %s: is a checkpoint; go on from it with train.Trainer's Resume, or load the weights that Save wrote", file)
		}
	}
	src := source{file, slices.Clone(patterns), "build the model that the file was saved from, or load part of it, by patterns"}
	if len(patterns) > 0 {
		src.remedy = "build a model that agrees with the file there, or choose patterns that leave out what differs"
	}
	return errors.Wrapf(p.take(values, src), "load %s", file)
}

// take gives p those of the values that src is to provide.
func (p *Params) take(values map[string]*tensor.Dense, src source) error {
	p.changes++
	if err := src.check(values); err != nil {
		return err
	}
	maps.DeleteFunc(values, func(name string, _ *tensor.Dense) bool { return !src.has(name) })
	if bad := p.misfits(values, src); bad != nil {
		return errors.Errorf("%s; %s", strings.Join(bad, ", "), src.remedy)
	}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		v := values[name]
		if q := p.byName[name]; q != nil {
			q.set(v)
			continue
		}
		if p.dtype == tensor.Float64 {
			v = float64s(v)
		}
		p.add(&Param{Name: name, Value: v})
	}
	if p.declared == 0 {
		p.sources = append(p.sources, src)
	}
	return nil
}

// misfits lists what keeps p from taking the values, all of which src is to provide.
func (p *Params) misfits(values map[string]*tensor.Dense, src source) (bad []string) {
	for _, q := range p.list {
		if !src.has(q.Name) {
			continue
		}
		if v := values[q.Name]; v == nil {
			bad = append(bad, q.Name+" is missing")
		} else if !slices.Equal(v.Shape(), q.Value.Shape()) {
			bad = append(bad, fmt.Sprintf("%s has shape %v where the model has %v", q.Name, v.Shape(), q.Value.Shape()))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		if p.byName[name] == nil && (p.declared > 0 || p.source(name) != nil) {
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
