package layers_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gorgonia-zoo/zoo/layers"
)

// From a file system, before and after the model is built, values are those saved,
// and what Load refuses is refused in the same words.
func TestLoadFS(t *testing.T) {
	want := declared(t, saved(3), layers.NewParams(1))
	dir, name := filepath.Split(write(t, want))
	files := os.DirFS(dir)
	p := layers.NewParams(2)
	if err := p.LoadFS(files, name); err != nil {
		t.Fatal(err)
	}
	sameValues(t, declared(t, saved(3), p), want)
	p = declared(t, saved(3), layers.NewParams(2))
	if err := p.LoadFS(files, name); err != nil {
		t.Fatal(err)
	}
	sameValues(t, p, want)

	p = layers.NewParams(2)
	if err := p.LoadFS(files, name, "fc.*"); err != nil || !slices.Equal(names(p), []string{"fc.bias", "fc.weight"}) {
		t.Errorf("fc.* reads %v: %v", names(p), err)
	}

	other := declared(t, saved(2), layers.NewParams(2))
	err, same := other.LoadFS(files, name), other.Load(filepath.Join(dir, name))
	if err == nil || err.Error() != strings.Replace(same.Error(), dir, "", 1) {
		t.Errorf("another shape: %v, want as from Load: %v", err, same)
	}
	if err := p.LoadFS(files, "none.safetensors"); err == nil || !strings.Contains(err.Error(), "none.safetensors") {
		t.Errorf("no file: %v", err)
	}
}

func TestMetadata(t *testing.T) {
	p := declared(t, saved(3), layers.NewParams(1))
	file := filepath.Join(t.TempDir(), "w.safetensors")
	for _, want := range []map[string]string{{"model": "mlp", "seed": "7"}, nil} {
		if err := p.Save(file, want); err != nil {
			t.Fatal(err)
		}
		if got, err := layers.Metadata(file); err != nil || len(got) != len(want) || len(want) > 0 && !cmp.Equal(got, want) {
			t.Errorf("%v, %v; want %v", got, err, want)
		}
	}
	if err := os.WriteFile(file, []byte("PK"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := layers.Metadata(file); err == nil || !strings.Contains(err.Error(), file+": not a whole safetensors file") {
		t.Errorf("another kind of file: %v", err)
	}
}
