package train

import (
	"encoding/json"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/pkg/errors"
	"gorgonia.org/tensor"

	"github.com/gorgonia-zoo/zoo/internal/kernel"
	"github.com/gorgonia-zoo/zoo/layers"
	"github.com/gorgonia-zoo/zoo/train/checkpoint"
)

// The first parts of the names of a checkpoint's tensors; an optimizer's slots have
// their own.
const (
	valuePart   = "value/"
	averagePart = "average/"
	carryPart   = "carry/"
)

// Checkpoint writes all that training needs to go on exactly to the folder dir: see
// package [checkpoint].
func (t *Trainer) Checkpoint(dir string) error {
	var c checkpoint.Checkpoint
	if err := t.Snapshot(&c); err != nil {
		return err
	}
	_, err := c.Write(dir)
	return err
}

// Resume goes on from the newest checkpoint in dir that can be read, and returns its
// step: training then does what it would have done without a stop. It returns
// [checkpoint.ErrNone] where dir has none. The Trainer must be set up as the one that
// saved it. Another seed, an optimizer that keeps other things, averages on one side
// only, and a parameter that only the Trainer has frozen are errors, and so is another
// model, at the latest when it is built; other settings and data cannot be told.
//
// What a program that was killed while it saved has left there
// [checkpoint.RemoveUnfinished] removes.
func (t *Trainer) Resume(dir string) (step int, err error) {
	c, _, err := checkpoint.Latest(dir)
	if err == nil {
		err = t.Restore(c)
	}
	if err != nil {
		return 0, err
	}
	return c.Step, nil
}

// Snapshot copies into c all that training needs to go on exactly, for a caller who
// adds Notes and writes it, beside training perhaps. It uses c's memory again. Of
// training that failed there is no snapshot.
func (t *Trainer) Snapshot(c *checkpoint.Checkpoint) error {
	if err := t.init(); err != nil {
		return err
	}
	switch {
	case t.failed != nil:
		return errors.Errorf("no checkpoint: training failed: %v", t.failed)
	case t.Params.Count() == 0:
		return errors.New("no checkpoint: the model has no parameters yet; train, evaluate or predict first")
	}
	if err := t.pull(); err != nil {
		return err
	}
	old := c.Tensors
	c.Step, c.Score, c.Tensors, c.File = t.steps, math.NaN(), make(map[string]*tensor.Dense, len(old)), ""
	put := func(name string, shape tensor.Shape, w []float32) {
		d := old[name]
		if d == nil || !slices.Equal(d.Shape(), shape) {
			d = tensor.New(tensor.Of(tensor.Float32), tensor.WithShape(shape...))
		}
		kernel.Copy(d.Float32s(), w)
		c.Tensors[name] = d
	}
	var frozen, buffers []string
	for q := range t.Params.All() {
		put(valuePart+q.Name, q.Value.Shape(), q.Value.Float32s())
		if q.Average != nil {
			put(averagePart+q.Name, q.Average.Shape(), q.Average.Float32s())
		}
		if q.Frozen {
			frozen = append(frozen, q.Name)
		}
		if q.Buffer {
			buffers = append(buffers, q.Name)
		}
	}
	for name, slots := range t.slots() {
		for i, slot := range t.optimizer.Slots() {
			put(slot+"/"+name, t.Params.Get(name).Value.Shape(), slots[i])
		}
	}
	for _, d := range t.carried {
		if d.pass == training && d.begun {
			put(carryPart+d.name, d.shape, d.value)
		}
	}
	perEpoch := max(t.perEpoch, 1)
	c.Notes = map[string]string{
		"seed":     strconv.FormatUint(t.Params.Seed(), 10),
		"epoch":    strconv.Itoa(t.steps / perEpoch),
		"position": strconv.Itoa(t.steps % perEpoch), // in the epoch, which has so many batches
		"batches":  strconv.Itoa(perEpoch),
		"frozen":   list(frozen),
		"buffers":  list(buffers),
	}
	return nil
}

// slots returns what the optimizer keeps, by parameter: in use, or from a checkpoint.
func (t *Trainer) slots() map[string][][]float32 {
	all := maps.Clone(t.resumed)
	if all == nil {
		all = map[string][][]float32{}
	}
	for _, l := range t.learned {
		all[l.param.Name] = l.Slots
	}
	return all
}

func list(names []string) string {
	b, err := json.Marshal(names)
	if err != nil {
		return "null" // of strings it cannot be
	}
	return string(b)
}

