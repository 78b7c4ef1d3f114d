package bench

import (
	"fmt"
	"math"
	"testing"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/gorgonia-zoo/zoo/data"
	"github.com/gorgonia-zoo/zoo/layers"
	"github.com/gorgonia-zoo/zoo/models"
	"github.com/gorgonia-zoo/zoo/train"
	"github.com/gorgonia-zoo/zoo/train/optim"
)

// A stock is a net of Gorgonia's own operations, machine and solver, as its users
// write one: channels second, weights (in, out), labels one-hot.
type stock struct {
	g          *G.ExprGraph
	values     *layers.Params // that parameters begin with, in the zoo's layout
	params     G.Nodes
	x, y, loss *G.Node
	machine    G.VM
	solver     G.Solver
}

// stocks has the forward passes, from images to logits.
var stocks = map[string]func(s *stock, drop float64) *G.Node{
	"mlp": func(s *stock, _ float64) *G.Node {
		h := G.Must(G.Rectify(s.dense("fc1", flatten(s.x))))
		return s.dense("fc2", h)
	},
	"lenet": func(s *stock, drop float64) *G.Node {
		h := s.block("conv2", s.block("conv1", s.x))
		h = G.Must(G.Rectify(s.dense("fc1", flatten(h))))
		if drop > 0 {
			h = G.Must(G.Dropout(h, drop))
		}
		return s.dense("fc2", h)
	},
}

// newStock builds the net called name for batches of n.
func newStock(name string, n int, drop, rate float64, values *layers.Params) (*stock, error) {
	s := &stock{g: G.NewGraph(), values: values, solver: G.NewVanillaSolver(G.WithLearnRate(rate))}
	s.x = G.NewTensor(s.g, G.Float32, 4, G.WithShape(n, 1, 28, 28), G.WithName("x"))
	s.y = G.NewMatrix(s.g, G.Float32, G.WithShape(n, 10), G.WithName("y"), G.WithInit(G.Zeroes()))
	logs := G.Must(G.LogSoftMax(stocks[name](s, drop)))
	sum := G.Must(G.Sum(G.Must(G.HadamardProd(logs, s.y))))
	s.loss = G.Must(G.Div(sum, G.NewConstant(float32(-n))))
	if _, err := G.Grad(s.loss, s.params...); err != nil {
		return nil, err
	}
	s.machine = G.NewTapeMachine(s.g, G.BindDualValues(s.params...))
	return s, nil
}

// param adds a parameter that begins as v, in the given shape.
func (s *stock) param(name string, v *tensor.Dense, shape ...int) *G.Node {
	v = v.Clone().(*tensor.Dense)
	if err := v.Reshape(shape...); err != nil {
		panic(err)
	}
	p := G.NewTensor(s.g, G.Float32, len(shape), G.WithShape(shape...), G.WithName(name), G.WithValue(v))
	s.params = append(s.params, p)
	return p
}

// dense is x·w + b.
func (s *stock) dense(name string, x *G.Node) *G.Node {
	w, b := s.values.Get(name+".weight").Value.Clone().(*tensor.Dense), s.values.Get(name+".bias").Value
	if err := w.T(); err != nil {
		panic(err)
	}
	w = w.Materialize().(*tensor.Dense)
	y := G.Must(G.Mul(x, s.param(name+".weight", w, w.Shape()...)))
	return G.Must(G.BroadcastAdd(y, s.param(name+".bias", b, 1, b.Shape()[0]), nil, []byte{0}))
}

// block is a convolution, 5 by 5 and padded by 2, ReLU and pooling.
func (s *stock) block(name string, x *G.Node) *G.Node {
	w, b := s.values.Get(name+".weight").Value, s.values.Get(name+".bias").Value
	y := G.Must(G.Conv2d(x, s.param(name+".weight", w, w.Shape()...), tensor.Shape{5, 5}, []int{2, 2}, []int{1, 1}, []int{1, 1}))
	y = G.Must(G.BroadcastAdd(y, s.param(name+".bias", b, 1, b.Shape()[0], 1, 1), nil, []byte{0, 2, 3}))
	return G.Must(G.MaxPool2D(G.Must(G.Rectify(y)), tensor.Shape{2, 2}, []int{0, 0}, []int{2, 2}))
}

