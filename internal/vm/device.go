package vm

import (
	"fmt"
	"slices"

	"github.com/pkg/errors"
	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/gorgonia-zoo/zoo/internal/device"
	"github.com/gorgonia-zoo/zoo/internal/op"
)

// A placement is where a machine's values lie on a device.
type placement struct {
	store   *device.Store
	at      []device.Array // by slot
	own     []device.Pointer
	scratch device.Pointer
	after   func() error
	readers map[int][]reader // of variables that are ints, by slot
	soft    bool
	hosted  map[int][]G.Value // what instructions that run on the host read, by number

	moved    bool // since the last run
	runs     int  // since something has moved
	recorded device.Graph
}

// A reader is an operation that reads a variable, and the shapes of its inputs.
type reader struct {
	op *op.Operation
	in []tensor.Shape
}

// NewOn is [New] for a device. Variables that store has a copy of are read there;
// others, and those that are not floats, are uploaded in each run. After a run values
// are on the device until they are fetched. after, unless it is nil, asks the device
// for more in each run; it must be the same each time. With soft, operations that the
// device has no kernel for run on the host.
func NewOn(store *device.Store, soft bool, after func() error, g *G.ExprGraph, outs ...*G.Node) (*Machine, error) {
	m, err := compile(g, outs...)
	if err != nil {
		return nil, err
	}
	m.dev = &placement{store: store, at: make([]device.Array, len(m.vals)), after: after, soft: soft, readers: map[int][]reader{}, hosted: map[int][]G.Value{}}
	if err := m.place(); err != nil {
		m.Close()
		return nil, err
	}
	return m, nil
}

// place gives each value memory on the device.
func (m *Machine) place() error {
	d := m.dev
	for _, v := range m.vars {
		d.at[v.slot] = array(v.node)
	}
	for slot, v := range m.vals { // constants
		if v != nil {
			if err := d.constant(slot, v); err != nil {
				return err
			}
		}
	}
	ends := m.ends()
	var p devicePool
	defer func() { d.own = append(d.own, p.all...) }()
	scratch := 0
	for i, c := range m.code {
		has := c.fill != nil && (c.view || c.fill.OnDevice())
		if !has && !d.soft {
			return errors.Errorf("the operation %s has no kernel for %s; run it on the processor, by SoftPlacement or --soft-placement, or all of it with --device cpu", c.name(), d.store.Name())
		}
		d.at[c.dst] = array(c.node)
		if !c.view {
			if c.node.Dtype() == tensor.Float64 {
				return errors.Errorf("%s is of float64; on %s everything is float32", c.name(), d.store.Name())
			}
			var err error
			if d.at[c.dst].Pointer, err = p.take(d.store, c.dst, 4*d.at[c.dst].Len()); err != nil {
				return err
			}
			in := make([]tensor.Shape, len(c.src))
			for j, s := range c.src {
				in[j] = d.at[s].Shape
			}
			if !has {
				if d.hosted[i], err = d.host(c); err != nil {
					return err
				}
				continue // its values are for no one else
			}
			scratch = max(scratch, c.fill.Scratch(in))
			for _, s := range c.src {
				if d.at[s].Dtype == tensor.Int {
					d.readers[s] = append(d.readers[s], reader{c.fill, in})
				}
			}
		}
		for _, s := range ends[i] {
			p.release(s)
		}
	}
	m.bytes = p.bytes + scratch
	if scratch == 0 {
		return nil
	}
	var err error
	d.scratch, err = d.alloc(scratch)
	return err
}

func array(n *G.Node) device.Array {
	return device.Array{Shape: n.Shape(), Dtype: n.Dtype()}
}

func (d *placement) alloc(bytes int) (device.Pointer, error) {
	p, err := d.store.Alloc(bytes)
	if err == nil {
		d.own = append(d.own, p)
	}
	return p, err
}