// Restore goes on from c, as [Trainer.Resume] does.
func (t *Trainer) Restore(c *checkpoint.Checkpoint) error {
	if err := t.init(); err != nil {
		return err
	}
	if err := t.restoreFrom(c); err != nil {
		return errors.Wrapf(err, "checkpoint of step %d", c.Step)
	}
	return nil
}

func (t *Trainer) restoreFrom(c *checkpoint.Checkpoint) error {
	seed := strconv.FormatUint(t.Params.Seed(), 10)
	if was := c.Notes["seed"]; was != seed {
		return errors.Errorf("it is of seed %s, and this training of seed %s; use the same", was, seed)
	}
	frozen, err := names(c, "frozen")
	if err != nil {
		return err
	}
	buffers, err := names(c, "buffers")
	if err != nil {
		return err
	}
	slots, carries, err := t.sort(c)
	if err != nil {
		return err
	}
	var params []layers.Param
	for _, full := range slices.Sorted(maps.Keys(c.Tensors)) {
		if name, ok := strings.CutPrefix(full, valuePart); ok {
			params = append(params, layers.Param{
				Name: name, Value: c.Tensors[full], Average: c.Tensors[averagePart+name],
				Frozen: slices.Contains(frozen, name), Buffer: slices.Contains(buffers, name),
			})
		}
	}
	if err := t.Params.Restore(c.File, params); err != nil {
		return err
	}
	t.drop()
	t.forgetDevice()
	t.learned, t.resumed, t.carried = nil, slots, carries
	t.steps, t.failed, t.kept = c.Step, nil, nil
	if t.steps > 0 {
		t.lastRate = t.schedule(t.steps - 1)
	}
	t.perEpoch, err = strconv.Atoi(c.Notes["batches"])
	return errors.Wrap(err, "batches of an epoch")
}

func names(c *checkpoint.Checkpoint, key string) (names []string, err error) {
	if err := json.Unmarshal([]byte(c.Notes[key]), &names); err != nil {
		return nil, errors.Errorf("it has no list called %s", key)
	}
	return names, nil
}

// sort takes what c holds besides parameters: the optimizer's slots by parameter, and
// what is carried.
func (t *Trainer) sort(c *checkpoint.Checkpoint) (slots map[string][][]float32, carries []*carried, err error) {
	kinds := t.optimizer.Slots()
	slots = map[string][][]float32{}
	for _, full := range slices.Sorted(maps.Keys(c.Tensors)) {
		kind, name, _ := strings.Cut(full, "/")
		v := c.Tensors[full]
		switch i := slices.Index(kinds, kind); {
		case kind+"/" == valuePart:
		case kind+"/" == averagePart:
			if t.Average == 0 {
				return nil, nil, errors.Errorf("it has moving averages, and this training has none; set Average as it was")
			}
		case kind+"/" == carryPart:
			carries = append(carries, &carried{pass: training, name: name, shape: v.Shape().Clone(), value: slices.Clone(v.Float32s()), begun: true})
		case i < 0:
			return nil, nil, errors.Errorf("its optimizer keeps %s, and this one %v; use the optimizer that it was trained with", kind, kinds)
		default:
			if slots[name] == nil {
				slots[name] = make([][]float32, len(kinds))
			}
			slots[name][i] = slices.Clone(v.Float32s())
		}
	}
	for name, s := range slots {
		for i, w := range s {
			if q := c.Tensors[valuePart+name]; w == nil || q == nil || q.DataSize() != len(w) {
				return nil, nil, errors.Errorf("it has no %s of %s that fits", kinds[i], name)
			}
		}
	}
	if len(kinds) > 0 && len(slots) == 0 && c.Step > 0 {
		return nil, nil, errors.Errorf("its optimizer keeps nothing, and this one %v; use the optimizer that it was trained with", kinds)
	}
	return slots, carries, nil
}

// resume gives l what a checkpoint has for it.
func (t *Trainer) resume(l *learned) error {
	name := l.param.Name
	if t.Average > 0 && t.resumed != nil && t.steps > 0 && l.param.Average == nil {
		return errors.Errorf("the checkpoint has no average of %s; set Average as it was, to 0", name)
	}
	saved := t.resumed[name]
	if saved == nil {
		return nil
	}
	if len(saved) != len(l.Slots) {
		return errors.Errorf("the checkpoint has %d arrays of the optimizer for %s, which keeps %d", len(saved), name, len(l.Slots))
	}
	l.Slots = saved
	delete(t.resumed, name)
	return nil
}
