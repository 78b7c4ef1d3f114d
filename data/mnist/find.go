package mnist

import (
	"context"
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
	places := []struct {
		name   string
		folder func(context.Context) (string, error)
	}{
		{"cache", d.cached},
		{"module", d.inModuleCache},
		{"go mod download", d.downloadModule},
		{"mirrors", d.fetch},
	}
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
	return "", errors.Errorf("%s not found (%s); check the network, or put its four files into a folder and name it with --data-dir or ZOO_DATA",
		d.title, strings.Join(faults, ", "))
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
		switch {
		case errors.Is(err, os.ErrNotExist):
			return errors.Errorf("no %s in %s", f.name, dir)
		case err != nil:
			return err
		case sum != f.sum:
			return errors.Errorf("%s is not the published file", path)
		}
	}
	return nil
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
