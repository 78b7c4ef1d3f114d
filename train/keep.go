package train

// keepEvery is the number of steps that a failure may cost.
const keepEvery = 100

// keep copies the state, which has just given a finite loss, now and then.
func (t *Trainer) keep() {
	if t.kept != nil && t.steps < t.keptAt+keepEvery {
		return
	}
	i := 0
	for v := range t.state {
		if i == len(t.kept) {
			t.kept = append(t.kept, nil)
		}
		t.kept[i] = append(t.kept[i][:0], v...)
		i++
	}
	for _, c := range t.carried {
		c.keep()
	}
	t.keptAt = t.steps
}

// restore goes back to the state that was kept, if one was.
func (t *Trainer) restore() {
	if t.device != nil {
		t.device.restore(t)
		return
	}
	if t.kept == nil {
		return
	}
	i := 0
	for v := range t.state {
		if i == len(t.kept) { // new to training since
			break
		}
		copy(v, t.kept[i])
		i++
	}
	for _, c := range t.carried {
		c.restore()
	}
	t.steps = t.keptAt
}

// state yields what a step changes, apart from the optimizer's memory.
func (t *Trainer) state(yield func([]float32) bool) {
	for q := range t.Params.All() {
		if q.Buffer && !yield(q.Value.Float32s()) {
			return
		}
	}
	for _, l := range t.learned {
		if !yield(l.Value) || !yield(l.Average) {
			return
		}
	}
}
