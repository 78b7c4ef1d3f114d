package cli

import (
	"bytes"
	"encoding/json"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/pkg/errors"

	"github.com/gorgonia-zoo/zoo/internal/replace"
	"github.com/gorgonia-zoo/zoo/train"
	"github.com/gorgonia-zoo/zoo/train/checkpoint"
)

// Given are the names of the flags on the command line.
type Given map[string]bool

// OpenRun takes possession of a run's folder, to go on with the run, and reads its
// settings into config. It returns nil where dir holds no run yet. The settings'
// "command" must be the one given.
func OpenRun(dir, command string, config any) (*RunFolder, error) {
	f := &RunFolder{Dir: dir}
	if !f.has(ConfigFile) {
		if f.used() {
			return nil, errors.Errorf("run folder %s has no %s; restore it, or name another folder with --run-dir", dir, ConfigFile)
		}
		return nil, nil
	}
	switch err := f.lock(); {
	case errors.Is(err, errInUse):
		return nil, f.inUse()
	case err != nil:
		return nil, errors.Errorf("run folder %s: %v; make it writable", dir, reason(err))
	}
	if err := f.open(command, config); err != nil {
		f.Close()
		return nil, err
	}
	f.saving.resumed = true
	return f, nil
}

func (f *RunFolder) open(command string, config any) (err error) {
	for _, dir := range []string{f.Dir, f.File(CheckpointsFolder)} {
		if err := replace.RemoveUnfinished(dir); err != nil {
			return errors.Errorf("run folder %s: %v; make it writable", f.Dir, reason(err))
		}
	}
	if f.settings, err = ReadConfig(f.Dir, command, config); err != nil {
		return err
	}
	f.metrics, err = os.OpenFile(f.File(MetricsFile), os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o644)
	if err != nil {
		return errors.Errorf("run folder %s: %s: %v; make it writable", f.Dir, MetricsFile, reason(err))
	}
	return nil
}

// ReadConfig reads the settings of the run in dir, which must be one of the command.
func ReadConfig(dir, command string, config any) ([]byte, error) {
	f := RunFolder{Dir: dir}
	b, err := os.ReadFile(f.File(ConfigFile))
	if err != nil {
		return nil, errors.Errorf("run folder %s: %s: %v; name the folder of a run of %s", dir, ConfigFile, reason(err), program(command))
	}
	return b, decodeSettings(b, "run folder "+dir, command, config)
}

// decodeSettings reads those that where has in b.
func decodeSettings(b []byte, where, command string, config any) error {
	var c struct{ Command string }
	if json.Unmarshal(b, &c) != nil || c.Command != command || json.Unmarshal(b, config) != nil {
		return errors.Errorf("%s: its settings are not those of a run of %s; name the folder of one", where, program(command))
	}
	return nil
}

// program returns the first word of a command.
func program(command string) string {
	name, _, _ := strings.Cut(command, " ")
	return name
}

// Keep makes a setting what it was when the run began. It is an error if the command
// line says otherwise.
func Keep[T comparable](given Given, flag string, value *T, was T) error {
	if given[flag] && *value != was {
		return errors.Errorf("--%s is %v, but was %v when this run began; leave it out, or start another run with another --run-dir", flag, *value, was)
	}
	*value = was
	return nil
}

// restore goes on from the newest checkpoint that can be read, which must be of a run
// with this metadata. It tells notices of damaged ones, which get another name, and
// fills figures with what was saved of them. Without a checkpoint it returns step 0.
func (f *RunFolder) restore(t *train.Trainer, metadata map[string]string, figures any, notice func(string)) (step int, before time.Duration, err error) {
	dir := f.File(CheckpointsFolder)
	c, damaged, err := checkpoint.Latest(dir)
	switch {
	case errors.Is(err, checkpoint.ErrNone):
		notice("no checkpoint in " + f.Dir + " yet: training starts from the beginning")
		return 0, 0, nil
	case err != nil:
		return 0, 0, err
	}
	for key, want := range metadata {
		if was := c.Notes[key]; was != want {
			return 0, 0, errors.Errorf("%s: is of a run with %s %q, and this one has %q; remove it", c.File, key, was, want)
		}
	}
	for _, err := range damaged {
		notice(err.Error() + "; the one before it is used")
	}
	seconds, err := progressed(c, figures)
	if err != nil {
		return 0, 0, err
	}
	if err := t.Restore(c); err != nil {
		return 0, 0, err
	}
	f.saving.saver.Last = c.File
	return c.Step, time.Duration(seconds * float64(time.Second)), Full(checkpoint.SetAside(dir, c.Step))
}

// progressed reads how far training was at a checkpoint.
func progressed(c *checkpoint.Checkpoint, figures any) (seconds float64, err error) {
	if err = json.Unmarshal([]byte(c.Notes[figuresNote]), figures); err == nil {
		seconds, err = strconv.ParseFloat(c.Notes[timeNote], 64)
	}
	if err != nil {
		return 0, errors.Errorf("%s: does not say how far training was; name the folder of a run with --run-dir", c.File)
	}
	return seconds, nil
}

// cutMetrics removes from metrics.jsonl the lines of steps after the given one, that of
// the test set, and what a killed program left of a line.
func (f *RunFolder) cutMetrics(step int) error {
	b, err := os.ReadFile(f.metrics.Name())
	if err != nil {
		return errors.WithStack(err)
	}
	keep, at := 0, 0
	for line := range bytes.Lines(b) {
		at += len(line)
		var m struct {
			Event string
			Step  int
		}
		if json.Unmarshal(line, &m) != nil || line[len(line)-1] != '\n' {
			continue // it stays if a good one comes after it
		}
		if m.Event == "test" || m.Step > step {
			break
		}
		keep = at
	}
	return errors.WithStack(f.metrics.Truncate(int64(keep)))
}
