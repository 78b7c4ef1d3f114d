package main

import (
	"encoding/json"
	"os"
	"path/filepath"

	"github.com/pkg/errors"

	"github.com/gorgonia-zoo/zoo/data/text"
	"github.com/gorgonia-zoo/zoo/internal/cli"
	"github.com/gorgonia-zoo/zoo/layers"
	"github.com/gorgonia-zoo/zoo/models/lstmlm"
	"github.com/gorgonia-zoo/zoo/train"
)

// An opened run is the model that a run left behind, ready for use.
type opened struct {
	config
	*train.Trainer
	vocab *text.Vocab
}

// open reads the run folder dir.
func open(dir string) (*opened, error) {
	o := new(opened)
	b, err := os.ReadFile(filepath.Join(dir, cli.ConfigFile))
	if err != nil {
		return nil, errors.Errorf("run folder %s: %v; name the folder of a run of ptb", dir, cause(err))
	}
	if err := json.Unmarshal(b, &o.config); err != nil || o.Command != "ptb train" || o.Units < 1 || o.Layers < 1 {
		return nil, errors.Errorf("run folder %s: its %s is not that of a run of ptb; name the folder of one", dir, cli.ConfigFile)
	}
	file := filepath.Join(dir, vocabFile)
	f, err := os.Open(file)
	if err != nil {
		return nil, errors.Errorf("run folder %s: %s: %v; train again", dir, vocabFile, cause(err))
	}
	defer f.Close()
	if o.vocab, err = text.ReadVocab(f); err != nil {
		return nil, errors.WithMessage(err, file)
	}
	if o.vocab.Sum() != o.VocabSum {
		return nil, errors.Errorf("%s is not the vocabulary that the run was trained with; restore the file, or train again", file)
	}
	p := layers.NewParams(0)
	weights := filepath.Join(dir, cli.WeightsFile)
	if _, err := os.Stat(weights); err != nil {
		return nil, errors.Errorf("run folder %s: %s: %v; let training end, or stop it with Ctrl-C, which saves the weights", dir, cli.WeightsFile, cause(err))
	}
	if err := p.Load(weights); err != nil {
		return nil, err
	}
	o.Trainer = &train.Trainer{Model: lstmlm.New(o.recipe.config(), o.vocab.Len()), Params: p}
	return o, nil
}

// cause returns err without the path that it names.
func cause(err error) error {
	var p *os.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}
