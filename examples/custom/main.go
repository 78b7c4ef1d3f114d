// A layer of one's own, trained to tell the arms of a spiral apart.
//
//	go run ./examples/custom
package main

import (
	"context"
	"fmt"
	"log"
	"math"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/gorgonia-zoo/zoo/data"
	"github.com/gorgonia-zoo/zoo/layers"
	"github.com/gorgonia-zoo/zoo/train"
	"github.com/gorgonia-zoo/zoo/train/optim"
)

// GLU is a gated linear unit, value(x) ⊙ σ(gate(x)) (Dauphin et al., 2017).
type GLU struct{ Value, Gate layers.Dense }

// Forward makes it a layer: it adds nodes to the graph, Gorgonia's own too.
func (l GLU) Forward(s *layers.Scope, x *G.Node) (*G.Node, error) {
	value, err := l.Value.Forward(s, x)
	if err != nil {
		return nil, err
	}
	gate, err := layers.Sequential{l.Gate, layers.Sigmoid}.Forward(s, x)
	if err != nil {
		return nil, err
	}
	return G.HadamardProd(value, gate)
}

func main() {
	t := train.Trainer{
		Model: layers.Sequential{
			GLU{layers.Dense{Name: "value1", Units: 32}, layers.Dense{Name: "gate1", Units: 32}},
			GLU{layers.Dense{Name: "value2", Units: 32}, layers.Dense{Name: "gate2", Units: 32}},
			layers.Dense{Name: "out", Units: 2},
		},
		Optimizer: optim.Adam{Rate: 0.01},
	}
	for e, err := range t.Epochs(context.Background(), spiral(2000).Shuffle(50, 1), spiral(333).Batches(333), 20) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(e)
	}
}

// spiral returns n points along two arms.
func spiral(n int) data.Set {
	x, y := make([]float32, 2*n), make([]int, n)
	for i := range y {
		y[i] = i % 2
		r := float64(i) / float64(n)
		sin, cos := math.Sincos(10*r + math.Pi*float64(y[i]))
		x[2*i], x[2*i+1] = float32(r*cos), float32(r*sin)
	}
	return data.Set{
		X: tensor.New(tensor.WithShape(n, 2), tensor.WithBacking(x)),
		Y: tensor.New(tensor.WithShape(n), tensor.WithBacking(y)),
	}
}
