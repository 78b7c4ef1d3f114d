package layers

import (
	"github.com/pkg/errors"
	G "gorgonia.org/gorgonia"

	"github.com/gorgonia-zoo/zoo/internal/op"
)

// A Layer maps a node to a node. It is a plain description: Forward adds nodes
// to the scope's graph, once per graph.
type Layer interface {
	Forward(s *Scope, x *G.Node) (*G.Node, error)
}

// Func adapts a function of a node, such as gorgonia.Tanh, to a Layer.
type Func func(*G.Node) (*G.Node, error)

// Forward implements [Layer].
func (f Func) Forward(s *Scope, x *G.Node) (*G.Node, error) {
	if f == nil {
		return nil, errors.Errorf("%sa Func is nil", s.prefix())
	}
	return f(x)
}

// The activations, layers like any other. After a [Dense] they become part of
// its operation and cost no pass over memory.
var (
	ReLU    Layer = activation(op.ReLU)    // max(x, 0)
	Sigmoid Layer = activation(op.Sigmoid) // 1/(1 + e⁻ˣ)
	Tanh    Layer = activation(op.Tanh)    // (eˣ - e⁻ˣ)/(eˣ + e⁻ˣ)
)

// Softmax turns each row of logits (N, classes) into probabilities,
// e^(x-max)/Σe^(x-max). A model for training ends before it, since the loss takes
// logits: put it behind the trained model, in a Sequential on the same Params.
var Softmax Layer = softmax{}

type softmax struct{}

func (softmax) Forward(s *Scope, x *G.Node) (*G.Node, error) {
	if x.Dims() != 2 {
		return nil, errors.Errorf("%ssoftmax takes (N, classes), its input is %v; put a Flatten before it", s.prefix(), x.Shape())
	}
	return op.Softmax(x)
}

func (softmax) String() string { return "Softmax" }

type activation op.Activation

func (a activation) Forward(_ *Scope, x *G.Node) (*G.Node, error) {
	return op.Activate(op.Activation(a), x)
}

func (a activation) String() string {
	return map[op.Activation]string{op.ReLU: "ReLU", op.Sigmoid: "Sigmoid", op.Tanh: "Tanh"}[op.Activation(a)]
}
