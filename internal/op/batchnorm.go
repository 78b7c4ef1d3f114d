package op

import (
	"slices"

	"github.com/chewxy/hm"
	"github.com/pkg/errors"
	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/gorgonia-zoo/zoo/internal/kernel"
)

// Moments returns the mean and the biased variance of each channel of x, without
// gradients.
//
//	x               (..., C)
//	mean, variance  (C)
func Moments(x *G.Node) (mean, variance *G.Node, err error) {
	m, err := apply(moments{x.Dims()}, x)
	if err != nil {
		return nil, nil, err
	}
	return halves(m)
}

type moments struct{ dims int }

func (moments) String() string { return "moments" }

func (m moments) types() []hm.Type { return []hm.Type{array(m.dims), array(1)} }

func (moments) shape(in []tensor.Shape) (tensor.Shape, error) {
	return tensor.Shape{2 * channelsOf(in[0])}, nil
}

func channelsOf(x tensor.Shape) int { return x[len(x)-1] }

func (moments) do(out G.Value, in []G.Value) error {
	s := in[0].Shape()
	rows := s.TotalSize() / channelsOf(s)
	if out.Dtype() == tensor.Float64 {
		kernel.Moments(data[float64](out), data[float64](in[0]), rows)
	} else {
		kernel.Moments(data[float32](out), data[float32](in[0]), rows)
	}
	return nil
}

// BatchNorm returns (x - mean)/√(variance + epsilon)·weight + bias. If batch is
// set, mean and variance are the [Moments] of x and the gradient of x goes
// through them too; else they are constants.
//
//	x                             (..., C)
//	mean, variance, weight, bias  (C)
func BatchNorm(x, mean, variance, weight, bias *G.Node, epsilon float64, batch bool) (*G.Node, error) {
	return apply(batchNorm{x.Dims(), epsilon, batch}, x, mean, variance, weight, bias)
}

type batchNorm struct {
	dims    int
	epsilon float64
	batch   bool
}

func (batchNorm) String() string { return "batchNorm" }

func (b batchNorm) types() []hm.Type {
	return []hm.Type{array(b.dims), array(1), array(1), array(1), array(1), array(b.dims)}
}

func (batchNorm) shape(in []tensor.Shape) (tensor.Shape, error) {
	c := channelsOf(in[0])
	for _, s := range in[1:] {
		if !slices.Equal(s, tensor.Shape{c}) {
			return nil, errors.Errorf("%v does not fit %v", s, in[0])
		}
	}
	return in[0].Clone(), nil
}

func (b batchNorm) do(out G.Value, in []G.Value) error {
	if out.Dtype() == tensor.Float64 {
		batchNormDo[float64](b, out, in)
	} else {
		batchNormDo[float32](b, out, in)
	}
	return nil
}

func batchNormDo[T kernel.Float](b batchNorm, out G.Value, in []G.Value) {
	kernel.BatchNorm(data[T](out), data[T](in[0]), data[T](in[1]), data[T](in[2]), data[T](in[3]), data[T](in[4]), b.epsilon)
}

func (batchNorm) wrt() []bool { return []bool{true, false, false, true, true} }

func (b batchNorm) grad(in G.Nodes, _, dy *G.Node) (G.Nodes, error) {
	x, mean, variance, weight := in[0], in[1], in[2], in[3]
	sums, err := apply(batchNormSums(b), x, dy, mean, variance)
	if err != nil {
		return nil, err
	}
	dw, db, err := halves(sums)
	if err != nil {
		return nil, err
	}
	operands := []*G.Node{x, dy, mean, variance, weight}
	if b.batch {
		operands = append(operands, sums)
	}
	dx, err := apply(batchNormGrad(b), operands...)
	return G.Nodes{dx, nil, nil, dw, db}, err
}

// batchNormSums is the gradient of the weight, then that of the bias.
type batchNormSums batchNorm

func (batchNormSums) String() string { return "batchNormSums" }

func (b batchNormSums) types() []hm.Type {
	return []hm.Type{array(b.dims), array(b.dims), array(1), array(1), array(1)}
}

func (batchNormSums) shape(in []tensor.Shape) (tensor.Shape, error) {
	return tensor.Shape{2 * channelsOf(in[0])}, nil
}

func (b batchNormSums) do(out G.Value, in []G.Value) error {
	if out.Dtype() == tensor.Float64 {
		batchNormSumsDo[float64](b, out, in)
	} else {
		batchNormSumsDo[float32](b, out, in)
	}
	return nil
}

func batchNormSumsDo[T kernel.Float](b batchNormSums, out G.Value, in []G.Value) {
	kernel.BatchNormSums(data[T](out), data[T](in[0]), data[T](in[1]), data[T](in[2]), data[T](in[3]), b.epsilon)
}

// batchNormGrad is the gradient of x.
type batchNormGrad batchNorm

func (batchNormGrad) String() string { return "batchNormGrad" }

func (b batchNormGrad) types() []hm.Type {
	t := []hm.Type{array(b.dims), array(b.dims), array(1), array(1), array(1), array(b.dims)}
	if b.batch {
		t = slices.Insert(t, 5, array(1))
	}
	return t
}

func (batchNormGrad) shape(in []tensor.Shape) (tensor.Shape, error) { return in[0].Clone(), nil }

func (b batchNormGrad) do(out G.Value, in []G.Value) error {
	if out.Dtype() == tensor.Float64 {
		batchNormGradDo[float64](b, out, in)
	} else {
		batchNormGradDo[float32](b, out, in)
	}
	return nil
}

func batchNormGradDo[T kernel.Float](b batchNormGrad, out G.Value, in []G.Value) {
	var sums []T
	if b.batch {
		sums = data[T](in[5])
	}
	kernel.BatchNormGrad(data[T](out), data[T](in[0]), data[T](in[1]), data[T](in[2]), data[T](in[3]), data[T](in[4]), sums, b.epsilon)
}

// Blend returns a + momentum·(factor·b - a), without gradients.
func Blend(a, b *G.Node, momentum, factor float64) (*G.Node, error) {
	return apply(blend{a.Dims(), momentum, factor}, a, b)
}

type blend struct {
	dims             int
	momentum, factor float64
}

func (blend) String() string { return "blend" }

func (b blend) types() []hm.Type { return []hm.Type{array(b.dims), array(b.dims), array(b.dims)} }

func (blend) shape(in []tensor.Shape) (tensor.Shape, error) { return add{}.shape(in) }

func (b blend) do(out G.Value, in []G.Value) error {
	if out.Dtype() == tensor.Float64 {
		blendDo[float64](b, out, in)
	} else {
		blendDo[float32](b, out, in)
	}
	return nil
}

func blendDo[T kernel.Float](b blend, out G.Value, in []G.Value) {
	y, x := data[T](out), data[T](in[1])
	for i, v := range data[T](in[0]) {
		y[i] = T(float64(v) + b.momentum*(b.factor*float64(x[i])-float64(v)))
	}
}

// halves returns the two halves of a vector.
func halves(x *G.Node) (a, b *G.Node, err error) {
	n := x.Shape()[0] / 2
	if a, err = partOf(x, 0, n); err != nil {
		return nil, nil, err
	}
	b, err = partOf(x, n, n)
	return a, b, err
}
