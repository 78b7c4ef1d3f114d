package main

import (
	"context"
	"io"
	"os"
	"path/filepath"

	"github.com/alecthomas/kong"
	"github.com/pkg/errors"

	"github.com/gorgonia-zoo/zoo/data/text"
)

// What --corpus can say. Anything else is a folder.
const (
	classics = "classics"
	treebank = "ptb"
)

// checkCorpus says what is wrong with the values of --corpus and --data-dir.
func checkCorpus(corpus, dataDir string) error {
	switch {
	case corpus == "":
		return errors.Errorf("--corpus is empty; name %s, %s or a folder", classics, treebank)
	case dataDir != "" && corpus != treebank:
		return errors.Errorf("--data-dir is for --corpus %s, not for %s; leave it out", treebank, corpus)
	}
	return nil
}

// resolve returns what config.json says of --corpus: a folder as an absolute path,
// for programs that run elsewhere.
func resolve(corpus string) string {
	if corpus == classics || corpus == treebank {
		return corpus
	}
	return kong.ExpandPath(corpus)
}

// dataset is what weights say of the corpus: of folders, which differ between
// equal runs, not which.
func dataset(corpus string) string {
	if corpus == classics || corpus == treebank {
		return corpus
	}
	return "folder"
}

// loadCorpus reads a resolved corpus, the Penn Treebank from dataDir if it is not
// empty.
func loadCorpus(ctx context.Context, corpus, dataDir string, notices io.Writer) (c *text.Corpus, err error) {
	switch corpus {
	case classics:
		return text.Classics()
	case treebank:
		if c, err = text.PTB(ctx, dataDir, notices); err == nil {
			c.Origin, err = filepath.Abs(c.Origin) // ZOO_DATA may be relative
		}
		return c, err
	}
	if _, err := os.Stat(corpus); errors.Is(err, os.ErrNotExist) {
		return nil, errors.Errorf("--corpus: there is no folder %s; name %s, %s, or a folder with train.txt, valid.txt and test.txt", corpus, classics, treebank)
	}
	return text.Open(corpus)
}
