package vm_test

import (
	"math/rand/v2"
	"testing"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/gorgonia-zoo/zoo/internal/op"
)

// Graphs drawn at random, of the zoo's operations and Gorgonia's, against the
// plainest executor: one that evaluates a node anew from copies of its inputs.
// Values that were overwritten too early, stale views and wrong orders show.
func TestRandomGraphs(t *testing.T) {
	for seed := range uint64(150) {
		r := rand.New(rand.NewPCG(seed, 0))
		g := G.NewGraph()
		nodes := G.Nodes{input(g, "a", noise(1, 4, 6)), input(g, "b", noise(2, 4, 6))}
		w, h := input(g, "w", noise(3, 6, 6)), input(g, "h", noise(4, 2, 6))
		for range 5 + r.IntN(40) {
			nodes = append(nodes, grow(r, nodes, w, h))
		}
		outs := G.Nodes{nodes[len(nodes)-1]}
		for range r.IntN(5) {
			outs = append(outs, nodes[r.IntN(len(nodes))])
		}
		m := compile(t, outs...)
		for round := range uint32(3) {
			switch round {
			case 1: // other numbers in the same tensor
				copy(nodes[0].Value().(*tensor.Dense).Float32s(), noise(10, 24).Float32s())
			case 2: // another tensor
				if err := G.Let(nodes[1], noise(11, 4, 6)); err != nil {
					t.Fatal(err)
				}
			}
			run(t, m)
			seen := map[*G.Node]G.Value{}
			for i, n := range outs {
				if got, want := floats(t, n.Value()), floats(t, evaluate(t, n, seen)); !same(got, want) {
					t.Fatalf("seed %d, round %d: output %d, %v, is %v, want %v", seed, round, i, n, got, want)
				}
			}
		}
	}
}

// grow returns an operation on some of the nodes, all of them (4, 6).
func grow(r *rand.Rand, nodes G.Nodes, w, h *G.Node) *G.Node {
	pick := func() *G.Node { return nodes[len(nodes)-1-min(r.IntN(len(nodes)), r.IntN(len(nodes)))] } // late ones more often
	x := pick()
	switch r.IntN(12) {
	case 0:
		return G.Must(op.Linear(x, w, nil))
	case 1:
		return G.Must(op.Activate(op.Activation(1+r.IntN(3)), x))
	case 2:
		return G.Must(op.Add(x, pick()))
	case 3:
		return G.Must(op.Reshape(G.Must(op.Activate(op.Tanh, G.Must(op.Reshape(x, 3, 8)))), 4, 6))
	case 4:
		return G.Must(op.Reshape(G.Must(op.Reshape(x, 24)), 4, 6))
	case 5:
		return G.Must(G.HadamardProd(x, pick()))
	case 6:
		return G.Must(G.Add(x, pick())) // which the executor replaces
	case 7: // two parts of an array
		y, last, err := op.RNN(x, w, h, 2)
		if err != nil {
			panic(err)
		}
		z, _, err := op.RNN(pick(), w, last, 2)
		if err != nil {
			panic(err)
		}
		return G.Must(op.Reshape(G.Must(op.Add(y, z)), 4, 6))
	case 8: // again, of which one is used twice
		mean, variance, err := op.Moments(x)
		if err != nil {
			panic(err)
		}
		return G.Must(op.BatchNorm(pick(), mean, variance, mean, mean, 1e-3, true))
	case 9:
		return G.Must(G.Tanh(G.Must(G.Neg(x))))
	default:
		return G.Must(op.Softmax(x))
	}
}

// evaluate returns n's value, made from copies so that nothing is overwritten.
func evaluate(t *testing.T, n *G.Node, seen map[*G.Node]G.Value) G.Value {
	t.Helper()
	if v, ok := seen[n]; ok {
		return v
	}
	if n.Op() == nil {
		return n.Value()
	}
	var in []G.Value
	for it := n.Graph().From(n.ID()); it.Next(); {
		v, err := G.CloneValue(evaluate(t, it.Node().(*G.Node), seen))
		if err != nil {
			t.Fatal(err)
		}
		in = append(in, v)
	}
	v, err := n.Op().Do(in...)
	if err != nil {
		t.Fatal(err)
	}
	seen[n] = v
	return v
}
