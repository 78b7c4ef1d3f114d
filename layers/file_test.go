package layers_test

import (
	"encoding/binary"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/pkg/errors"
	"gorgonia.org/tensor"

	"github.com/gorgonia-zoo/zoo/layers"
)

// saved is a model with parameters, buffers and names that do not come in
// alphabetical order.
func saved(units int) layers.Layer {
	return layers.Sequential{
		layers.Dense{Name: "in", Units: 5, BiasInit: layers.Normal(1)},
		layers.BatchNorm{Name: "bn"},
		layers.Dense{Name: "fc", Units: units},
	}
}

// declared returns Params on which m is built for rows of 4.
func declared(t *testing.T, m layers.Layer, p *layers.Params) *layers.Params {
	t.Helper()
	if err := declare(m, p); err != nil {
		t.Fatal(err)
	}
	return p
}

func declare(m layers.Layer, p *layers.Params) error { return declareFor(tensor.Float32, m, p) }

func declareFor(dtype tensor.Dtype, m layers.Layer, p *layers.Params) error {
	s := layers.NewScope(p, layers.Eval)
	_, err := m.Forward(s, s.Input("x", dtype, 2, 4))
	return err
}

func names(p *layers.Params) (names []string) {
	for q := range p.All() {
		names = append(names, q.Name)
	}
	return names
}

// write saves p and returns the file's name.
func write(t *testing.T, p *layers.Params) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "model.safetensors")
	if err := p.Save(file, nil); err != nil {
		t.Fatal(err)
	}
	return file
}

func sameValues(t *testing.T, got, want *layers.Params) {
	t.Helper()
	if !slices.Equal(names(got), names(want)) {
		t.Fatalf("parameters %v, want %v", names(got), names(want))
	}
	for q := range want.All() {
		if v := got.Get(q.Name); !v.Value.Shape().Eq(q.Value.Shape()) || !slices.Equal(v.Value.Float32s(), q.Value.Float32s()) || v.Buffer != q.Buffer {
			t.Errorf("%s differs", q.Name)
		}
	}
}

// Loaded before a model is built, after it, or twice, values are those saved, in
// the order of declaration.
func TestLoad(t *testing.T) {
	want := declared(t, saved(3), layers.NewParams(1))
	file := write(t, want)
	load := func(p *layers.Params) *layers.Params {
		if err := p.Load(file); err != nil {
			t.Fatal(err)
		}
		return p
	}
	sameValues(t, declared(t, saved(3), load(layers.NewParams(2))), want)
	sameValues(t, declared(t, saved(3), load(new(layers.Params))), want)
	sameValues(t, declared(t, saved(3), load(load(layers.NewParams(2)))), want)
	sameValues(t, load(declared(t, saved(3), load(layers.NewParams(2)))), want)

	late := declared(t, saved(3), layers.NewParams(2))
	w := late.Get("fc.weight")
	w.Average = w.Value.Clone().(*tensor.Dense)
	in, average := w.Value, w.Average
	sameValues(t, load(late), want)
	if w.Value != in || w.Average != average {
		t.Error("the tensors are others: graphs built before do not see the values")
	}
	if !slices.Equal(average.Float32s(), in.Float32s()) {
		t.Errorf("the average is %v, want %v", average, in)
	}
}

// A graph in float64 takes what a file holds, which is float32.
func TestLoadFloat64(t *testing.T) {
	want := declared(t, saved(3), layers.NewParams(1))
	file := write(t, want)
	for name, p := range map[string]*layers.Params{
		"before": layers.NewParams(2).Float64(),
		"after":  declared(t, saved(3), layers.NewParams(2)).Float64(),
	} {
		if err := p.Load(file); err != nil {
			t.Fatal(err)
		}
		for q := range want.All() {
			got := p.Get(q.Name).Value.Float64s()
			for i, v := range q.Value.Float32s() {
				if got[i] != float64(v) {
					t.Fatalf("%s: %s[%d] is %v, want %v", name, q.Name, i, got[i], v)
				}
			}
		}
	}
}

