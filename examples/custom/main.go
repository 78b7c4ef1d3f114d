// A layer of one's own: a gated linear unit, whose product can learn exclusive or.
//
//	go run ./examples/custom
package main

import (
	"context"
	"fmt"
	"log"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/gorgonia-zoo/zoo/data"
	"github.com/gorgonia-zoo/zoo/layers"
	"github.com/gorgonia-zoo/zoo/train"
)

// GLU is value(x) ⊙ σ(gate(x)) (Dauphin et al., 2017). Forward makes it a layer.
type GLU struct{ Value, Gate layers.Dense }

func (l GLU) Forward(s *layers.Scope, x *G.Node) (*G.Node, error) {
	value, err := l.Value.Forward(s, x)
	if err != nil {
		return nil, err
	}
	gate, err := layers.Sequential{l.Gate, layers.Sigmoid}.Forward(s, x)
	if err != nil {
		return nil, err
	}
	return G.HadamardProd(value, gate) // Gorgonia's nodes and the zoo's mix
}

func main() {
	glu := GLU{layers.Dense{Name: "value", Units: 8}, layers.Dense{Name: "gate", Units: 8}}
	t := train.Trainer{Model: layers.Sequential{glu, layers.Dense{Name: "out", Units: 2}}, Average: 0.99}
	for e, err := range t.Epochs(context.Background(), xor(50).Shuffle(20, 1), xor(32).Batches(500), 20) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(e)
	}
	y, err := t.Predict(tensor.New(tensor.WithShape(2, 2), tensor.WithBacking([]float32{-0.5, 0.5, 0.5, 0.5})))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("logits at (-0.5, 0.5): %.1f, at (0.5, 0.5): %.1f\n", y.Float32s()[:2], y.Float32s()[2:])
}

// xor returns a grid of n×n points over [-1, 1]², of class 1 where the signs differ.
func xor(n int) data.Set {
	x, y := make([]float32, 2*n*n), make([]int, n*n)
	for i := range y {
		x[2*i], x[2*i+1] = float32(2*(i/n)+1)/float32(n)-1, float32(2*(i%n)+1)/float32(n)-1
		y[i] = 2*(i/n)/n ^ 2*(i%n)/n
	}
	return data.Set{X: tensor.New(tensor.WithShape(n*n, 2), tensor.WithBacking(x)),
		Y: tensor.New(tensor.WithShape(n*n), tensor.WithBacking(y))}
}