func flatten(x *G.Node) *G.Node {
	n := x.Shape()[0]
	return G.Must(G.Reshape(x, tensor.Shape{n, x.Shape().TotalSize() / n}))
}

// step trains on b and returns the loss. Images of one channel lie in memory the
// same way wherever it comes.
func (s *stock) step(b data.Batch) (loss float64, err error) {
	x := tensor.New(tensor.WithShape(s.x.Shape()...), tensor.WithBacking(b.X.Float32s()))
	if err := G.Let(s.x, x); err != nil {
		return 0, err
	}
	hot := s.y.Value().(*tensor.Dense).Float32s()
	clear(hot)
	for i, label := range b.Y.Ints() {
		hot[10*i+label] = 1
	}
	if err := s.machine.RunAll(); err != nil {
		return 0, err
	}
	defer s.machine.Reset()
	return float64(s.loss.Value().Data().(float32)), s.solver.Step(G.NodesToValueGrads(s.params))
}

// undropped returns the model called name, whose dropout drops nothing, and new
// parameters of it.
func undropped(name string) (layers.Layer, *layers.Params, error) {
	spec, err := models.Find(name)
	if err != nil {
		return nil, nil, err
	}
	net := spec.New().(layers.Sequential)
	for i, l := range net {
		if d, ok := l.(layers.Dropout); ok {
			net[i] = layers.Dropout{Name: d.Name}
		}
	}
	p := layers.NewParams(1)
	s := layers.NewScope(p, layers.Train)
	_, err = net.Forward(s, s.Input("x", tensor.Float32, append([]int{1}, spec.Input...)...))
	return net, p, err
}

// The nets that are timed against each other are the same: without dropout, three
// steps from equal values have equal losses, the later ones by equal gradients.
func TestStock(t *testing.T) {
	const (
		n         = 10
		rate      = 0.001
		tolerance = 1e-5 // of the loss
	)
	for name := range stocks {
		t.Run(name, func(t *testing.T) {
			net, p, err := undropped(name)
			if err != nil {
				t.Fatal(err)
			}
			s, err := newStock(name, n, 0, rate, p)
			if err != nil {
				t.Fatal(err)
			}
			defer s.machine.Close()
			src := images(3*n, 28, 28, 1).Batches(n)
			ours := train.Trainer{Model: net, Params: p, Optimizer: optim.SGD{Rate: rate}}
			var b data.Batch
			for step, err := range ours.Steps(t.Context(), src) {
				if err != nil {
					t.Fatal(err)
				}
				if err := src.Read(0, step.N-1, &b); err != nil {
					t.Fatal(err)
				}
				loss, err := s.step(b)
				if err != nil {
					t.Fatal(err)
				}
				if !(math.Abs(loss-step.Loss()) <= tolerance*loss) {
					t.Errorf("step %d: Gorgonia's loss is %v, ours %v", step.N, loss, step.Loss())
				}
				if step.N == 3 {
					break
				}
			}
		})
	}
}

// BenchmarkStock times Gorgonia's own operations: with dropout, and without the
// penalties and averages that BenchmarkTrainStep has on top.
func BenchmarkStock(b *testing.B) {
	for _, w := range Workloads {
		if stocks[w.Name] == nil {
			continue
		}
		b.Run(fmt.Sprintf("model=%s/batch=%d", w.Name, w.Batch), func(b *testing.B) {
			_, p, err := undropped(w.Name)
			if err != nil {
				b.Fatal(err)
			}
			s, err := newStock(w.Name, w.Batch, 0.5, 0.01, p)
			if err != nil {
				b.Fatal(err)
			}
			defer s.machine.Close()
			src := w.Source()
			var batch data.Batch
			i := 0
			step := func() {
				if err := src.Read(i/src.Len(), i%src.Len(), &batch); err != nil {
					b.Fatal(err)
				}
				if _, err := s.step(batch); err != nil {
					b.Fatal(err)
				}
				i++
			}
			step()
			b.ReportAllocs()
			for b.Loop() {
				step()
			}
			b.ReportMetric(float64(w.Batch*b.N)/b.Elapsed().Seconds(), "examples/s")
		})
	}
}
