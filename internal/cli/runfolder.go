package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/pkg/errors"

	"github.com/gorgonia-zoo/zoo/internal/replace"
)

// The files of a run.
const (
	ConfigFile        = "config.json"
	MetricsFile       = "metrics.jsonl"
	EvalFile          = "eval.jsonl"
	WeightsFile       = "model.safetensors"
	CheckpointsFolder = "checkpoints"
)

// A RunFolder is where one run leaves its records. One program at a time has it.
type RunFolder struct {
	Dir      string
	made     []string // what this run created there, the folder itself included
	held     lock
	settings []byte // what config.json holds
	metrics  *os.File
	saving   saving
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
	switch {
	case errors.Is(err, os.ErrExist) || errors.Is(err, errInUse) && f.used():
		return nil, f.taken()
	case errors.Is(err, errInUse):
		return nil, f.inUse()
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

// begin takes possession of the folder, writes the settings and opens the figures.
func (f *RunFolder) begin(config any) error {
	if f.used() {
		return os.ErrExist // before anything is changed
	}
	if err := f.lock(); err != nil {
		return err
	}
	if f.used() { // by a program that has ended meanwhile
		return os.ErrExist
	}
	if err := f.Configure(config); err != nil {
		return err
	}
	var err error
	f.metrics, err = f.create(MetricsFile)
	return err
}

// used reports whether the folder holds a run.
func (f *RunFolder) used() bool {
	return slices.ContainsFunc([]string{ConfigFile, MetricsFile, WeightsFile, CheckpointsFolder}, f.has)
}

func (f *RunFolder) has(name string) bool {
	_, err := os.Lstat(f.File(name))
	return err == nil
}

// Configure writes the settings.
func (f *RunFolder) Configure(config any) error {
	b, err := json.MarshalIndent(config, "", "  ")
	if err != nil {
		return err
	}
	f.settings = append(b, '\n')
	return f.put(ConfigFile, func(file *os.File) error { _, err := file.Write(f.settings); return err })
}

// put writes a file in one step.
func (f *RunFolder) put(name string, write func(*os.File) error) error {
	had := f.has(name)
	err := replace.File(f.File(name), write)
	if err == nil && !had {
		f.made = append(f.made, f.File(name))
	}
	return err
}

// taken says that the folder is another run's.
func (f *RunFolder) taken() error {
	return errors.Errorf("run folder %s already holds a run; name another with --run-dir, or go on with this one by --resume", f.Dir)
}

// Write makes the file called name, which the folder must not have, with what write
// writes. Of a run that is resumed it may be there, and is written anew.
func (f *RunFolder) Write(name string, write func(*os.File) error) error {
	if f.has(name) && !f.saving.resumed {
		return f.taken()
	}
	return Full(f.put(name, write))
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
	if f.held.Flock != nil {
		_ = os.Remove(f.File(lockFile)) // while it is ours; Windows removes it below
	}
	f.Close()
	for _, path := range slices.Backward(f.made) {
		if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
			return // a folder into which someone put something else
		}
	}
}

// File returns the path of a file of the run.
func (f *RunFolder) File(name string) string { return filepath.Join(f.Dir, name) }

// Log appends v to metrics.jsonl as one line.
func (f *RunFolder) Log(v any) error { return Full(appendLine(f.metrics, v)) }

func appendLine(file *os.File, v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return errors.Wrap(err, file.Name())
	}
	_, err = file.Write(append(b, '\n'))
	return err
}

// Close ends the writing of checkpoints and of figures, and gives the folder up.
func (f *RunFolder) Close() {
	_ = f.saving.saver.Wait() // its error was looked for by those who care
	if f.metrics != nil {
		f.metrics.Close()
	}
	f.unlock()
}

// lastLine returns the last whole line of a file, or nothing.
func lastLine(file string) []byte {
	b, err := os.ReadFile(file)
	if err != nil {
		return nil
	}
	end := bytes.LastIndexByte(b, '\n')
	if end < 0 {
		return nil
	}
	return b[bytes.LastIndexByte(b[:end], '\n')+1 : end]
}

// Finished returns the line about the test set that a finished run in dir ends with, and
// its step, or nothing.
func Finished(dir string) (step int, line []byte) {
	line = lastLine(filepath.Join(dir, MetricsFile))
	var m struct {
		Event string
		Step  int
	}
	if json.Unmarshal(line, &m) != nil || m.Event != "test" {
		return 0, nil
	}
	return m.Step, line
}

// Full adds to what the system says went wrong with a folder that could be written
// what helps. Other errors stay as they are.
func Full(err error) error {
	if !errors.As(err, new(*fs.PathError)) && !errors.As(err, new(*os.LinkError)) && !errors.As(err, new(*os.SyscallError)) {
		return err
	}
	return errors.Errorf("%v; make room, or name a folder elsewhere with --run-dir", err)
}

// reason returns err without the path that it names.
func reason(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}
