package cli

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/pkg/errors"
)

// The files of a run.
const (
	ConfigFile  = "config.json"
	MetricsFile = "metrics.jsonl"
	WeightsFile = "model.safetensors"
)

// A RunFolder is where one run leaves its records.
type RunFolder struct {
	Dir     string
	made    []string // what this run created there, the folder itself included
	metrics *os.File
}

// CreateRun makes the folder dir, or runs/NAME-TIME where dir is empty, for a
// run with the given settings. A folder that holds a run is refused. A failure
// leaves behind at most the folders above it.
func CreateRun(dir, name string, config any) (*RunFolder, error) {
	f := new(RunFolder)
	err := f.claim(dir, name)
	if err == nil {
		err = f.begin(config)
	}
	if err == nil {
		return f, nil
	}
	f.Discard()
	if errors.Is(err, os.ErrExist) {
		return nil, f.taken()
	}
	return nil, errors.Errorf("run folder: %v; name one that can be written with --run-dir", err)
}

// claim finds or makes the folder.
func (f *RunFolder) claim(dir, name string) error {
	f.Dir = dir
	if dir == "" {
		f.Dir = filepath.Join("runs", name+"-"+time.Now().Format("20060102-150405"))
	}
	if err := os.MkdirAll(filepath.Dir(f.Dir), 0o755); err != nil {
		return err
	}
	base := f.Dir
	for i := 2; ; i++ {
		switch err := os.Mkdir(f.Dir, 0o755); {
		case err == nil:
			f.made = append(f.made, f.Dir)
			return nil
		case !errors.Is(err, os.ErrExist):
			return err
		case dir != "":
			return nil
		}
		f.Dir = fmt.Sprintf("%s-%d", base, i) // another run began in the same second
	}
}

// begin writes the settings and opens the figures. Of two runs that are given
// one folder at the same time, one finds the other's config.json.
func (f *RunFolder) begin(config any) error {
	file, err := f.create(ConfigFile)
	if err != nil {
		return err
	}
	e := json.NewEncoder(file)
	e.SetIndent("", "  ")
	err = e.Encode(config)
	if e := file.Close(); err == nil {
		err = e
	}
	if err != nil {
		return err
	}
	if _, err := os.Lstat(f.File(WeightsFile)); err == nil {
		return os.ErrExist // and is not replaced
	}
	f.metrics, err = f.create(MetricsFile)
	return err
}

// taken says that the folder is another run's.
func (f *RunFolder) taken() error {
	return errors.Errorf("run folder %s already holds a run; name another with --run-dir", f.Dir)
}

// Write makes the file called name, which the folder must not have, with what write
// writes.
func (f *RunFolder) Write(name string, write func(*os.File) error) error {
	file, err := f.create(name)
	switch {
	case errors.Is(err, os.ErrExist):
		return f.taken()
	case err != nil:
		return Full(err)
	}
	err = write(file)
	if e := file.Close(); err == nil {
		err = e
	}
	return Full(err)
}

// create makes a file that must not exist yet.
func (f *RunFolder) create(name string) (*os.File, error) {
	path := f.File(name)
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err == nil {
		f.made = append(f.made, path)
	}
	return file, err
}

// Discard removes what the run created, for a run of which there is nothing to
// tell.
func (f *RunFolder) Discard() {
	f.Close()
	for _, path := range slices.Backward(f.made) {
		if os.Remove(path) != nil {
			return // a folder into which someone put something else
		}
	}
}

// File returns the path of a file of the run.
func (f *RunFolder) File(name string) string { return filepath.Join(f.Dir, name) }

// Log appends v to metrics.jsonl as one line.
func (f *RunFolder) Log(v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return errors.Wrap(err, MetricsFile)
	}
	_, err = f.metrics.Write(append(b, '\n'))
	return Full(err)
}

// Close closes the figures.
func (f *RunFolder) Close() { f.metrics.Close() }

// Full adds to what went wrong with a folder that could be written what helps.
func Full(err error) error {
	if err == nil {
		return nil
	}
	return errors.Errorf("%v; make room, or name a folder elsewhere with --run-dir", err)
}
