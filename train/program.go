package train

import (
	"slices"
	"strings"

	"github.com/pkg/errors"
	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/gorgonia-zoo/zoo/data"
	"github.com/gorgonia-zoo/zoo/internal/op"
	"github.com/gorgonia-zoo/zoo/internal/vm"
	"github.com/gorgonia-zoo/zoo/layers"
)

// A program is the model compiled for one mode and one shape of batch.
type program struct {
	mode    layers.Mode
	pass    pass
	scope   *layers.Scope
	machine *vm.Machine
	x, y    input // y has no node in a program that predicts
	out     *G.Node
	loss    *G.Node
	correct *G.Node // how many are classified right; nil where that means nothing, or takes logits that are never all in memory
	grads   G.Nodes // of scope.Trained
	trained []layers.Trained
	learned []*learned // of the same parameters
	carries []carry
}

// program returns the program for mode and the shape of b. A handful is kept.
func (t *Trainer) program(mode layers.Mode, b data.Batch) (*program, error) {
	for i, p := range t.programs {
		if p.mode == mode && p.fits(b) {
			if i > 0 {
				copy(t.programs[1:i+1], t.programs[:i])
				t.programs[0] = p
			}
			return p, nil
		}
	}
	p, err := t.compile(mode, b)
	if err != nil {
		return nil, err
	}
	const kept = 6
	t.programs = slices.Insert(t.programs, 0, p)
	for len(t.programs) > kept {
		last := len(t.programs) - 1
		t.programs[last].machine.Close()
		t.programs = t.programs[:last]
	}
	return p, nil
}

func (p *program) fits(b data.Batch) bool { return p.x.fits(b.X) && p.y.fits(b.Y) }

// An input is where a batch enters the graph. It keeps the node's shape, which
// the node gives out only as a copy.
type input struct {
	node  *G.Node
	shape tensor.Shape
	dtype tensor.Dtype
}

func newInput(s *layers.Scope, name string, v *tensor.Dense) input {
	return input{s.Input(name, v.Dtype(), v.Shape()...), v.Shape().Clone(), v.Dtype()}
}

func (in *input) fits(v *tensor.Dense) bool {
	if in.node == nil || v == nil {
		return in.node == nil && v == nil
	}
	return slices.Equal(v.Shape(), in.shape) && v.Dtype() == in.dtype
}

func (in *input) bind(v *tensor.Dense) error {
	if in.node == nil || in.node.Value() == G.Value(v) {
		return nil
	}
	if v.RequiresIterator() || v.DataOrder().IsColMajor() {
		return errors.Errorf("%s is a view whose rows do not lie one after the other; pass x.Materialize()", in.node.Name())
	}
	return errors.Wrap(G.UnsafeLet(in.node, v), "bind "+in.node.Name())
}

// compile builds the model's graph for batches like b.
func (t *Trainer) compile(mode layers.Mode, b data.Batch) (_ *program, err error) {
	s := layers.NewScope(t.Params, mode)
	p := &program{mode: mode, pass: passOf(mode, b), scope: s, x: newInput(s, "x", b.X)}
	if p.out, err = t.Model.Forward(s, p.x.node); err != nil {
		return nil, t.misfit(b, err)
	}
	if p.out == nil {
		return nil, errors.New("the model returned neither a node nor an error")
	}
	if u := s.Undeclared(); len(u) > 0 {
		return nil, t.misfit(b, errors.Errorf("the model has no parameters called %s, which Params hold; build the model that they are of", strings.Join(u, ", ")))
	}
	if b.Y != nil {
		p.y = newInput(s, "y", b.Y)
		loss := t.Loss
		if loss == nil {
			loss = CrossEntropy
		}
		if p.loss, err = loss(p.out, p.y.node); err != nil {
			return nil, errors.Wrap(err, "loss")
		}
		if p.loss == nil {
			return nil, errors.New("loss: the function returned neither a node nor an error")
		}
		if !p.loss.IsScalar() || p.loss.Dtype() != tensor.Float32 {
			return nil, errors.Errorf("loss is a %v of shape %v; it must be a single float32", p.loss.Dtype(), p.loss.Shape())
		}
	}
	outs := G.Nodes{p.loss}
	switch {
	case b.Y == nil:
		outs = G.Nodes{p.out}
	case mode == layers.Train:
		if err := p.differentiate(s); err != nil {
			return nil, err
		}
		outs = append(outs, p.grads...)
		for _, u := range s.Updates() {
			outs = append(outs, u.Node)
		}
		if err := t.learn(p); err != nil {
			return nil, err
		}
	case isLabels(p.y.node) && (p.out.Dims() == 2 || p.out.Dims() == 3):
		rows, err := op.Matrix(p.out)
		if err != nil {
			return nil, err
		}
		if op.InBlocks(rows) {
			break
		}
		if p.correct, err = op.Correct(rows, p.y.node); err != nil {
			return nil, err
		}
		outs = append(outs, p.correct)
	}
	if p.carries, err = t.carries(s, p.pass); err != nil {
		return nil, err
	}
	for _, c := range p.carries {
		outs = append(outs, c.next)
	}
	if t.device != nil {
		p.machine, err = t.machineOn(p, outs)
	} else {
		p.machine, err = vm.New(s.Graph(), outs...)
	}
	if err == nil && t.Placed != nil {
		for operation, device := range p.machine.Placement {
			t.Placed(Placed{operation, device})
		}
	}
	return p, err
}

