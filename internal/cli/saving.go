package cli

import (
	"encoding/json"
	"maps"
	"os"
	"runtime/debug"
	"slices"

	"github.com/pkg/errors"

	"github.com/gorgonia-zoo/zoo/train"
	"github.com/gorgonia-zoo/zoo/train/checkpoint"
)

// What a checkpoint's notes hold besides those of the Trainer.
const (
	settingsNote = "settings" // config.json
	progressNote = "progress" // of the command: sums of losses, time
	versionNote  = "zoo_version"
)

// saving is how a run writes checkpoints.
type saving struct {
	saver   checkpoint.Saver
	resumed bool
}

// Save writes a checkpoint beside training, with notes that say what the run is, and
// progress, which [RunFolder.Restore] gives back. Score is that of the model on
// validation examples, the higher the better, NaN if it was not taken. The error may be
// that of the checkpoint before.
func (f *RunFolder) Save(t *train.Trainer, notes map[string]string, progress any, score float64) error {
	if err := f.Saved(); err != nil {
		return err
	}
	f.saving.saver.Dir = f.File(CheckpointsFolder)
	if err := os.Mkdir(f.saving.saver.Dir, 0o755); err != nil && !errors.Is(err, os.ErrExist) {
		return Full(err)
	}
	return f.saving.saver.Save(func(c *checkpoint.Checkpoint) error {
		if err := t.Snapshot(c); err != nil {
			return err
		}
		p, err := json.Marshal(progress)
		if err != nil {
			return err
		}
		maps.Copy(c.Notes, notes)
		c.Notes[settingsNote], c.Notes[progressNote], c.Notes[versionNote] = string(f.settings), string(p), version()
		c.Score = score
		return Full(f.metrics.Sync()) // the figures up to this step last as long as it does
	})
}

// Saved waits until the last checkpoint is written.
func (f *RunFolder) Saved() error { return Full(f.saving.saver.Wait()) }

// newest returns the newest checkpoint's file, or nothing.
func (f *RunFolder) newest() string {
	dir := f.File(CheckpointsFolder)
	steps, err := checkpoint.Steps(dir)
	if err != nil || len(steps) == 0 {
		return ""
	}
	return checkpoint.File(dir, slices.Max(steps))
}

// version returns that of the zoo in the running program.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	return info.Main.Version
}
