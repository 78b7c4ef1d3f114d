package train

import (
	"math"

	"github.com/pkg/errors"
	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/gorgonia-zoo/zoo/data"
	"github.com/gorgonia-zoo/zoo/internal/device"
	"github.com/gorgonia-zoo/zoo/internal/vm"
	"github.com/gorgonia-zoo/zoo/train/optim"
)

// A Device runs training and prediction in memory of its own: see package cuda.
type Device = device.Device

// A Placed operation is where a part of a model runs.
type Placed struct {
	Operation string // with the shape of its output
	Device    string // cpu, cuda:0
}

// An accelerator is what a Trainer keeps on its device: copies of parameters,
// averages, the optimizer's memory and what is carried, which training changes there.
type accelerator struct {
	store   *device.Store
	updater *device.Updater  // of what is learned; nil: not yet
	learned int              // parameters that it is for
	kept    []device.Pointer // copies of the state after the step checked
	checked int              // the last step after which everything was finite
	changes int              // that Params had been through
}

// onDevice has what the programs of a training step do after the gradients.
func (t *Trainer) updateOn(p *program) error {
	a := t.device
	if err := a.updater.CheckLoss(p.machine.At(p.loss).Pointer); err != nil {
		return err
	}
	var all []device.Update
	for i, l := range p.learned {
		u := device.Update{N: len(l.Value), G: p.machine.At(p.grads[i]).Pointer, L2: l.L2, L1: l.L1}
		slots := []*device.Pointer{&u.M, &u.V}
		for j, s := range l.Slots {
			*slots[j], _ = a.store.Has(s)
		}
		u.W, _ = a.store.Has(l.Value)
		u.Average, _ = a.store.Has(l.Average)
		all = append(all, u)
	}
	if t.ClipNorm > 0 {
		if err := a.updater.Clip(all, t.ClipNorm); err != nil {
			return err
		}
	}
	for _, u := range all {
		var err error
		switch o := t.optimizer.(type) {
		case optim.SGD:
			u.Momentum, u.Nesterov = o.Momentum, o.Nesterov
			err = a.updater.SGD(u)
		case optim.Adam:
			u.Beta1, u.Beta2, u.Epsilon = o.Moments()
			err = a.updater.Adam(u)
		}
		if err != nil {
			return err
		}
	}
	for _, u := range p.scope.Updates() {
		at, _ := a.store.Has(u.Value.Float32s())
		if err := a.store.Copy(at, p.machine.At(u.Node).Pointer, 4*u.Value.DataSize()); err != nil {
			return err
		}
	}
	return nil
}

// numbers are those of step n.
func (t *Trainer) numbers(n int, rate float64) device.Numbers {
	u := device.Numbers{Step: float64(n), Rate: rate, Blend: 1 - optim.AverageDecay(t.Average, n)}
	if o, ok := t.optimizer.(optim.Adam); ok {
		b1, b2, _ := o.Moments()
		u.Rate = rate / (1 - math.Pow(b1, float64(n)))
		u.Root = 1 / math.Sqrt(1-math.Pow(b2, float64(n)))
	}
	return u
}

// accelerate begins to use the device.
func (t *Trainer) accelerate() error {
	switch t.optimizer.(type) {
	case optim.SGD, optim.Adam:
	default:
		return errors.Errorf("trainer: there is no kernel for the optimizer %T; SGD and Adam have one", t.optimizer)
	}
	t.device = &accelerator{store: device.NewStore(t.Device)}
	return nil
}

// machineOn compiles p for the device.
func (t *Trainer) machineOn(p *program, outs G.Nodes) (*vm.Machine, error) {
	var after func() error
	if p.pass == training {
		after = func() error { return t.updateOn(p) }
		if err := t.learnOn(); err != nil {
			return nil, err
		}
	}
	return vm.NewOn(t.device.store, t.SoftPlacement, after, p.scope.Graph(), outs...)
}

// learnOn has an updater for all that is learned.
func (t *Trainer) learnOn() (err error) {
	a := t.device
	if a.learned == len(t.learned) {
		return nil
	}
	if a.updater != nil {
		a.updater.Close()
	}
	var sizes []int
	for _, l := range t.learned {
		sizes = append(sizes, len(l.Value))
	}
	a.learned = len(t.learned)
	a.updater, err = device.NewUpdater(a.store, Remembered, sizes...)
	return err
}

// runOn feeds b through the program, on the device.
func (t *Trainer) runOn(p *program, b data.Batch) error {
	if err := p.x.bind(b.X); err != nil {
		return err
	}
	if err := p.y.bind(b.Y); err != nil {
		return err
	}
	if err := t.keepOn(p); err != nil {
		return err
	}
	for i := range p.carries {
		c := &p.carries[i]
		c.fit()
		from, err := t.device.store.Keep(c.state.value)
		if err != nil {
			return err
		}
		to, err := t.device.store.Keep(c.node.Value().(*tensor.Dense).Float32s())
		if err != nil {
			return err
		}
		if err := t.device.store.Copy(to, from, 4*len(c.state.value)); err != nil {
			return err
		}
	}
	if err := p.machine.RunAll(); err != nil {
		return err
	}
	for _, c := range p.carries {
		if c.next == nil {
			continue
		}
		at, _ := t.device.store.Has(c.state.value)
		if err := t.device.store.Copy(at, p.machine.At(c.next).Pointer, 4*len(c.state.value)); err != nil {
			return err
		}
		t.device.store.Changed(c.state.value)
		c.state.begun = true
	}
	return nil
}

