package layers

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/pkg/errors"
	"gorgonia.org/tensor"
)

// A source is a file from which parameters are taken, those that match the
// patterns, or all where there are none. No others with such names are drawn.
type source struct {
	file     string
	patterns []string
	remedy   string // what to do about a model that is not the file's
}

// has reports whether the source is where a parameter called name comes from.
func (s source) has(name string) bool {
	return len(s.patterns) == 0 || slices.ContainsFunc(s.patterns, func(pattern string) bool {
		ok, _ := path.Match(pattern, name) // check found no errors
		return ok
	})
}

// check returns an error if a pattern is wrong or matches none of the values.
func (s source) check(values map[string]*tensor.Dense) error {
	for _, pattern := range s.patterns {
		if _, err := path.Match(pattern, ""); err != nil {
			return errors.Wrapf(err, "pattern %q", pattern)
		}
		one := source{patterns: []string{pattern}}
		names := slices.Sorted(maps.Keys(values))
		if !slices.ContainsFunc(names, one.has) {
			return errors.Errorf("pattern %q matches nothing; the file has %s", pattern, strings.Join(names, ", "))
		}
	}
	return nil
}

// source returns where a parameter called name was to be loaded from before a model
// was built, or nil.
func (p *Params) source(name string) *source {
	for i, s := range slices.Backward(p.sources) {
		if s.has(name) {
			return &p.sources[i]
		}
	}
	return nil
}

// loaded ends an error about q's shape, where q comes from a file and fitted no
// model yet.
func (p *Params) loaded(q *Param) string {
	src := p.source(q.Name)
	if src == nil || !slices.Contains(p.list[p.declared:], q) {
		return ""
	}
	return "; it was loaded from " + src.file + ": " + src.remedy
}

// Misfits returns an error that lists all in which the parameters that p took from
// files before a model was built differ from those of the model, and nil if there is
// no difference.
func (p *Params) Misfits(model *Params) error {
	var bad []string
	var src *source
	list := func(s *source, format string, args ...any) {
		bad, src = append(bad, fmt.Sprintf(format, args...)), s
	}
	for _, want := range model.list {
		s, q := p.source(want.Name), p.byName[want.Name]
		switch {
		case s == nil:
		case q == nil:
			list(s, "%s is missing", want.Name)
		case !slices.Equal(q.Value.Shape(), want.Value.Shape()):
			list(s, "%s has shape %v where the model has %v", want.Name, q.Value.Shape(), want.Value.Shape())
		}
	}
	for _, q := range p.list {
		if s := p.source(q.Name); s != nil && model.byName[q.Name] == nil {
			list(s, "%s is unexpected", q.Name)
		}
	}
	if bad == nil {
		return nil
	}
	return errors.Errorf("%s: %s; %s", src.file, strings.Join(bad, ", "), src.remedy)
}