// A file of another model, found out when it is loaded into the model's
// parameters: all that is wrong, in one line, and nothing is changed.
func TestLoadOfAnotherModel(t *testing.T) {
	file := write(t, declared(t, layers.Sequential{
		layers.Dense{Name: "in", Units: 6}, layers.Dense{Name: "fc", Units: 3, NoBias: true}, layers.Dense{Name: "out", Units: 2},
	}, layers.NewParams(1)))
	p := declared(t, saved(3), layers.NewParams(2))
	err := p.Load(file)
	want := "load " + file + ": in.weight has shape (6, 4) where the model has (5, 4), in.bias has shape (6) where the model has (5), " +
		"bn.weight is missing, bn.bias is missing, bn.running_mean is missing, bn.running_var is missing, " +
		"fc.weight has shape (3, 6) where the model has (3, 5), fc.bias is missing, out.bias is unexpected, out.weight is unexpected; " +
		"build the model that the file was saved from, or load part of it, by patterns"
	if err == nil || err.Error() != want {
		t.Errorf("error  %v\n want  %s", err, want)
	}
	sameValues(t, p, declared(t, saved(3), layers.NewParams(2)))
}

// The same, found out when the model is built.
func TestBuildOnAnotherModel(t *testing.T) {
	file := write(t, declared(t, saved(3), layers.NewParams(1)))
	const remedy = "build the model that the file was saved from, or load part of it, by patterns"
	for want, m := range map[string]layers.Layer{
		"fc.weight has shape (3, 5), the model wants (4, 5); it was loaded from " + file + ": " + remedy: saved(4),
		file + " has no out.weight, which the model wants; " + remedy: layers.Sequential{
			saved(3), layers.Dense{Name: "out", Units: 2},
		},
		file + " has no head.weight, which the model wants (unused so far: bn.bias, bn.running_mean, bn.running_var, bn.weight, fc.bias, fc.weight); " + remedy: layers.Sequential{
			layers.Dense{Name: "in", Units: 5}, layers.Dense{Name: "head", Units: 3},
		},
		"fc: the input has 4 features, the weight (3, 5) takes 5; it was loaded from " + file + ": " + remedy: layers.Dense{Name: "fc", Units: 3},
	} {
		p := layers.NewParams(2)
		if err := p.Load(file); err != nil {
			t.Fatal(err)
		}
		if err := declare(m, p); err == nil || err.Error() != want {
			t.Errorf("error %v\n want %s", err, want)
		}
	}
}

// Files that cannot be read leave Params as they were.
func TestLoadErrors(t *testing.T) {
	whole, err := os.ReadFile(write(t, declared(t, saved(3), layers.NewParams(1))))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	cut := filepath.Join(dir, "cut.safetensors")
	if err := os.WriteFile(cut, whole[:len(whole)-1], 0o644); err != nil {
		t.Fatal(err)
	}
	none := filepath.Join(dir, "none.safetensors")
	for file, want := range map[string]string{
		none: "load: open " + none + ": ",
		cut:  "load: " + cut + ": not a whole safetensors file: ",
		dir:  "load: read " + dir + ": ",
	} {
		for _, p := range []*layers.Params{layers.NewParams(2), declared(t, saved(3), layers.NewParams(2))} {
			before := names(p)
			err := p.Load(file)
			if err == nil || !strings.HasPrefix(err.Error(), want) || strings.Contains(err.Error(), "\n") {
				t.Errorf("error %v, want %s…", err, want)
			}
			if errors.Is(err, os.ErrNotExist) != (file == none) {
				t.Errorf("%v is os.ErrNotExist: %v", err, file != none)
			}
			if !slices.Equal(names(p), before) {
				t.Errorf("%v: parameters %v, were %v", err, names(p), before)
			}
			if err := declare(saved(3), p); err != nil {
				t.Errorf("after %v: %v", want, err)
			}
		}
	}
}

// PyTorch's files of batch normalization count batches, in an integer.
func TestLoadIgnoresCounts(t *testing.T) {
	const header = `{"bn.num_batches_tracked":{"dtype":"I64","shape":[],"data_offsets":[0,8]},` +
		`"bn.weight":{"dtype":"F32","shape":[1],"data_offsets":[8,12]}}`
	b := append(binary.LittleEndian.AppendUint64(nil, uint64(len(header))), header...)
	b = append(b, make([]byte, 12)...)
	file := filepath.Join(t.TempDir(), "model.safetensors")
	if err := os.WriteFile(file, b, 0o644); err != nil {
		t.Fatal(err)
	}
	p := layers.NewParams(1)
	if err := p.Load(file); err != nil {
		t.Fatal(err)
	}
	if got := names(p); !slices.Equal(got, []string{"bn.weight"}) {
		t.Errorf("parameters %v, want bn.weight", got)
	}
}
