package checkpoint_test

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gorgonia.org/tensor"

	"github.com/gorgonia-zoo/zoo/train/checkpoint"
)

// at returns a checkpoint of a step.
func at(step int, score float64) *checkpoint.Checkpoint {
	return &checkpoint.Checkpoint{
		Step: step, Score: score, Notes: map[string]string{"seed": "1"},
		Tensors: map[string]*tensor.Dense{"value/w": tensor.New(tensor.WithShape(2, 2), tensor.WithBacking([]float32{1, 2, 3, float32(step)}))},
	}
}

func write(t *testing.T, dir string, cs ...*checkpoint.Checkpoint) {
	t.Helper()
	for _, c := range cs {
		if _, err := c.Write(dir); err != nil {
			t.Fatal(err)
		}
	}
}

func TestWriteAndRead(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a", "checkpoints")
	file, err := at(1000, 0.5).Write(dir)
	if err != nil || file != filepath.Join(dir, "step-00001000.safetensors") {
		t.Fatal(file, err)
	}
	c, err := checkpoint.Read(file)
	if err != nil {
		t.Fatal(err)
	}
	if c.Step != 1000 || c.Score != 0.5 || c.File != file || c.Tensors["value/w"].Float32s()[3] != 1000 {
		t.Errorf("read %+v", c)
	}
	if d := cmp.Diff(map[string]string{"seed": "1"}, c.Notes); d != "" {
		t.Errorf("notes (-want +got):\n%s", d)
	}
	if file, err = at(2000, math.NaN()).Write(dir); err != nil {
		t.Fatal(err)
	}
	if c, err := checkpoint.Read(file); err != nil || !math.IsNaN(c.Score) {
		t.Errorf("without a score: %+v, %v", c, err)
	}
	other := filepath.Join(dir, "step-00003000.safetensors")
	if err := os.Rename(file, other); err != nil {
		t.Fatal(err)
	}
	if _, err := checkpoint.Read(other); err == nil || !strings.HasSuffix(err.Error(), "is the checkpoint of step 2000; call it step-00002000.safetensors") {
		t.Errorf("of another name: %v", err)
	}
}

// The newest five are kept, and the first of the best.
func TestKept(t *testing.T) {
	dir := t.TempDir()
	for i, score := range []float64{0.1, math.NaN(), 0.9, 0.3, 0.9, 0.4, 0.5, 0.6, math.NaN(), 0.8} {
		write(t, dir, at(100*(i+1), score))
	}
	if err := os.WriteFile(filepath.Join(dir, "step-1.safetensors"), nil, 0o644); err != nil { // somebody else's
		t.Fatal(err)
	}
	steps, err := checkpoint.Steps(dir)
	if d := cmp.Diff([]int{300, 600, 700, 800, 900, 1000}, steps); d != "" || err != nil {
		t.Errorf("%v; steps (-want +got):\n%s", err, d)
	}
	write(t, dir, at(123_456_789, 1))
	if steps, err = checkpoint.Steps(dir); fmt.Sprint(steps) != "[700 800 900 1000 123456789]" || err != nil {
		t.Errorf("%v, %v", steps, err)
	}
}

// The newest is taken that can be read; the others are told of.
func TestLatest(t *testing.T) {
	dir := t.TempDir()
	if _, _, err := checkpoint.Latest(filepath.Join(dir, "none")); !errors.Is(err, checkpoint.ErrNone) {
		t.Errorf("no folder: %v", err)
	}
	write(t, dir, at(1, 0), at(2, 0), at(3, 0))
	if c, damaged, err := checkpoint.Latest(dir); err != nil || c.Step != 3 || damaged != nil {
		t.Errorf("%+v, %v, %v", c, damaged, err)
	}
	damage := func(step int) {
		file := checkpoint.File(dir, step)
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		b[len(b)-1] ^= 1
		if err := os.WriteFile(file, b, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	damage(3)
	damage(2)
	c, told, err := checkpoint.Latest(dir)
	if err != nil || c.Step != 1 {
		t.Errorf("%+v, %v", c, err)
	}
	if len(told) != 2 || !strings.Contains(told[0].Error(), "step-00000003.safetensors: is damaged: its checksum") || strings.Contains(told[1].Error(), "\n") {
		t.Errorf("told of %q", told)
	}
	// A training that goes on from there counts those no more, and keeps what it saves.
	write(t, dir, at(2, 0))
	if c, _, err := checkpoint.Latest(dir); err != nil || c.Step != 2 {
		t.Errorf("%+v, %v", c, err)
	}
	if err := checkpoint.SetAside(dir, 2); err != nil {
		t.Fatal(err)
	}
	if steps, err := checkpoint.Steps(dir); fmt.Sprint(steps) != "[1 2]" || err != nil {
		t.Errorf("%v, %v", steps, err)
	}
	damage(2)
	damage(1)
	if _, _, err = checkpoint.Latest(dir); err == nil || errors.Is(err, checkpoint.ErrNone) || !strings.Contains(err.Error(), "every checkpoint is damaged") {
		t.Errorf("all damaged: %v", err)
	}
}

func TestWriteErrors(t *testing.T) {
	dir := t.TempDir()
	c := at(1, 0)
	c.Tensors["value/w"].Float32s()[0] = float32(math.NaN())
	if _, err := c.Write(dir); err == nil || !strings.Contains(err.Error(), "value/w is not finite; lower the learning rate") {
		t.Error(err)
	}
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, []byte("x"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := at(1, 0).Write(file); err == nil {
		t.Error("a file for a folder: no error")
	}
	if b, _ := os.ReadFile(file); !bytes.Equal(b, []byte("x")) {
		t.Error("the file has changed")
	}
}

// Newer files, whatever they are, do not count when a training that went back saves;
// nor is it an error that an old one cannot be removed.
func TestKeptBelowNewer(t *testing.T) {
	dir := t.TempDir()
	for step := 500; step < 505; step++ {
		write(t, dir, at(step, 0.9))
	}
	if err := os.MkdirAll(filepath.Join(dir, "step-00000001.safetensors", "a"), 0o755); err != nil {
		t.Fatal(err)
	}
	for step := 410; step < 490; step += 10 {
		write(t, dir, at(step, 0.1))
	}
	if steps, err := checkpoint.Steps(dir); fmt.Sprint(steps) != "[410 440 450 460 470 480 500 501 502 503 504]" || err != nil {
		t.Errorf("%v, %v", steps, err)
	}
}
