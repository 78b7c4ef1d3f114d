// Package checkpoint keeps files from which training goes on exactly.
//
// A checkpoint is a safetensors file called step-00001000.safetensors for the step
// after which it was taken. Its tensors are
//
//	value/NAME         a parameter or buffer
//	average/NAME       its moving average
//	SLOT/NAME          what the optimizer keeps for it, momentum for instance
//	carry/NAME         what the next batch goes on from: the state of a recurrent layer
//
// and its metadata "step", "score" and what else [Checkpoint.Notes] hold. A checksum
// in the metadata covers every byte of the file but its own digits. A file is written
// under another name, brought to the disk, and renamed: it is there as a whole, or not
// at all.
package checkpoint

import (
	"fmt"
	"io/fs"
	"maps"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"

	"github.com/pkg/errors"
	"gorgonia.org/tensor"

	"github.com/gorgonia-zoo/zoo/internal/replace"
	"github.com/gorgonia-zoo/zoo/internal/safetensors"
)

// A Checkpoint is the state of training after a step.
type Checkpoint struct {
	Step    int
	Score   float64 // the higher the better, such as the accuracy on validation examples; NaN: not known
	Tensors map[string]*tensor.Dense
	Notes   map[string]string // settings, a seed and the like; nil: none
	File    string            // that it was read from
}

// ErrNone is what [Latest] returns of a folder without checkpoints, or without the
// folder.
var ErrNone = errors.New("no checkpoint")

// newest is how many files a folder keeps, besides the best.
const newest = 5

// File returns the path of the checkpoint of a step in dir.
func File(dir string, step int) string {
	return filepath.Join(dir, fmt.Sprintf("step-%08d.safetensors", step))
}

// Write writes c into the folder dir, which it makes, and removes the files there that
// are neither among the newest five nor the best. A value that is not finite is an
// error: a bad state is never saved.
func (c *Checkpoint) Write(dir string) (file string, err error) {
	for _, name := range slices.Sorted(maps.Keys(c.Tensors)) {
		if !finite(c.Tensors[name].Float32s()) {
			return "", errors.Errorf("checkpoint of step %d: %s is not finite; lower the learning rate", c.Step, name)
		}
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", errors.WithStack(err)
	}
	notes := map[string]string{}
	maps.Copy(notes, c.Notes)
	notes["step"] = strconv.Itoa(c.Step)
	if !math.IsNaN(c.Score) {
		notes["score"] = strconv.FormatFloat(c.Score, 'g', -1, 64)
	}
	file = File(dir, c.Step)
	if err := safetensors.WriteSummed(file, c.Tensors, notes); err != nil {
		return "", err
	}
	prune(dir, c.Step)
	return file, nil
}

func finite(w []float32) bool {
	var check float32
	for _, v := range w {
		check += 0 * v
	}
	return check == 0
}

// prune removes all files of steps up to the given one but the newest and the best.
// What cannot be removed now the next call will try again: it is no reason to stop
// training. Those of later steps, which a training that went back has left, are none of
// the newest.
func prune(dir string, step int) {
	steps, err := Steps(dir)
	if err != nil {
		return
	}
	steps = slices.DeleteFunc(steps, func(s int) bool { return s > step })
	best := best(dir, steps)
	for _, s := range steps[:max(0, len(steps)-newest)] {
		if s != best {
			_ = os.Remove(File(dir, s))
		}
	}
}

// best returns the first step with the highest score, or -1.
func best(dir string, steps []int) int {
	best, highest := -1, math.Inf(-1)
	for _, step := range steps {
		notes, err := safetensors.ReadMetadata(File(dir, step))
		if err != nil {
			continue // a damaged file is not the best
		}
		if s, err := strconv.ParseFloat(notes["score"], 64); err == nil && s > highest {
			best, highest = step, s
		}
	}
	return best
}

var pattern = regexp.MustCompile(`^step-([0-9]{8,})\.safetensors$`)

// Steps lists the steps of which dir has checkpoints, damaged ones included, in
// increasing order. A folder that is not there has none.
func Steps(dir string) (steps []int, err error) {
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, errors.Errorf("%v; make the folder readable", err)
	}
	for _, e := range entries {
		m := pattern.FindStringSubmatch(e.Name())
		if m == nil || e.IsDir() {
			continue
		}
		if step, err := strconv.Atoi(m[1]); err == nil && filepath.Base(File(dir, step)) == e.Name() {
			steps = append(steps, step)
		}
	}
	slices.Sort(steps)
	return steps, nil
}

// Read reads a file that [Checkpoint.Write] wrote. It is an error if a single byte is
// another than was written, and if the file has another step's name.
func Read(file string) (*Checkpoint, error) {
	tensors, notes, err := safetensors.ReadSummed(file)
	if err != nil {
		return nil, err
	}
	c := &Checkpoint{Tensors: tensors, Notes: notes, File: file, Score: math.NaN()}
	if c.Step, err = strconv.Atoi(notes["step"]); err != nil || c.Step < 0 {
		return nil, errors.Errorf("%s: is no checkpoint: it names no step", file)
	}
	if want := File("", c.Step); filepath.Base(file) != want {
		return nil, errors.Errorf("%s: is the checkpoint of step %d; call it %s", file, c.Step, want)
	}
	if s, err := strconv.ParseFloat(notes["score"], 64); err == nil {
		c.Score = s
	}
	delete(notes, "step")
	delete(notes, "score")
	return c, nil
}

// Latest reads the newest checkpoint in dir that can be read. Those that cannot, though
// they are newer, are damaged: it returns why. It returns [ErrNone] where there is no
// checkpoint.
func Latest(dir string) (c *Checkpoint, damaged []error, err error) {
	for {
		steps, err := Steps(dir)
		if err != nil {
			return nil, nil, err
		}
		damaged = nil
		gone := false
		for _, step := range slices.Backward(steps) {
			c, err := Read(File(dir, step))
			switch {
			case err == nil:
				return c, damaged, nil
			case errors.Is(err, fs.ErrNotExist): // removed by a training under way
				gone = true
			default:
				damaged = append(damaged, err)
			}
		}
		switch {
		case gone:
			continue // there must be newer ones
		case damaged == nil:
			return nil, nil, ErrNone
		}
		return nil, nil, errors.Errorf("%s: every checkpoint is damaged, the oldest so: %v; restore one, or train again", dir, damaged[len(damaged)-1])
	}
}

// SetAside gives the files of steps after the given one another name, so that they are
// no checkpoints: for a training that goes on from that step because they are damaged.
func SetAside(dir string, step int) error {
	steps, err := Steps(dir)
	if err != nil {
		return err
	}
	for _, s := range steps {
		if s > step {
			if err := os.Rename(File(dir, s), File(dir, s)+".damaged"); err != nil {
				return errors.WithStack(err)
			}
		}
	}
	return nil
}

// RemoveUnfinished removes from dir what programs that were killed while saving have
// left. Nobody may be saving there.
func RemoveUnfinished(dir string) error { return errors.WithStack(replace.RemoveUnfinished(dir)) }
