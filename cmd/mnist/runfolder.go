package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/pkg/errors"
)

// config is what config.json holds: every setting of the run, as resolved.
type config struct {
	Command string `json:"command"`
	Model   string `json:"model"`
	Dataset string `json:"dataset"`
	Recipe  string `json:"recipe"`
	recipe
	Seed    uint64 `json:"seed"`
	DataDir string `json:"data_dir"`
	Device  string `json:"device"`
	Threads int    `json:"threads"`
	ISA     string `json:"isa"` // the kernel set, which counts as a setting
}

// metrics is a line of metrics.jsonl.
type metrics struct {
	Step          int     `json:"step"`
	Epoch         int     `json:"epoch"`
	TimeS         float64 `json:"time_s"`     // since training began
	TrainLoss     float64 `json:"train_loss"` // mean since the last line, penalties excluded
	LearningRate  float64 `json:"learning_rate"`
	ExamplesPerS  float64 `json:"examples_per_s"` // while training
	ValidLoss     float64 `json:"valid_loss"`
	ValidAccuracy float64 `json:"valid_accuracy"`
}

// testMetrics is the last line of metrics.jsonl.
type testMetrics struct {
	Event        string  `json:"event"`
	Step         int     `json:"step"`
	TimeS        float64 `json:"time_s"`
	TestLoss     float64 `json:"test_loss"`
	TestAccuracy float64 `json:"test_accuracy"`
}

// The files of a run.
const (
	configFile  = "config.json"
	metricsFile = "metrics.jsonl"
	weightsFile = "model.safetensors"
)

// A runFolder is where one run leaves its records.
type runFolder struct {
	dir     string
	made    []string // what this run created there, the folder itself included
	metrics *os.File
}

// createRun makes the folder dir, or runs/NAME-TIME where dir is empty, for a
// run with the given settings. A folder that holds a run is refused. A failure
// leaves behind at most the folders above it.
func createRun(dir, name string, c config) (*runFolder, error) {
	f := new(runFolder)
	err := f.claim(dir, name)
	if err == nil {
		err = f.begin(c)
	}
	if err == nil {
		return f, nil
	}
	f.discard()
	if errors.Is(err, os.ErrExist) {
		return nil, errors.Errorf("run folder %s already holds a run; name another with --run-dir", dir)
	}
	return nil, errors.Errorf("run folder: %v; name one that can be written with --run-dir", err)
}

// claim finds or makes the folder.
func (f *runFolder) claim(dir, name string) error {
	f.dir = dir
	if dir == "" {
		f.dir = filepath.Join("runs", name+"-"+time.Now().Format("20060102-150405"))
	}
	if err := os.MkdirAll(filepath.Dir(f.dir), 0o755); err != nil {
		return err
	}
	base := f.dir
	for i := 2; ; i++ {
		switch err := os.Mkdir(f.dir, 0o755); {
		case err == nil:
			f.made = append(f.made, f.dir)
			return nil
		case !errors.Is(err, os.ErrExist):
			return err
		case dir != "":
			return nil
		}
		f.dir = fmt.Sprintf("%s-%d", base, i) // another run began in the same second
	}
}

// begin writes the settings and opens the figures. Of two runs that are given
// one folder at the same time, one finds the other's config.json.
func (f *runFolder) begin(c config) error {
	file, err := f.create(configFile)
	if err != nil {
		return err
	}
	e := json.NewEncoder(file)
	e.SetIndent("", "  ")
	err = e.Encode(c)
	if e := file.Close(); err == nil {
		err = e
	}
	if err != nil {
		return err
	}
	if _, err := os.Lstat(f.file(weightsFile)); err == nil {
		return os.ErrExist // and is not replaced
	}
	f.metrics, err = f.create(metricsFile)
	return err
}

// create makes a file that must not exist yet.
func (f *runFolder) create(name string) (*os.File, error) {
	path := f.file(name)
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err == nil {
		f.made = append(f.made, path)
	}
	return file, err
}

// discard removes what the run created, for a run of which there is nothing to
// tell.
func (f *runFolder) discard() {
	f.close()
	for _, path := range slices.Backward(f.made) {
		if os.Remove(path) != nil {
			return // a folder into which someone put something else
		}
	}
}

func (f *runFolder) file(name string) string { return filepath.Join(f.dir, name) }

// log appends v to metrics.jsonl as one line.
func (f *runFolder) log(v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return errors.Wrap(err, metricsFile)
	}
	_, err = f.metrics.Write(append(b, '\n'))
	return full(err)
}

func (f *runFolder) close() { f.metrics.Close() }

// full adds to what went wrong with a folder that could be written what helps.
func full(err error) error {
	if err == nil {
		return nil
	}
	return errors.Errorf("%v; make room, or name a folder elsewhere with --run-dir", err)
}