// constant uploads a constant.
func (d *placement) constant(slot int, v G.Value) (err error) {
	x, err := float32s(v)
	if err != nil {
		return err
	}
	d.at[slot] = device.Array{Shape: v.Shape(), Dtype: tensor.Float32}
	if d.at[slot].Pointer, err = d.alloc(4 * len(x)); err != nil {
		return err
	}
	return d.store.Upload(d.at[slot].Pointer, device.Bytes(x))
}

func float32s(v G.Value) ([]float32, error) {
	switch v := v.(type) {
	case *G.F32:
		return []float32{float32(*v)}, nil
	case *tensor.Dense:
		if v.Dtype() == tensor.Float32 {
			return op.Plain(v).Float32s(), nil
		}
	}
	return nil, errors.Errorf("a constant %T of %v cannot be brought to a device", v, v.Dtype())
}

// runOn is RunAll on the device.
func (m *Machine) runOn() error {
	d := m.dev
	if err := m.load(); err != nil {
		return err
	}
	for _, v := range m.vars {
		if err := d.bring(v); err != nil {
			return errors.Wrap(err, v.node.Name())
		}
	}
	if d.moved {
		d.moved, d.runs = false, 0
		m.placeViews()
		d.drop()
	}
	d.runs++
	if d.recorded == nil && d.runs > 1 && len(d.hosted) == 0 { // everything is compiled and in its place
		var err error
		if d.recorded, err = d.store.Capture(m.launch); err != nil {
			return err
		}
	}
	if d.recorded != nil {
		return d.recorded.Launch()
	}
	return m.launch()
}

// bring makes the value of a variable be on the device.
func (d *placement) bring(v variable) error {
	t, ok := v.node.Value().(*tensor.Dense)
	if !ok {
		return errors.Errorf("a %T cannot be brought to a device", v.node.Value())
	}
	a := &d.at[v.slot]
	var bytes []byte
	switch t.Dtype() {
	case tensor.Float32:
		x := op.Plain(t).Float32s()
		if p, ok := d.store.Has(x); ok {
			d.moved = d.moved || a.Pointer != p
			a.Pointer = p
			return nil
		}
		bytes = device.Bytes(x)
	case tensor.Int:
		x := op.Plain(t).Ints()
		if err := d.check(v, x); err != nil {
			return err
		}
		bytes = device.Bytes(x)
	default:
		return errors.Errorf("values of %v cannot be brought to a device", t.Dtype())
	}
	if a.Pointer == 0 {
		p, err := d.alloc(len(bytes))
		if err != nil {
			return err
		}
		a.Pointer, d.moved = p, true
	}
	return d.store.Upload(a.Pointer, bytes)
}

// check looks at ints for the operations that read them, which a device does not.
func (d *placement) check(v variable, x []int) error {
	for _, r := range d.readers[v.slot] {
		if err := r.op.Check(x, r.in); err != nil {
			return err
		}
	}
	return nil
}

func (m *Machine) placeViews() {
	at := m.dev.at
	for _, c := range m.code {
		if c.view {
			at[c.dst].Pointer = at[c.src[0]].Add(c.first)
		}
	}
}

// launch asks the device for all operations.
func (m *Machine) launch() error {
	d := m.dev
	var in []device.Array
	for i, c := range m.code {
		if c.view {
			continue
		}
		if values, ok := d.hosted[i]; ok {
			if err := d.runOnHost(c, values); err != nil {
				return errors.Wrap(err, c.name())
			}
			continue
		}
		in = in[:0]
		for _, s := range c.src {
			in = append(in, d.at[s])
		}
		if err := c.fill.Launch(d.store, d.scratch, d.at[c.dst], in); err != nil {
			return errors.Wrap(err, c.name())
		}
	}
	if d.after == nil {
		return nil
	}
	return d.after()
}

