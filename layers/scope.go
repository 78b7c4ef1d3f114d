package layers

import (
	"reflect"

	"github.com/pkg/errors"
	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// A Mode says what a graph is for. It is fixed when the graph is built.
type Mode int

// The modes.
const (
	Eval  Mode = iota // inference, on averaged parameters where there are averages
	Train             // training, on the parameters themselves
)

// A Scope is where layers build: a graph, the parameters it draws on, a mode,
// and a path that goes before the names declared in it.
type Scope struct {
	*build
	path string
}

// build is what the scopes of one graph share.
type build struct {
	graph    *G.ExprGraph
	params   *Params
	mode     Mode
	declared map[string]bool
	nodes    []Trained
	updates  []Update
	carries  []*Carry
	step     *G.Node
	rows     []Row
	depth    int
}

// Trained is a parameter that training is to change, and its node.
type Trained struct {
	*Param
	Node *G.Node
}

// NewScope returns the root scope of a new, empty graph on p.
func NewScope(p *Params, m Mode) *Scope {
	return &Scope{build: &build{graph: G.NewGraph(), params: p, mode: m, declared: map[string]bool{}}}
}

// Graph returns the graph that is being built.
func (s *Scope) Graph() *G.ExprGraph { return s.graph }

// Mode returns what the graph is for.
func (s *Scope) Mode() Mode { return s.mode }

// Trained lists the parameters declared so far that are not frozen.
func (s *Scope) Trained() []Trained { return s.nodes }

// Sub returns the scope called name below s; s itself if the name is empty.
func (s *Scope) Sub(name string) *Scope {
	if name == "" {
		return s
	}
	return &Scope{s.build, s.prefixDot() + name}
}

// Input adds an input of the given type and shape to the graph.
func (s *Scope) Input(name string, t tensor.Dtype, shape ...int) *G.Node {
	return G.NewTensor(s.graph, t, len(shape), G.WithShape(shape...), G.WithName(name))
}

// Param declares the trained parameter called name in s and returns its node.
// Its value is the one that the graph's Params hold, drawn from init if they
// hold none. Declaring a name twice in one graph is an error.
func (s *Scope) Param(name string, init Init, shape ...int) (*G.Node, error) {
	p, n, err := s.tensor(name, init, shape, false)
	if err != nil {
		return nil, err
	}
	if !p.Frozen {
		s.nodes = append(s.nodes, Trained{p, n})
	}
	return n, nil
}

// tensor declares a parameter or a buffer and returns it with its node.
func (s *Scope) tensor(name string, init Init, shape tensor.Shape, buffer bool) (*Param, *G.Node, error) {
	full, err := s.declare(name)
	if err != nil {
		return nil, nil, err
	}
	if err := checkShape(full, shape); err != nil {
		return nil, nil, err
	}
	p, err := s.params.declare(full, init, shape, buffer)
	if err != nil {
		return nil, nil, err
	}
	v := p.Value
	if s.mode == Eval {
		v = p.Evaluated()
	}
	return p, G.NewTensor(s.graph, v.Dtype(), len(shape), G.WithShape(shape...), G.WithName(full), G.WithValue(v)), nil
}

func checkShape(name string, shape tensor.Shape) error {
	if len(shape) == 0 {
		return errors.Errorf("%s: a parameter needs a shape; for a single number use 1", name)
	}
	for _, d := range shape {
		if d < 1 {
			return errors.Errorf("%s: shape %v has a size below 1", name, shape)
		}
	}
	return nil
}

// declare returns the full name of what is called name in s, once.
func (s *Scope) declare(name string) (full string, err error) {
	full = s.prefixDot() + name
	if s.path == "" {
		return "", errors.Errorf("%s: the layer that declares it has no Name", name)
	}
	if s.declared[full] {
		return "", errors.Errorf("%s is declared twice; give each layer its own Name", full)
	}
	s.declared[full] = true
	return full, nil
}

// Undeclared returns the names of parameters that no layer declared in this
// graph, such as those of another model's file.
func (s *Scope) Undeclared() (names []string) {
	for p := range s.params.All() {
		if !s.declared[p.Name] {
			names = append(names, p.Name)
		}
	}
	return names
}

// prefix is what goes before a message about something in s.
func (s *Scope) prefix() string {
	if s.path == "" {
		return ""
	}
	return s.path + ": "
}

func (s *Scope) prefixDot() string {
	if s.path == "" {
		return ""
	}
	return s.path + "."
}

// apply adds l to the graph and a row about it.
func (s *Scope) apply(l Layer, x *G.Node) (*G.Node, error) {
	if v := reflect.ValueOf(l); !v.IsValid() || v.Kind() == reflect.Pointer && v.IsNil() {
		return nil, errors.Errorf("%sa layer is nil", s.prefix())
	}
	at := len(s.rows)
	s.rows = append(s.rows, Row{Depth: s.depth, Layer: label(l)})
	before := s.count()
	s.depth++
	y, err := l.Forward(s, x)
	s.depth--
	if err != nil {
		return nil, err
	}
	if y == nil {
		return nil, errors.Errorf("%s%s returned neither a node nor an error", s.prefix(), label(l))
	}
	s.rows[at].Shape, s.rows[at].Params = y.Shape(), s.count()-before
	return y, nil
}
