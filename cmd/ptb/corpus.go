package main

import (
	"context"
	"io"

	"github.com/pkg/errors"

	"github.com/gorgonia-zoo/zoo/data/text"
)

// loadCorpus returns the corpus that --corpus and --data-dir name.
func loadCorpus(ctx context.Context, corpus, dataDir string, notice io.Writer) (*text.Corpus, error) {
	switch {
	case corpus == "ptb":
		return text.PTB(ctx, dataDir, notice)
	case dataDir != "":
		return nil, errors.Errorf("--data-dir is for --corpus ptb, not for %s; leave it out", corpus)
	case corpus == "classics":
		return text.Classics()
	}
	return text.Open(corpus)
}
