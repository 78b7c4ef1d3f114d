package safetensors

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/pkg/errors"
	"gorgonia.org/tensor"

	"github.com/gorgonia-zoo/zoo/internal/replace"
)

func dense(w []float32, shape ...int) *tensor.Dense {
	return tensor.New(tensor.WithShape(shape...), tensor.WithBacking(w))
}

// sample is a small file's contents: awkward floats, shapes and names.
func sample() (map[string]*tensor.Dense, map[string]string) {
	tiny := math.Float32frombits(1)
	return map[string]*tensor.Dense{
		"fc1.weight":  dense([]float32{1, -2, 0.5, float32(math.Copysign(0, -1)), tiny, math.MaxFloat32}, 2, 3),
		"fc1.bias":    dense([]float32{float32(math.Inf(1)), float32(math.Inf(-1))}, 2),
		"größe \"1\"": dense([]float32{7}, 1, 1, 1, 1),
		"scale":       tensor.New(tensor.FromScalar(float32(3.25))),
		"":            dense([]float32{0}, 1),
	}, map[string]string{"model": "mlp", "note": "a\n\"b\" <é>", "": ""}
}

// bits returns shapes and elements in a form that can be compared.
func bits(tensors map[string]*tensor.Dense) map[string]string {
	m := map[string]string{}
	for name, t := range tensors {
		s := fmt.Sprint([]int(t.Shape()))
		for _, v := range t.Float32s() {
			s += fmt.Sprintf(" %08x", math.Float32bits(v))
		}
		m[name] = s
	}
	return m
}

func write(t testing.TB, tensors map[string]*tensor.Dense, metadata map[string]string) (file string, b []byte) {
	t.Helper()
	file = filepath.Join(t.TempDir(), "x.safetensors")
	if err := WriteFile(file, tensors, metadata); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return file, b
}

func writeSample(t testing.TB) (file string, b []byte) {
	t.Helper()
	tensors, metadata := sample()
	return write(t, tensors, metadata)
}

func TestRoundTrip(t *testing.T) {
	tensors, metadata := sample()
	tensors["nan"] = dense([]float32{math.Float32frombits(0x7fc12345)}, 1)
	file, _ := write(t, tensors, metadata)
	got, gotMetadata, err := ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(bits(tensors), bits(got)); d != "" {
		t.Errorf("tensors (-written +read):\n%s", d)
	}
	if d := cmp.Diff(metadata, gotMetadata); d != "" {
		t.Errorf("metadata (-written +read):\n%s", d)
	}
}

func TestNothing(t *testing.T) {
	file, _ := write(t, nil, nil)
	if tensors, metadata, err := ReadFile(file); len(tensors)+len(metadata) != 0 || err != nil {
		t.Errorf("read %v, %v, %v", tensors, metadata, err)
	}
}

// Equal arguments give equal bytes: the order of a Go map's keys shows nowhere.
func TestSameBytes(t *testing.T) {
	many := func() (map[string]*tensor.Dense, map[string]string) {
		tensors, metadata := sample()
		for i := range 50 {
			tensors[fmt.Sprint("t", i)] = dense([]float32{float32(i)}, 1)
			metadata[fmt.Sprint("m", i)] = "x"
		}
		return tensors, metadata
	}
	tensors, metadata := many()
	_, first := write(t, tensors, metadata)
	for range 10 {
		tensors, metadata := many()
		if _, b := write(t, tensors, metadata); !bytes.Equal(b, first) {
			t.Fatal("the same tensors and metadata give other bytes")
		}
	}
}

// What the format asks of a file, checked without the library.
func TestLayout(t *testing.T) {
	_, b := write(t, map[string]*tensor.Dense{"b": dense([]float32{2, 3}, 2), "a": dense([]float32{1}, 1)}, map[string]string{"k": "v"})
	n := binary.LittleEndian.Uint64(b)
	const header = `{"__metadata__":{"k":"v"},"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}`
	if got := string(b[8 : 8+n]); strings.TrimRight(got, " ") != header || n%8 != 0 {
		t.Errorf("header of %d bytes %q, want %q, filled up with spaces to a multiple of 8", n, got, header)
	}
	if want := []byte("\x00\x00\x80\x3f\x00\x00\x00\x40\x00\x00\x40\x40"); !bytes.Equal(b[8+n:], want) {
		t.Errorf("elements % x, want % x", b[8+n:], want)
	}
}

