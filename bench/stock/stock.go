// Package stock has nets of Gorgonia's own operations, executor and solver, as
// Gorgonia's users write them, to time the zoo against.
package stock

import (
	"github.com/pkg/errors"
	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/gorgonia-zoo/zoo/data"
	"github.com/gorgonia-zoo/zoo/layers"
	"github.com/gorgonia-zoo/zoo/train/optim"
)

// Options are a net's and its training's.
type Options struct {
	Model    string // mlp or lenet
	Batch    int
	Drop     float64 // of lenet's last layer's input
	Schedule optim.Schedule
	Average  float64         // decay of the moving averages; 0: none
	L2       float64         // penalty
	Decayed  map[string]bool // weights that have it
	Begin    *layers.Params  // what parameters begin with, in the zoo's layout
}

// A Net has images channels second, weights (in, out) and labels one-hot.
type Net struct {
	Options
	Averages []*tensor.Dense // of the parameters, in their order

	g               *G.ExprGraph
	params          G.Nodes
	decayed, others []G.ValueGrad
	x, y, loss      *G.Node
	machine         G.VM
	steps           int
}

// forward has the passes from images to logits.
var forward = map[string]func(n *Net) *G.Node{
	"mlp": func(n *Net) *G.Node {
		h := G.Must(G.Rectify(n.dense("fc1", flatten(n.x))))
		return n.dense("fc2", h)
	},
	"lenet": func(n *Net) *G.Node {
		h := n.block("conv2", n.block("conv1", n.x))
		h = G.Must(G.Rectify(n.dense("fc1", flatten(h))))
		if n.Drop > 0 {
			h = G.Must(G.Dropout(h, n.Drop))
		}
		return n.dense("fc2", h)
	},
}

// New builds a net.
func New(o Options) (*Net, error) {
	build := forward[o.Model]
	if build == nil {
		return nil, errors.Errorf("no net of Gorgonia's own operations is called %q; there is mlp, lenet", o.Model)
	}
	n := &Net{Options: o, g: G.NewGraph()}
	n.x = G.NewTensor(n.g, G.Float32, 4, G.WithShape(o.Batch, 1, 28, 28), G.WithName("x"))
	n.y = G.NewMatrix(n.g, G.Float32, G.WithShape(o.Batch, 10), G.WithName("y"), G.WithInit(G.Zeroes()))
	logs := G.Must(G.LogSoftMax(build(n)))
	sum := G.Must(G.Sum(G.Must(G.HadamardProd(logs, n.y))))
	n.loss = G.Must(G.Div(sum, G.NewConstant(float32(-o.Batch))))
	if _, err := G.Grad(n.loss, n.params...); err != nil {
		return nil, errors.WithStack(err)
	}
	for _, p := range n.params {
		if o.L2 > 0 && o.Decayed[p.Name()] {
			n.decayed = append(n.decayed, p)
		} else {
			n.others = append(n.others, p)
		}
		n.Averages = append(n.Averages, p.Value().(*tensor.Dense).Clone().(*tensor.Dense))
	}
	n.machine = G.NewTapeMachine(n.g, G.BindDualValues(n.params...))
	return n, nil
}

// Close ends the net's use.
func (n *Net) Close() error { return n.machine.Close() }

// param adds a parameter that begins as v, in the given shape.
func (n *Net) param(name string, v *tensor.Dense, shape ...int) *G.Node {
	v = v.Clone().(*tensor.Dense)
	if err := v.Reshape(shape...); err != nil {
		panic(err)
	}
	p := G.NewTensor(n.g, G.Float32, len(shape), G.WithShape(shape...), G.WithName(name), G.WithValue(v))
	n.params = append(n.params, p)
	return p
}

// dense is x·w + b.
func (n *Net) dense(name string, x *G.Node) *G.Node {
	w, b := n.Begin.Get(name+".weight").Value.Clone().(*tensor.Dense), n.Begin.Get(name+".bias").Value
	if err := w.T(); err != nil {
		panic(err)
	}
	w = w.Materialize().(*tensor.Dense)
	y := G.Must(G.Mul(x, n.param(name+".weight", w, w.Shape()...)))
	return G.Must(G.BroadcastAdd(y, n.param(name+".bias", b, 1, b.Shape()[0]), nil, []byte{0}))
}

// block is a convolution, 5 by 5 and padded by 2, ReLU and pooling.
func (n *Net) block(name string, x *G.Node) *G.Node {
	w, b := n.Begin.Get(name+".weight").Value, n.Begin.Get(name+".bias").Value
	y := G.Must(G.Conv2d(x, n.param(name+".weight", w, w.Shape()...), tensor.Shape{5, 5}, []int{2, 2}, []int{1, 1}, []int{1, 1}))
	y = G.Must(G.BroadcastAdd(y, n.param(name+".bias", b, 1, b.Shape()[0], 1, 1), nil, []byte{0, 2, 3}))
	return G.Must(G.MaxPool2D(G.Must(G.Rectify(y)), tensor.Shape{2, 2}, []int{0, 0}, []int{2, 2}))
}

func flatten(x *G.Node) *G.Node {
	n := x.Shape()[0]
	return G.Must(G.Reshape(x, tensor.Shape{n, x.Shape().TotalSize() / n}))
}

// Step trains on b and returns the loss. Images of one channel lie in memory the
// same way wherever it comes.
func (n *Net) Step(b data.Batch) (loss float64, err error) {
	x := tensor.New(tensor.WithShape(n.x.Shape()...), tensor.WithBacking(b.X.Float32s()))
	if err := G.Let(n.x, x); err != nil {
		return 0, err
	}
	hot := n.y.Value().(*tensor.Dense).Float32s()
	clear(hot)
	for i, label := range b.Y.Ints() {
		hot[10*i+label] = 1
	}
	if err := n.machine.RunAll(); err != nil {
		return 0, err
	}
	defer n.machine.Reset()
	return float64(n.loss.Value().Data().(float32)), n.update()
}

// update makes solvers anew, since one's rate cannot be changed.
func (n *Net) update() error {
	rate := G.WithLearnRate(n.Schedule(n.steps))
	n.steps++
	if err := G.NewVanillaSolver(rate, G.WithL2Reg(n.L2)).Step(n.decayed); err != nil {
		return err
	}
	if err := G.NewVanillaSolver(rate).Step(n.others); err != nil {
		return err
	}
	if n.Average == 0 {
		return nil
	}
	decay := float32(min(n.Average, float64(1+n.steps)/float64(10+n.steps)))
	for i, p := range n.params {
		a := n.Averages[i].Float32s()
		for j, w := range p.Value().(*tensor.Dense).Float32s() {
			a[j] += (1 - decay) * (w - a[j])
		}
	}
	return nil
}
