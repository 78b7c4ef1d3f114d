package cli

import (
	"encoding/json"
	"maps"
	"runtime/debug"

	"github.com/gorgonia-zoo/zoo/internal/replace"
	"github.com/gorgonia-zoo/zoo/train"
	"github.com/gorgonia-zoo/zoo/train/checkpoint"
)

// What a checkpoint's notes hold besides those of the Trainer.
const (
	settingsNote = "settings" // config.json
	figuresNote  = "figures"  // of the command
	timeNote     = "time_s"   // of training
	versionNote  = "zoo_version"
)

// saving is how a run writes checkpoints.
type saving struct {
	saver   checkpoint.Saver
	resumed bool
}

// save writes a checkpoint beside training, with notes that say what the run is, and
// figures, which restore gives back. Score is as in [checkpoint.Checkpoint]. The error
// may be that of the checkpoint before.
func (f *RunFolder) save(t *train.Trainer, notes map[string]string, figures any, score float64) error {
	if err := f.saved(); err != nil {
		return err
	}
	f.saving.saver.Dir = f.File(CheckpointsFolder)
	if err := replace.Folder(f.saving.saver.Dir); err != nil {
		return Full(err)
	}
	return f.saving.saver.Save(func(c *checkpoint.Checkpoint) error {
		if err := t.Snapshot(c); err != nil {
			return err
		}
		b, err := json.Marshal(figures)
		if err != nil {
			return err
		}
		maps.Copy(c.Notes, notes)
		c.Notes[settingsNote], c.Notes[figuresNote], c.Notes[versionNote] = string(f.settings), string(b), version()
		c.Score = score
		return Full(f.metrics.Sync()) // the figures up to this step last as long as it does
	})
}

// saved waits until the last checkpoint is written.
func (f *RunFolder) saved() error { return Full(f.saving.saver.Wait()) }

// version returns that of the zoo in the running program.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	return info.Main.Version
}