func TestUnwritable(t *testing.T) {
	matrix := dense([]float32{1, 2, 3, 4, 5, 6}, 2, 3)
	transposed := matrix.Clone().(*tensor.Dense)
	transposed.T()
	column, err := matrix.Slice(nil, tensor.S(1, 2))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name string
		t    *tensor.Dense
		want string
	}{
		{"w", nil, "w has no elements"},
		{"w", new(tensor.Dense), "w has no elements"},
		{"w", tensor.New(tensor.Of(tensor.Float64), tensor.WithShape(2)), "w is float64; only float32 is written"},
		{"w", tensor.New(tensor.Of(tensor.Int), tensor.WithShape(2)), "w is int; only float32 is written"},
		{"w", transposed, "w is not in row-major order; materialize it first"},
		{"w", column.(*tensor.Dense), "w is not in row-major order; materialize it first"},
		{"w", tensor.New(tensor.WithShape(2, 3), tensor.AsFortran(matrix)), "w is not in row-major order; materialize it first"},
		{"__metadata__", matrix, "the format keeps __metadata__ for itself"},
	} {
		file := filepath.Join(t.TempDir(), "x.safetensors")
		err := WriteFile(file, map[string]*tensor.Dense{c.name: c.t}, nil)
		if err == nil || !strings.HasPrefix(err.Error(), "write "+file+": "+c.want) {
			t.Errorf("%v, want %s", err, c.want)
		}
		if _, err := os.Stat(file); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("the file is there: %v", err)
		}
	}
}

// A write that fails, wherever it does, leaves the old file and nothing else.
func TestReplace(t *testing.T) {
	tensors, metadata := sample()
	file, before := write(t, tensors, metadata)
	unchanged := func(what string) {
		t.Helper()
		if after, err := os.ReadFile(file); err != nil || !bytes.Equal(after, before) {
			t.Errorf("%s: the old file is gone: %v", what, err)
		}
		if entries, _ := os.ReadDir(filepath.Dir(file)); len(entries) != 1 {
			t.Errorf("%s: the folder holds %v", what, entries)
		}
	}
	broken := errors.New("broken")
	for _, n := range []int{0, 1, 3 << 20} { // the last is more than is buffered
		err := replace.File(file, func(w *os.File) error {
			if _, err := w.Write(make([]byte, n)); err != nil {
				return err
			}
			return broken
		})
		if !errors.Is(err, broken) {
			t.Errorf("replace returns %v", err)
		}
		unchanged(fmt.Sprint("after ", n, " bytes"))
	}
	if err := WriteFile(file, map[string]*tensor.Dense{"w": nil}, nil); err == nil {
		t.Error("no error")
	}
	unchanged("bad tensor")
	if err := WriteFile(filepath.Join(filepath.Dir(file), "no", "x.safetensors"), tensors, metadata); err == nil || !strings.HasPrefix(err.Error(), "write ") {
		t.Errorf("no folder: %v", err)
	}
	if err := WriteFile(filepath.Join(file, "x.safetensors"), tensors, metadata); err == nil {
		t.Error("a file for a folder: no error")
	}
	unchanged("no folder")

	if err := WriteFile(file, map[string]*tensor.Dense{"w": dense([]float32{1}, 1)}, nil); err != nil {
		t.Fatal(err)
	}
	if got, _, err := ReadFile(file); err != nil || len(got) != 1 {
		t.Errorf("after replacement: %v, %v", got, err)
	}
}

func TestUnreadable(t *testing.T) {
	dir := t.TempDir()
	if _, _, err := ReadFile(filepath.Join(dir, "none")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
	if _, _, err := ReadFile(dir); err == nil {
		t.Error("a folder: no error")
	}
	empty := filepath.Join(dir, "empty")
	if err := os.WriteFile(empty, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, _, err := ReadFile(empty); err == nil || !strings.HasPrefix(err.Error(), empty+": not a whole safetensors file") {
		t.Errorf("an empty file: %v", err)
	}
}
