package safetensors

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"gorgonia.org/tensor"
)

// A file system gives what the file does, and its errors name the file.
func TestReadFS(t *testing.T) {
	file := filepath.Join(t.TempDir(), "w.safetensors")
	w := tensor.New(tensor.WithShape(2, 1), tensor.WithBacking([]float32{3, -4}))
	if err := WriteFile(file, map[string]*tensor.Dense{"fc.weight": w}, map[string]string{"model": "m"}); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	files := fstest.MapFS{"w.safetensors": {Data: b}, "half.safetensors": {Data: b[:len(b)/2]}}
	got, metadata, err := ReadFS(files, "w.safetensors")
	if err != nil {
		t.Fatal(err)
	}
	if v := got["fc.weight"]; len(got) != 1 || !v.Shape().Eq(w.Shape()) || !cmp.Equal(v.Float32s(), w.Float32s()) || metadata["model"] != "m" {
		t.Errorf("read %v and %v", got, metadata)
	}
	if got, _, err := ReadFS(files, "w.safetensors", "weight"); err != nil || len(got) != 0 {
		t.Errorf("without weights: %v, %v", got, err)
	}
	for _, name := range []string{"half.safetensors", "none.safetensors"} {
		if _, _, err := ReadFS(files, name); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: the error is %v", name, err)
		}
	}
}
