package layers_test

import (
	"testing"

	"gorgonia.org/tensor"

	"github.com/gorgonia-zoo/zoo/layers"
)

// A checkpoint of fine-tuning takes the place of the part that it began with.
func TestRestoreOverPart(t *testing.T) {
	file := write(t, declared(t, saved(3), layers.NewParams(1)))
	later := declared(t, saved(4), layers.NewParams(3))
	var from []layers.Param
	for q := range later.All() {
		from = append(from, layers.Param{Name: q.Name, Value: q.Value.Clone().(*tensor.Dense), Buffer: q.Buffer})
	}
	p := load(t, layers.NewParams(2), file, "in.*", "bn.*")
	if err := p.Restore("checkpoint", from); err != nil {
		t.Fatal(err)
	}
	sameValues(t, declared(t, saved(4), p), later)

	p = load(t, layers.NewParams(2), file, "fc.*")
	const want = "checkpoint: fc.bias has shape (4) where the model has (3), fc.weight has shape (4, 5) where the model has (3, 5); build the model that it was saved from"
	if got := errorText(p.Restore("checkpoint", from)); got != want {
		t.Errorf("error %s\n want %s", got, want)
	}
	p = load(t, layers.NewParams(2), file, "in.*")
	if err := p.Restore("checkpoint", from[:len(from)-1]); err != nil {
		t.Fatal(err)
	}
	if got, want := errorText(declare(saved(4), p)), "checkpoint has no fc.bias, which the model wants; build the model that it was saved from"; got != want {
		t.Errorf("error %s\n want %s", got, want)
	}
}
