// Package replace replaces files in one step: whoever opens a file finds the old
// content or the new one, also after a crash.
package replace

import (
	"os"
	"path/filepath"
	"regexp"
)

// A Stage is how far the writing of a file has come.
type Stage string

// The stages of each file, in their order.
const (
	Created     Stage = "created" // under another name
	HalfWritten Stage = "half-written"
	Written     Stage = "written"
	Synced      Stage = "synced"
	Renamed     Stage = "renamed"
)

// Hook is called at each stage of each file, [HalfWritten] by those that write large
// ones. Tests set it, to end the program there.
var Hook = func(file string, s Stage) {}

// unfinished are names of files of ours that were not renamed yet.
var unfinished = regexp.MustCompile(`^\.(config\.json|model\.safetensors|vocab\.txt|step-[0-9]+\.safetensors)[0-9]+$`)

// RemoveUnfinished removes from the folder dir, if there is one, what programs that
// were killed have left. Nobody may be writing there.
func RemoveUnfinished(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil && !os.IsNotExist(err) {
		return err
	}
	for _, e := range entries {
		if e.Type().IsRegular() && unfinished.MatchString(e.Name()) {
			if err := os.Remove(filepath.Join(dir, e.Name())); err != nil {
				return err
			}
		}
	}
	return nil
}

// Folder makes the folder dir, unless it is there, so that its name outlives a loss of
// power. The one above must be there.
func Folder(dir string) error {
	switch err := os.Mkdir(dir, 0o755); {
	case os.IsExist(err):
		return nil
	case err != nil:
		return err
	}
	return syncFolder(filepath.Dir(dir))
}
