package mnist

import (
	"os"
	"path/filepath"
	"strings"

	"github.com/pkg/errors"
)

// roles are what the four files of a set are called, in the order of
// dataset.files.
var roles = [4]string{
	"train-images-idx3-ubyte", "train-labels-idx1-ubyte",
	"t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte",
}

// paths returns the four files in dir, or what is wrong with dir.
func paths(dir string) (found [4]string, err error) {
	info, err := os.Stat(dir)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return found, errors.New("no such folder")
	case err != nil:
		return found, err
	case !info.IsDir():
		return found, errors.New("is a file, not a folder")
	}
	for i, role := range roles {
		if found[i], err = locate(dir, role); err != nil {
			return found, err
		}
	}
	return found, nil
}

// locate returns the file in dir that plays a role, under any of its usual
// names: train-images-idx3-ubyte or train-images.idx3-ubyte, with or without
// .gz.
func locate(dir, role string) (string, error) {
	dotted := strings.Replace(role, "-idx", ".idx", 1)
	for _, name := range []string{role + ".gz", role, dotted + ".gz", dotted} {
		path := filepath.Join(dir, name)
		info, err := os.Stat(path)
		switch {
		case err == nil && info.Mode().IsRegular():
			return path, nil
		case err != nil && !errors.Is(err, os.ErrNotExist):
			return "", err
		}
	}
	return "", errors.Errorf("no %s(.gz)", role)
}
