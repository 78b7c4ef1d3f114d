// Package fetch gets published files, once.
//
// A file is known by its SHA-256 sum, so it does not matter from which mirror
// it comes or in how many pieces. An interrupted download leaves a .part file,
// and the next one goes on from there. A lock file in the folder lets one
// process download at a time; the others wait and use what it got.
package fetch

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/gofrs/flock"
	"github.com/pkg/errors"
)

// Sum returns a file's SHA-256 sum in hexadecimal.
func Sum(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	_, err = io.Copy(h, f)
	return hex.EncodeToString(h.Sum(nil)), err
}

// File makes sure that path is the file with this SHA-256 sum (hexadecimal,
// lower case). If it is not yet, the urls are tried in order. The context ends
// a download and the wait for another process; what had arrived is kept.
func File(ctx context.Context, path, sum string, urls ...string) error {
	if has(path, sum) {
		return nil
	}
	dir, name := filepath.Dir(path), filepath.Base(path)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return errors.Errorf("%v; make the folder writable", err)
	}
	lock := flock.New(filepath.Join(dir, ".lock"))
	if _, err := lock.TryLockContext(ctx, 50*time.Millisecond); err != nil {
		return errors.Wrapf(err, "lock %s", dir)
	}
	defer lock.Close()
	if has(path, sum) { // the process that held the lock got it
		return nil
	}
	part := path + ".part"
	faults := make([]string, len(urls))
	for i, url := range urls {
		err := download(ctx, part, sum, url)
		if err == nil {
			return os.Rename(part, path)
		}
		if ctx.Err() != nil {
			return errors.Wrapf(context.Cause(ctx), "download %s", name)
		}
		faults[i] = err.Error()
	}
	return errors.Errorf("no mirror gave %s (%s); check the network or put the file into %s by hand",
		name, strings.Join(faults, ", "), dir)
}

func has(path, sum string) bool {
	got, err := Sum(path)
	return err == nil && got == sum
}
