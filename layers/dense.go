package layers

import (
	"github.com/pkg/errors"
	G "gorgonia.org/gorgonia"

	"github.com/gorgonia-zoo/zoo/internal/op"
)

// Dense is a fully connected layer, y = x·weightᵀ + bias.
//
//	x       (N, in) or, step by step of sequences, (T, N, in)
//	y       (N, Units) or (T, N, Units)
//	weight  (Units, in)  Init, GlorotUniform by default
//	bias    (Units)      BiasInit, Zeros by default
type Dense struct {
	Name     string
	Units    int
	Init     Init
	BiasInit Init
	NoBias   bool
}

// Forward implements [Layer].
func (l Dense) Forward(s *Scope, x *G.Node) (*G.Node, error) {
	s = s.Sub(l.Name)
	if l.Units < 1 {
		return nil, errors.Errorf("%sdense with %d units; at least 1 is needed", s.prefix(), l.Units)
	}
	if d := x.Shape(); len(d) == 1 {
		return nil, errors.Errorf("%sdense takes (N, in), its input is %v; one example is (1, %d)", s.prefix(), d, d[0])
	}
	if x.Dims() != 2 && x.Dims() != 3 {
		return nil, errors.Errorf("%sdense takes (N, in) or (T, N, in), its input is %v; put a Flatten before it", s.prefix(), x.Shape())
	}
	in := x.Shape()[x.Dims()-1]
	if err := fits(s, "weight", in); err != nil {
		return nil, err
	}
	w, err := s.Param("weight", or(l.Init, GlorotUniform), l.Units, in)
	if err != nil {
		return nil, err
	}
	if x.Dtype() != w.Dtype() {
		return nil, errors.Errorf("%s: the input holds %v, the parameters %v; convert the data", s.path, x.Dtype(), w.Dtype())
	}
	var b *G.Node
	if !l.NoBias {
		if b, err = s.Param("bias", or(l.BiasInit, Zeros), l.Units); err != nil {
			return nil, err
		}
	}
	to := append(x.Shape()[:x.Dims()-1].Clone(), l.Units)
	if x, err = op.Reshape(x, x.Shape().TotalSize()/in, in); err != nil {
		return nil, errors.Wrap(err, s.path)
	}
	y, err := op.Linear(x, w, b)
	if err != nil {
		return nil, errors.Wrap(err, s.path)
	}
	return op.Reshape(y, to...)
}

// fits compares the number of features with what the weight (out, in) of that name
// takes, if it was loaded or made for an earlier graph.
func fits(s *Scope, weight string, features int) error {
	name := s.prefixDot() + weight
	w := s.params.Get(name)
	if w == nil || s.declared[name] || w.Value.Dims() != 2 || w.Value.Shape()[1] == features {
		return nil
	}
	return errors.Errorf("%s: the input has %d features, the weight %v takes %d%s", s.path, features, w.Value.Shape(), w.Value.Shape()[1], s.params.loaded(w))
}

func or(f, other Init) Init {
	if f == nil {
		return other
	}
	return f
}