// host returns values for what c reads.
func (d *placement) host(c instruction) (in []G.Value, err error) {
	for _, s := range c.src {
		a := d.at[s]
		if a.Dtype != tensor.Float32 {
			return nil, errors.Errorf("%s reads %v; only float32 can go back to the processor", c.name(), a.Dtype)
		}
		in = append(in, op.NewValue(a.Dtype, a.Shape))
	}
	return in, nil
}

// runOnHost runs an operation on the processor.
func (d *placement) runOnHost(c instruction, in []G.Value) error {
	for j, s := range c.src {
		if err := d.download(in[j], d.at[s].Pointer); err != nil {
			return err
		}
	}
	out, err := c.op.Do(in...)
	if err != nil {
		return err
	}
	x, err := float32s(out)
	if err != nil {
		return err
	}
	return d.store.Upload(d.at[c.dst].Pointer, device.Bytes(x))
}

func (d *placement) download(v G.Value, from device.Pointer) error {
	switch v := v.(type) {
	case *tensor.Dense:
		return d.store.Download(device.Bytes(v.Float32s()), from)
	case *G.F32:
		var x [1]float32
		err := d.store.Download(device.Bytes(x[:]), from)
		*v = G.F32(x[0])
		return err
	}
	return errors.Errorf("a %T cannot be fetched", v)
}

// Placement yields each operation, with its output's shape, and where it runs.
func (m *Machine) Placement(yield func(operation, device string) bool) {
	for i, c := range m.code {
		where := "cpu"
		if m.dev != nil {
			where = m.dev.store.Name()
			if _, hosted := m.dev.hosted[i]; hosted {
				where = "cpu"
			}
		}
		if !c.view && !yield(fmt.Sprintf("%s → %v", c.op, c.node.Shape()), where) {
			return
		}
	}
}

// At returns where the value of n, which was asked for, lies on the device.
func (m *Machine) At(n *G.Node) device.Array {
	i := slices.IndexFunc(m.outs, func(o out) bool { return o.node == n })
	return m.dev.at[m.outs[i].slot]
}

// Fetch brings the value of n, which was asked for, from the device. Without one it
// is where it belongs already.
func (m *Machine) Fetch(n *G.Node) error {
	if m.dev == nil {
		return nil
	}
	a := m.At(n)
	v := n.Value()
	if v == nil {
		v = op.NewValue(n.Dtype(), n.Shape())
		if err := G.UnsafeLet(n, v); err != nil {
			return errors.Wrapf(err, "bind %v", n)
		}
	}
	return m.dev.download(v, a.Pointer)
}

// drop forgets what was recorded.
func (d *placement) drop() {
	if d.recorded != nil {
		d.recorded.Close()
		d.recorded = nil
	}
}

func (d *placement) close() {
	d.drop()
	for _, p := range d.own {
		d.store.Free(p)
	}
	d.own = nil
}

// A devicePool hands out memory that may have been used before.
type devicePool struct {
	free  []deviceBlock
	used  map[int]deviceBlock
	all   []device.Pointer
	bytes int
}

type deviceBlock struct {
	at    device.Pointer
	bytes int
}

// take returns the smallest free block that is large enough, or a new one, known as
// that of a slot.
func (p *devicePool) take(d device.Device, slot, bytes int) (device.Pointer, error) {
	best := -1
	for i, b := range p.free {
		if b.bytes >= bytes && (best < 0 || b.bytes < p.free[best].bytes) {
			best = i
		}
	}
	var b deviceBlock
	if best >= 0 {
		b = p.free[best]
		p.free = slices.Delete(p.free, best, best+1)
	} else {
		at, err := d.Alloc(bytes)
		if err != nil {
			return 0, err
		}
		b = deviceBlock{at, bytes}
		p.all = append(p.all, at)
		p.bytes += bytes
	}
	if p.used == nil {
		p.used = map[int]deviceBlock{}
	}
	p.used[slot] = b
	return b.at, nil
}

func (p *devicePool) release(slot int) {
	if b, ok := p.used[slot]; ok {
		delete(p.used, slot)
		p.free = append(p.free, b)
	}
}
