package cli

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/pkg/errors"

	"github.com/gorgonia-zoo/zoo/train/checkpoint"
)

// Watch are the flags of commands that evaluate the checkpoints of a run.
type Watch struct {
	RunDir   string        `required:"" type:"path" placeholder:"DIR" help:"Folder of the run."`
	Watch    bool          `help:"Go on: evaluate each new checkpoint of a training under way, until that ends."`
	Interval time.Duration `default:"10s" placeholder:"10s" help:"How often to look for a new checkpoint."`
	Test     bool          `help:"Also evaluate on the test set."`
}

// Check is for Validate.
func (w Watch) Check() error {
	if w.Interval <= 0 {
		return errors.Errorf("--interval must be above 0, not %v", w.Interval)
	}
	return nil
}

// Run has evaluate look at the newest checkpoint that can be read, appends the line
// that it returns to eval.jsonl, and prints the text. With --watch it goes on with each
// newer one until the run is finished or, for an interval, no program has trained.
func (w Watch) Run(ctx context.Context, o Output, evaluate func(*checkpoint.Checkpoint) (line any, text string, err error)) error {
	if _, err := os.Stat(filepath.Join(w.RunDir, ConfigFile)); errors.Is(err, fs.ErrNotExist) && !w.Watch {
		return errors.Errorf("no run in %s; name the folder of one with --run-dir", w.RunDir)
	}
	dir := filepath.Join(w.RunDir, CheckpointsFolder)
	last, waiting, free := -1, false, false
	for {
		_, over := Finished(w.RunDir) // looked at before the newest checkpoint is
		c, damaged, err := newer(dir, last)
		switch {
		case err == nil:
			for _, err := range damaged {
				fmt.Fprintf(o.Err, "%v; the one before it is used\n", err)
			}
			last = c.Step
			if err := w.one(o, c, evaluate); err != nil {
				return err
			}
		case !errors.Is(err, checkpoint.ErrNone):
			return err
		case last < 0 && !w.Watch:
			return errors.Errorf("no checkpoint in %s yet; wait for one with --watch", w.RunDir)
		case last < 0 && !waiting:
			waiting = true
			fmt.Fprintf(o.Err, "no checkpoint in %s yet; waiting\n", w.RunDir)
		}
		if !w.Watch || over != nil {
			return nil
		}
		was := free
		if free = lockFree(w.RunDir); free && was {
			fmt.Fprintf(o.Err, "nobody trains in %s any more\n", w.RunDir)
			return nil
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(w.Interval):
		}
	}
}

// newer reads the newest checkpoint in dir, if it is of a step after last, or returns
// [checkpoint.ErrNone].
func newer(dir string, last int) (*checkpoint.Checkpoint, []error, error) {
	steps, err := checkpoint.Steps(dir)
	if err != nil {
		return nil, nil, err
	}
	if len(steps) == 0 || slices.Max(steps) <= last {
		return nil, nil, checkpoint.ErrNone
	}
	c, damaged, err := checkpoint.Latest(dir)
	if err == nil && c.Step <= last {
		return nil, nil, checkpoint.ErrNone
	}
	return c, damaged, err
}

// one evaluates a checkpoint.
func (w Watch) one(o Output, c *checkpoint.Checkpoint, evaluate func(*checkpoint.Checkpoint) (any, string, error)) error {
	line, text, err := evaluate(c)
	if err != nil {
		return err
	}
	if err := o.Printf("%s\n", text); err != nil {
		return err
	}
	file, err := os.OpenFile(filepath.Join(w.RunDir, EvalFile), os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o644)
	if err != nil {
		return errors.Errorf("run folder %s: %s: %v; make it writable", w.RunDir, EvalFile, reason(err))
	}
	defer file.Close()
	if err := appendLine(file, line); err != nil {
		return errors.Errorf("run folder %s: %s: %v; make room", w.RunDir, EvalFile, reason(err))
	}
	return nil
}
