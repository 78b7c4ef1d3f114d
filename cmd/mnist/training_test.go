package main

import (
	"context"
	"math"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/pkg/errors"
	"gorgonia.org/tensor"

	"github.com/gorgonia-zoo/zoo/data"
	"github.com/gorgonia-zoo/zoo/internal/cli"
	"github.com/gorgonia-zoo/zoo/layers"
	"github.com/gorgonia-zoo/zoo/train"
)

// begun returns a training of a model with one parameter, in a folder.
func begun(t *testing.T) *training {
	t.Helper()
	f, err := cli.CreateRun(filepath.Join(t.TempDir(), "run"), "x", config{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(f.Close)
	return &training{Training: &cli.Training{Trainer: &train.Trainer{Model: layers.Dense{Name: "fc", Units: 2}}, Folder: f, Total: 9}}
}

// A run that ends before its first step leaves no folder.
func TestStoppedEarly(t *testing.T) {
	tr := begun(t)
	if err := tr.Stopped(cli.Interrupted{Signal: syscall.SIGINT}, tr); cli.Status(err) != 130 || err.Error() != "interrupted" {
		t.Errorf("the error is %v", err)
	}
	if _, err := os.Stat(tr.Folder.Dir); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("%s is still there: %v", tr.Folder.Dir, err)
	}
}

// Interrupted, with nowhere to save.
func TestStoppedUnsaved(t *testing.T) {
	tr := begun(t)
	x := tensor.New(tensor.WithShape(1, 3), tensor.Of(tensor.Float32))
	if _, err := tr.Predict(x); err != nil {
		t.Fatal(err)
	}
	tr.Done = 4
	tr.Folder.Dir = filepath.Join(tr.Folder.Dir, "gone")
	err := tr.Stopped(errors.Wrap(cli.Interrupted{Signal: syscall.SIGINT}, "loop"), tr)
	if cli.Status(err) != 130 || !strings.HasPrefix(err.Error(), "interrupted after 4 of 9 steps; no checkpoint could be saved: ") {
		t.Errorf("the error is %v", err)
	}
}

// A loss that JSON cannot hold is an error that says so.
func TestDiverged(t *testing.T) {
	tr := begun(t)
	tr.Done = 4
	x := tensor.New(tensor.WithShape(1, 3), tensor.WithBacking([]float32{0, float32(math.Inf(1)), 0}))
	set := data.Set{X: x, Y: tensor.New(tensor.WithShape(1), tensor.WithBacking([]int{1}))}
	_, err := tr.evaluate(context.Background(), "validation", set.Batches(1))
	if err == nil || !strings.HasPrefix(err.Error(), "step 4: the validation loss is NaN; training has diverged") {
		t.Errorf("the error is %v", err)
	}
}
