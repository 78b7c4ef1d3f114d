package fetch

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"os"

	"github.com/pkg/errors"
)

var errSum = errors.New("wrong SHA-256 sum")

// download brings the file part to the content with this sum, going on from
// what it holds. Where that leads nowhere, what it held may be to blame, so
// there is a second attempt from nothing.
func download(ctx context.Context, part, sum, url string) error {
	f, err := os.OpenFile(part, os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return err
	}
	defer f.Close()
	for {
		resumed, err := resume(ctx, f, sum, url)
		if err == nil {
			return f.Close()
		}
		if !errors.Is(err, errSum) && !errors.Is(err, errRange) {
			return err // what has arrived may be continued
		}
		if cut := f.Truncate(0); cut != nil || !resumed {
			return err
		}
	}
}

// resume appends to f what it lacks and compares the sum. It reports whether
// it built on what f held.
func resume(ctx context.Context, f *os.File, sum, url string) (resumed bool, err error) {
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return false, err
	}
	hash := sha256.New()
	have, err := io.Copy(hash, f)
	if err != nil {
		return false, err
	}
	if hex.EncodeToString(hash.Sum(nil)) == sum {
		return false, nil // everything had arrived
	}
	body, at, err := get(ctx, url, have)
	if err != nil {
		return have > 0, err
	}
	defer body.Close()
	if at == 0 {
		hash.Reset()
		if err := restart(f); err != nil {
			return false, err
		}
	}
	if _, err := io.Copy(io.MultiWriter(f, hash), body); err != nil {
		return at > 0, errors.WithMessage(err, url)
	}
	if hex.EncodeToString(hash.Sum(nil)) != sum {
		return at > 0, errors.WithMessage(errSum, url)
	}
	return at > 0, nil
}

// restart empties f.
func restart(f *os.File) error {
	if err := f.Truncate(0); err != nil {
		return err
	}
	_, err := f.Seek(0, io.SeekStart)
	return err
}
