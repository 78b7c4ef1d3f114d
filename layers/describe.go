package layers

import (
	"fmt"
	"reflect"
	"slices"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// A Row describes one layer of a graph.
type Row struct {
	Depth  int          // of nesting
	Layer  string       // its type and name
	Shape  tensor.Shape // of its output
	Params int          // scalars that it declared
}

// Describe builds m in s, for the input x, and describes its layers: a composed
// layer before its parts, m itself left out if it is composed.
func Describe(s *Scope, m Layer, x *G.Node) ([]Row, error) {
	at := len(s.rows)
	if _, err := s.apply(m, x); err != nil {
		return nil, err
	}
	rows := slices.Clone(s.rows[at:])
	if len(rows) > 1 {
		rows = rows[1:]
		for i := range rows {
			rows[i].Depth--
		}
	}
	return rows, nil
}

// count returns the number of scalars declared so far, without those of buffers.
func (s *Scope) count() (n int) {
	for name := range s.declared {
		n += s.params.Get(name).count()
	}
	return n
}

// label names a layer: "Dense fc1" for layers.Dense{Name: "fc1"}.
func label(l Layer) string {
	if s, ok := l.(fmt.Stringer); ok {
		return s.String()
	}
	v := reflect.Indirect(reflect.ValueOf(l))
	name := v.Type().Name()
	if v.Kind() == reflect.Struct {
		if f := v.FieldByName("Name"); f.IsValid() && f.Kind() == reflect.String && f.String() != "" {
			name += " " + f.String()
		}
	}
	return name
}
