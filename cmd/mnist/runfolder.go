package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/pkg/errors"
)

// config is what config.json holds: every setting, as resolved.
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
	TimeS         float64 `json:"time_s"`
	TrainLoss     float64 `json:"train_loss"` // mean since the last line, penalties excluded
	LearningRate  float64 `json:"learning_rate"`
	ExamplesPerS  float64 `json:"examples_per_s"`
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

// A runFolder is where one run leaves its records.
type runFolder struct {
	dir     string
	metrics *os.File
}

// createRun makes the folder dir, or runs/name-TIME where dir is empty, for a
// run with the given settings. A folder that holds a run is refused.
func createRun(dir, name string, c config) (*runFolder, error) {
	dir, err := claim(dir, name)
	if err != nil {
		return nil, errors.Wrap(err, "run folder; name one that can be written with --run-dir")
	}
	b, err := json.MarshalIndent(c, "", "  ")
	if err != nil {
		return nil, errors.WithStack(err)
	}
	f := &runFolder{dir: dir}
	// Exclusive: of two runs that are given one folder at the same time, one is refused.
	file, err := os.OpenFile(f.file("config.json"), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if errors.Is(err, os.ErrExist) {
		return nil, errors.Errorf("run folder %s already holds a run; name another with --run-dir", dir)
	}
	if err != nil {
		return nil, errors.Wrap(err, "run folder; name one that can be written with --run-dir")
	}
	_, err = file.Write(append(b, '\n'))
	if e := file.Close(); err == nil {
		err = e
	}
	if err != nil {
		return nil, errors.Wrap(err, "run folder")
	}
	if f.metrics, err = os.Create(f.file("metrics.jsonl")); err != nil {
		return nil, errors.Wrap(err, "run folder")
	}
	return f, nil
}

// claim makes the folder for a run.
func claim(dir, name string) (string, error) {
	if dir != "" {
		return dir, os.MkdirAll(dir, 0o755)
	}
	if err := os.MkdirAll("runs", 0o755); err != nil {
		return "", err
	}
	base := filepath.Join("runs", name+"-"+time.Now().Format("20060102-150405"))
	for i := 1; ; i++ {
		dir := base
		if i > 1 {
			dir = fmt.Sprintf("%s-%d", base, i)
		}
		if err := os.Mkdir(dir, 0o755); !errors.Is(err, os.ErrExist) {
			return dir, err
		}
	}
}

func (f *runFolder) file(name string) string { return filepath.Join(f.dir, name) }

// log appends v to metrics.jsonl as one line.
func (f *runFolder) log(v any) error {
	b, err := json.Marshal(v)
	if err == nil {
		_, err = f.metrics.Write(append(b, '\n'))
	}
	return errors.Wrap(err, "write metrics")
}

func (f *runFolder) close() { f.metrics.Close() }
