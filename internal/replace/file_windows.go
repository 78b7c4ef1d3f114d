package replace

import (
	"os"
	"path/filepath"
)

// File writes the file called name anew. Windows has no rename that is certain to be
// one step; os.Rename comes close.
func File(name string, write func(*os.File) error) error {
	f, err := os.CreateTemp(filepath.Dir(name), "."+filepath.Base(name)+"*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name()) // fails, rightly, after the rename
	Hook(name, Created)
	err = write(f)
	if err == nil {
		Hook(name, Written)
		err = f.Sync()
	}
	if e := f.Close(); err == nil {
		err = e
	}
	if err != nil {
		return err
	}
	Hook(name, Synced)
	if err := os.Rename(f.Name(), name); err != nil {
		return err
	}
	Hook(name, Renamed)
	return nil
}

// syncFolder does nothing: Windows has no such call.
func syncFolder(string) error { return nil }