// misfit returns an error that lists all in which the model differs from files that
// Params were loaded from or, if that is not what is wrong, err.
func (t *Trainer) misfit(b data.Batch, err error) error {
	model := layers.NewParams(0)
	s := layers.NewScope(model, layers.Eval)
	if _, e := t.Model.Forward(s, newInput(s, "x", b.X).node); e != nil {
		return err // something else is wrong with it
	}
	if e := t.Params.Misfits(model); e != nil {
		return e
	}
	return err
}

func passOf(mode layers.Mode, b data.Batch) pass {
	switch {
	case mode == layers.Train:
		return training
	case b.Y != nil:
		return evaluation
	}
	return prediction
}

// differentiate adds the gradients of the parameters to the graph.
func (p *program) differentiate(s *layers.Scope) error {
	p.trained = s.Trained()
	if len(p.trained) == 0 {
		return errors.New("nothing to train: every parameter is frozen, or the model has none")
	}
	reached := map[*G.Node]bool{}
	reach(p.loss, reached)
	var wrt G.Nodes
	for _, q := range p.trained {
		if !reached[q.Node] {
			return errors.Errorf("%s gets no gradient: the loss does not depend on it; freeze it or use it", q.Name)
		}
		wrt = append(wrt, q.Node)
	}
	grads, err := G.Grad(p.loss, wrt...)
	if err != nil { // Gorgonia's words around an operation's own say nothing more
		return errors.Errorf("gradient: %s", strings.TrimPrefix(err.Error(), ".SymDiff() failed: "))
	}
	for i, g := range grads {
		if g == nil {
			return errors.Errorf("%s gets no gradient: an operation between it and the loss has none", p.trained[i].Name)
		}
		if !g.Shape().Eq(wrt[i].Shape()) {
			return errors.Errorf("%s has shape %v, its gradient %v", p.trained[i].Name, wrt[i].Shape(), g.Shape())
		}
	}
	p.grads = grads
	return nil
}

func reach(n *G.Node, seen map[*G.Node]bool) {
	if seen[n] {
		return
	}
	seen[n] = true
	for it := n.Graph().From(n.ID()); it.Next(); {
		reach(it.Node().(*G.Node), seen)
	}
}

// run feeds b through the program, which begins with what was carried.
func (t *Trainer) run(p *program, b data.Batch) error {
	if t.device != nil {
		return t.runOn(p, b)
	}
	return p.run(b)
}

func (p *program) run(b data.Batch) error {
	if err := p.x.bind(b.X); err != nil {
		return err
	}
	if err := p.y.bind(b.Y); err != nil {
		return err
	}
	for i := range p.carries {
		p.carries[i].load()
	}
	return p.machine.RunAll()
}

// carryOn hands on what the run leaves.
func (p *program) carryOn() {
	for i := range p.carries {
		p.carries[i].save()
	}
}

// updateBuffers gives buffers their new values and carries on, unless one of them is
// not finite: its name.
func (p *program) updateBuffers() (bad string) {
	updates := p.scope.Updates()
	for _, u := range updates {
		if !finite(u.Node.Value().(*tensor.Dense).Float32s()) {
			return u.Name
		}
	}
	for _, c := range p.carries {
		if c.next != nil && !finite(c.next.Value().(*tensor.Dense).Float32s()) {
			return c.state.name
		}
	}
	p.carryOn()
	for _, u := range updates {
		copy(u.Value.Float32s(), u.Node.Value().(*tensor.Dense).Float32s())
	}
	return ""
}

// number returns the value of a float32 scalar node.
func number(n *G.Node) float64 { return float64(*n.Value().(*G.F32)) }
