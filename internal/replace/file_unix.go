//go:build !windows

package replace

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"

	"github.com/google/renameio/v2"
)

// File writes the file called name anew, in one step that outlives a loss of power.
func File(name string, write func(*os.File) error) error {
	dir := filepath.Dir(name)
	f, err := renameio.NewPendingFile(name, renameio.WithPermissions(0o644), renameio.WithTempDir(dir))
	if err != nil {
		return err
	}
	defer f.Cleanup()
	Hook(name, Created)
	if err := write(f.File); err != nil {
		return err
	}
	Hook(name, Written)
	if err := f.Sync(); err != nil {
		return err
	}
	Hook(name, Synced)
	if err := f.CloseAtomicallyReplace(); err != nil {
		return err
	}
	Hook(name, Renamed)
	return syncFolder(dir)
}

// syncFolder makes the names in dir as lasting as the files, where a file system can.
func syncFolder(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	if err := d.Sync(); err != nil && !errors.Is(err, syscall.EINVAL) && !errors.Is(err, errors.ErrUnsupported) {
		return err
	}
	return nil
}
