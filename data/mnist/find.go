package mnist

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/pkg/errors"

	"github.com/gorgonia-zoo/zoo/data/fetch"
)

// find returns a folder that holds the set's files with the right sums. It
// goes on to the next place whatever is wrong with one, since each may mend
// the fault of those before it, and names all faults if none is left.
func (d dataset) find(ctx context.Context) (string, error) {
	places := d.places()
	faults := make([]string, len(places))
	for i, p := range places {
		dir, err := p.folder(ctx)
		if err == nil {
			err = d.verify(dir)
		}
		if err == nil {
			return dir, nil
		}
		if ctx.Err() != nil {
			return "", errors.Wrapf(context.Cause(ctx), "look for %s", d.title)
		}
		faults[i] = p.name + ": " + fault(err)
	}
	return "", errors.Errorf("%s not found (%s); check the network, or put its four files into a folder and name it with --data-dir%s",
		d.title, strings.Join(faults, ", "), d.orZooData())
}

// A place is where a set may be.
type place struct {
	name   string
	folder func(context.Context) (string, error)
}

// places lists where to look, the nearest first.
func (d dataset) places() []place {
	places := []place{{"cache", d.cached}}
	if d.system != "" {
		places = append(places, place{"system", func(context.Context) (string, error) { return d.system, nil }})
	}
	if d.module != "" {
		places = append(places, place{"module", d.inModuleCache}, place{"go mod download", d.downloadModule})
	}
	return append(places, place{"mirrors", d.fetch})
}

// zooData returns the folder that ZOO_DATA names for the set: of its folder, the
// one called as the set, or else, unless it has to be below, itself.
func (d dataset) zooData() string {
	root := os.Getenv("ZOO_DATA")
	if root == "" {
		return ""
	}
	dir := filepath.Join(root, d.folder)
	switch _, err := os.Stat(dir); {
	case err == nil:
		return dir
	case d.below:
		return ""
	}
	return root
}

// orZooData is how an error goes on after --data-dir.
func (d dataset) orZooData() string {
	if d.below {
		return ", or into " + d.folder + " in the folder that ZOO_DATA names"
	}
	return " or ZOO_DATA"
}

// fault returns err in one line (the go command's may have several) and
// without its remedy, since find gives one for all.
func fault(err error) string {
	text, _, _ := strings.Cut(strings.Join(strings.Fields(err.Error()), " "), "; ")
	return text
}

// verify checks that dir holds the files as they were published.
func (d dataset) verify(dir string) error {
	for _, f := range d.files {
		path := filepath.Join(dir, f.name)
		sum, err := fetch.Sum(path)
		if err == nil && sum != f.sum && f.content != "" {
			sum, err = contentSum(path)
		}
		switch {
		case errors.Is(err, os.ErrNotExist):
			return errors.Errorf("no %s in %s", f.name, dir)
		case err != nil:
			return err
		case sum != f.sum && sum != f.content:
			return errors.Errorf("%s is not the published file", path)
		}
	}
	return nil
}

// contentSum returns the SHA-256 sum of what a file unpacks to.
func contentSum(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	r, err := unpack(f)
	if err != nil {
		return "", errors.WithMessage(err, path)
	}
	h := sha256.New()
	if _, err := io.Copy(h, r); err != nil {
		return "", errors.WithMessage(err, path)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// cached returns the set's folder in the user's cache.
func (d dataset) cached(context.Context) (string, error) {
	dir, err := os.UserCacheDir()
	return filepath.Join(dir, "gorgonia-zoo", d.folder), err
}

// fetch downloads what the cache lacks.
func (d dataset) fetch(ctx context.Context) (string, error) {
	dir, err := d.cached(ctx)
	if err != nil {
		return "", err
	}
	for _, f := range d.files {
		urls := make([]string, len(d.mirrors))
		for i, m := range d.mirrors {
			urls[i] = m + f.name
		}
		if err := fetch.File(ctx, filepath.Join(dir, f.name), f.sum, urls...); err != nil {
			return "", err
		}
	}
	return dir, nil
}
