package layers

import (
	"iter"
	"math/rand/v2"
	"path"
	"slices"
	"strings"

	"github.com/pkg/errors"
	"gorgonia.org/tensor"
)

// A Param is a named tensor that training may change.
type Param struct {
	Name    string
	Value   *tensor.Dense
	Average *tensor.Dense // nil where averaging is off
	Frozen  bool          // training leaves it alone
	Buffer  bool          // part of the model's state, but not trained: a running mean, say
}

// Evaluated returns what evaluation graphs read: the average, or the value
// where there is none.
func (p *Param) Evaluated() *tensor.Dense {
	if p.Average != nil {
		return p.Average
	}
	return p.Value
}

// Params are the parameters of a model, in the order in which its layers
// declared them. Any number of graphs share them.
type Params struct {
	seed     uint64
	dtype    tensor.Dtype
	list     []*Param
	byName   map[string]*Param
	sources  []source // of what was loaded before a model was built
	declared int      // so many of list were declared: what is loaded is not, at first
	changes  int
}

// Changes counts how often values were loaded: who has copies of them compares it with
// what it was.
func (p *Params) Changes() int { return p.changes }

// NewParams returns an empty collection of float32 parameters. A parameter is
// drawn, when a layer first declares it, from the seed and its own name:
// another layer more or less changes nothing for the rest.
func NewParams(seed uint64) *Params {
	return &Params{seed: seed, dtype: tensor.Float32, byName: map[string]*Param{}}
}

// All yields the parameters in the order of their declaration.
func (p *Params) All() iter.Seq[*Param] { return slices.Values(p.list) }

// Get returns the parameter called name, or nil.
func (p *Params) Get(name string) *Param { return p.byName[name] }

// Count returns the number of scalars, without those of buffers.
func (p *Params) Count() int {
	n := 0
	for _, q := range p.list {
		n += q.count()
	}
	return n
}

func (p *Param) count() int {
	if p == nil || p.Buffer {
		return 0
	}
	return p.Value.Shape().TotalSize()
}

// Float64 returns a copy in float64, for graphs whose gradients are checked.
func (p *Params) Float64() *Params {
	c := NewParams(p.seed)
	c.dtype, c.sources, c.declared = tensor.Float64, slices.Clone(p.sources), p.declared
	for _, q := range p.list {
		c.add(&Param{Name: q.Name, Value: float64s(q.Value), Average: float64s(q.Average), Frozen: q.Frozen, Buffer: q.Buffer})
	}
	return c
}

func float64s(t *tensor.Dense) *tensor.Dense {
	if t == nil {
		return nil
	}
	if t.Dtype() == tensor.Float64 {
		return t.Clone().(*tensor.Dense)
	}
	w := make([]float64, t.Shape().TotalSize())
	for i, v := range t.Float32s() {
		w[i] = float64(v)
	}
	return tensor.New(tensor.WithShape(t.Shape()...), tensor.WithBacking(w))
}

// Freeze keeps training from changing the parameters whose names match the
// pattern (as in [path.Match], with dots in names as ordinary letters). It is an
// error if none does. A frozen parameter has no average: all graphs read its value.
func (p *Params) Freeze(pattern string) error {
	matched, err := p.Match(pattern)
	if err != nil {
		return errors.Wrap(err, "freeze")
	}
	for _, q := range matched {
		q.Frozen, q.Average = true, nil
	}
	return nil
}

// Match returns the parameters whose names match the pattern. It is an error if
// none does.
func (p *Params) Match(pattern string) ([]*Param, error) {
	var matched []*Param
	for _, q := range p.list {
		ok, err := path.Match(pattern, q.Name)
		if err != nil {
			return nil, errors.Wrapf(err, "pattern %q", pattern)
		}
		if ok {
			matched = append(matched, q)
		}
	}
	if matched == nil {
		return nil, errors.Errorf("pattern %q matches no parameter; the model has %s", pattern, names(p.list))
	}
	return matched, nil
}

// declare returns the parameter or buffer called name, which it makes if there
// is none and none should have been loaded.
func (p *Params) declare(name string, init Init, shape tensor.Shape, buffer bool) (*Param, error) {
	if q := p.byName[name]; q != nil {
		if !slices.Equal(q.Value.Shape(), shape) {
			return nil, errors.Errorf("%s has shape %v, the model wants %v%s", name, q.Value.Shape(), shape, p.loaded(q))
		}
		if q.Buffer != buffer { // a file does not say which it is
			q.Buffer = buffer
		}
		p.order(q)
		return q, nil
	}
	if src := p.source(name); src != nil {
		unused := ""
		if rest := p.list[p.declared:]; len(rest) > 0 {
			unused = " (unused so far: " + names(rest) + ")"
		}
		return nil, errors.Errorf("%s has no %s, which the model wants%s; %s", src.file, name, unused, src.remedy)
	}
	draw := init(shape, rand.New(newStream(p.seed, name)))
	w := make([]float32, shape.TotalSize())
	for i := range w {
		w[i] = float32(draw())
	}
	v := tensor.New(tensor.WithShape(shape...), tensor.WithBacking(w))
	if p.dtype == tensor.Float64 {
		v = float64s(v)
	}
	q := &Param{Name: name, Value: v, Buffer: buffer}
	p.add(q)
	p.order(q)
	return q, nil
}

// order puts q, if it is declared for the first time, behind those that were
// before it.
func (p *Params) order(q *Param) {
	if p.declared == len(p.list) {
		return
	}
	if at := p.declared + slices.Index(p.list[p.declared:], q); at >= p.declared {
		copy(p.list[p.declared+1:at+1], p.list[p.declared:at])
		p.list[p.declared] = q
		p.declared++
	}
}

func (p *Params) add(q *Param) {
	if p.byName == nil {
		p.byName = map[string]*Param{}
	}
	p.list = append(p.list, q)
	p.byName[q.Name] = q
}

func names(list []*Param) string {
	var names []string
	for _, q := range list {
		names = append(names, q.Name)
	}
	if names == nil {
		return "none yet"
	}
	return strings.Join(names, ", ")
}
