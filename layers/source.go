package layers

import (
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
