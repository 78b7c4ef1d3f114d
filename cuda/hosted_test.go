package cuda_test

import (
	"fmt"
	"hash"
	"hash/fnv"

	"github.com/chewxy/hm"
	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// hosted returns 2·x by an operation that only the processor has.
func hosted(x *G.Node) (*G.Node, error) { return G.ApplyOp(twice{}, x) }

type twice struct{}

func (twice) String() string        { return "twice" }
func (twice) Arity() int            { return 1 }
func (twice) ReturnsPtr() bool      { return true }
func (twice) CallsExtern() bool     { return false }
func (twice) OverwritesInput() int  { return -1 }
func (twice) WriteHash(h hash.Hash) { fmt.Fprint(h, "twice") }

func (t twice) Hashcode() uint32 {
	h := fnv.New32a()
	t.WriteHash(h)
	return h.Sum32()
}

func (twice) Type() hm.Type {
	m := G.TensorType{Dims: 2, Of: hm.TypeVariable('a')}
	return hm.NewFnType(m, m)
}

func (twice) InferShape(in ...G.DimSizer) (tensor.Shape, error) { return in[0].(tensor.Shape), nil }

func (twice) Do(in ...G.Value) (G.Value, error) {
	y := in[0].(*tensor.Dense).Clone().(*tensor.Dense)
	for i := range y.Float32s() {
		y.Float32s()[i] *= 2
	}
	return y, nil
}