// keepOn brings what a program reads to the device, as far as it is not there.
func (t *Trainer) keepOn(p *program) error {
	store := t.device.store
	if n := t.Params.Changes(); n != t.device.changes {
		t.device.changes = n
		for q := range t.Params.All() {
			store.Replaced(q.Value.Float32s())
			if q.Average != nil {
				store.Replaced(q.Average.Float32s())
			}
		}
	}
	keep := func(name string, x []float32) error {
		_, err := store.Keep(x)
		return errors.Wrap(err, name)
	}
	for q := range t.Params.All() {
		if err := keep(q.Name, q.Value.Float32s()); err != nil {
			return err
		}
		if q.Average != nil {
			if err := keep(q.Name, q.Average.Float32s()); err != nil {
				return err
			}
		}
	}
	for _, l := range p.learned {
		for _, s := range l.Slots {
			if err := keep(l.param.Name, s); err != nil {
				return err
			}
		}
	}
	return nil
}

// stepOn does the step of which s tells.
func (t *Trainer) stepOn(s Step) error {
	a, p := t.device, s.program
	if a.kept == nil {
		if err := t.keepOn(p); err != nil {
			return err
		}
		if err := a.keep(t); err != nil {
			return err
		}
		a.checked = t.steps
	}
	if err := a.updater.Begin(t.numbers(t.steps+1, s.Rate)); err != nil {
		return err
	}
	if err := t.runOn(p, t.batch); err != nil {
		return errors.Wrapf(err, "step %d", t.steps+1)
	}
	for _, l := range p.learned {
		a.store.Changed(l.Value)
		a.store.Changed(l.Average)
		for _, s := range l.Slots {
			a.store.Changed(s)
		}
	}
	for _, u := range p.scope.Updates() {
		a.store.Changed(u.Value.Float32s())
	}
	t.steps++
	t.lastRate = s.Rate
	if t.steps-a.checked >= keepEvery {
		return t.checkOn()
	}
	return nil
}

// checkOn waits, and ends training if something was not finite since the last time.
// The device has changed nothing since.
func (t *Trainer) checkOn() error {
	a := t.device
	if a == nil || a.updater == nil || a.checked == t.steps {
		return nil
	}
	bad, loss, err := a.updater.Bad()
	if err != nil || bad == 0 {
		a.checked = t.steps
		if err == nil {
			err = a.keep(t)
		}
		return err
	}
	if err := a.updater.Mend(); err != nil {
		return err
	}
	t.steps = bad - 1
	if loss {
		return t.fail(errors.New("the loss is not finite"), t.lastRate, false)
	}
	return t.fail(errors.New("a gradient is not finite"), t.lastRate, true)
}

// pull brings what training has changed to the host. Training that failed since the
// last look at it is found out here.
func (t *Trainer) pull() error {
	if t.device == nil {
		return nil
	}
	if t.failed == nil {
		if err := t.checkOn(); err != nil {
			return err
		}
	}
	return t.device.store.Pull()
}

// fetch brings the loss, and the number that are right, to the host.
func (p *program) fetch() error {
	if err := p.machine.Fetch(p.loss); err != nil || p.correct == nil {
		return err
	}
	return p.machine.Fetch(p.correct)
}

// forgetDevice gives back all that is on the device.
func (t *Trainer) forgetDevice() {
	if t.device != nil {
		t.device.close()
	}
}

func (a *accelerator) close() {
	if a.updater != nil {
		a.updater.Close()
	}
	for _, k := range a.kept {
		a.store.Free(k)
	}
	a.store.Forget()
	*a = accelerator{store: a.store, checked: a.checked}
}

// losses brings those of the last steps to the host.
func (a *accelerator) losses(to []float32) error {
	if a.updater == nil {
		return nil
	}
	return a.updater.Losses(to)
}

// keep copies the state, on the device.
func (a *accelerator) keep(t *Trainer) error { return a.copy(t, false) }

// restore goes back to what was kept, if something was. If the device fails, what
// comes next says so.
func (a *accelerator) restore(t *Trainer) {
	if a.kept != nil && a.copy(t, true) == nil {
		t.steps = a.checked
	}
}

// copy copies the state to what is kept, or back.
func (a *accelerator) copy(t *Trainer, back bool) (err error) {
	i := 0
	for v := range t.state {
		at, ok := a.store.Has(v)
		if !ok {
			continue
		}
		if i == len(a.kept) {
			p, err := a.store.Alloc(4 * len(v))
			if err != nil {
				return err
			}
			a.kept = append(a.kept, p)
		}
		to, from := a.kept[i], at
		if back {
			to, from = at, a.kept[i]
		}
		if err := a.store.Copy(to, from, 4*len(v)); err != nil {
			return err
		}
		i++
	}
	return nil
}
