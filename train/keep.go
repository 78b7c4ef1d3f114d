package train

// keepEvery is the number of steps that a failure may cost.
const keepEvery = 100

// keep copies the parameters, which have just given a finite loss, now and then.
func (t *Trainer) keep() {
	if t.kept != nil && t.steps < t.keptAt+keepEvery {
		return
	}
	i := 0
	for _, l := range t.learned {
		for _, v := range [...][]float32{l.Value, l.Average} {
			if i == len(t.kept) {
				t.kept = append(t.kept, nil)
			}
			t.kept[i] = append(t.kept[i][:0], v...)
			i++
		}
	}
	t.keptAt = t.steps
}

// restore takes the parameters back to where they were kept, if they were.
func (t *Trainer) restore() {
	if t.kept == nil {
		return
	}
	for i, v := range t.kept {
		l := t.learned[i/2]
		copy([...][]float32{l.Value, l.Average}[i%2], v)
	}
	t.steps = t.keptAt
}
