package cli

import (
	"context"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"
	"github.com/pkg/errors"
)

// lockFile is held, in a run's folder, by the program that trains there. The system
// frees it when that ends, however it ends.
const lockFile = ".lock"

type lock struct{ *flock.Flock }

var errInUse = errors.New("in use")

// lock takes possession of the folder, or returns errInUse.
func (f *RunFolder) lock() error {
	had := f.has(lockFile)
	l := flock.New(f.File(lockFile), flock.SetPermissions(0o644)) // others may look at it
	// Somebody who looks whether a run is over holds the lock for an instant.
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	got, err := l.TryLockContext(ctx, 20*time.Millisecond)
	switch {
	case got:
		f.held = lock{l}
		if !had {
			f.made = append(f.made, f.File(lockFile))
		}
		return nil
	case errors.Is(err, context.DeadlineExceeded):
		return errInUse
	}
	return err
}

func (f *RunFolder) unlock() {
	if f.held.Flock != nil {
		f.held.Close()
	}
}

// inUse says that another program has the folder.
func (f *RunFolder) inUse() error {
	return errors.Errorf("run folder %s is in use by another program; wait until that ends, or name another with --run-dir", f.Dir)
}

// lockFree reports whether a run began in dir and no program has it now.
func lockFree(dir string) bool {
	if _, err := os.Stat(filepath.Join(dir, ConfigFile)); err != nil {
		return false // nothing has begun
	}
	file := filepath.Join(dir, lockFile)
	if _, err := os.Stat(file); err != nil {
		return true
	}
	l := flock.New(file, flock.SetFlag(os.O_RDONLY))
	defer l.Close()
	got, err := l.TryRLock()
	return got || err != nil // who cannot look must not wait for ever
}
