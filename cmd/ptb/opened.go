package main

import (
	"os"
	"path/filepath"

	"github.com/pkg/errors"
	"gorgonia.org/tensor"

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
	if _, err := cli.ReadConfig(dir, trainCommand, &o.config); err != nil {
		return nil, err
	}
	if o.Units < 1 || o.Layers < 1 {
		return nil, errors.Errorf("run folder %s: its %s says no size of the model; name the folder of a run of ptb", dir, cli.ConfigFile)
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
	weights := filepath.Join(dir, cli.WeightsFile)
	if _, err := os.Stat(weights); err != nil {
		return nil, errors.Errorf("run folder %s: %s: %v; let training end, or stop it with Ctrl-C, which saves the weights", dir, cli.WeightsFile, cause(err))
	}
	o.Trainer = &train.Trainer{Model: lstmlm.New(o.recipe.config(), o.vocab.Len()), Params: layers.NewParams(0)}
	if err := o.load(weights); err != nil {
		return nil, errors.Errorf("%s: %v; restore the file, or train again", weights, err)
	}
	return o, nil
}

// load reads the weights, which must be the model's, and finite.
func (o *opened) load(file string) error {
	if err := o.Params.Load(file); err != nil {
		return cause(err)
	}
	s := layers.NewScope(o.Params, layers.Eval)
	if _, err := o.Model.Forward(s, s.Input("x", tensor.Int, 1, 1)); err != nil {
		return err
	}
	for p := range o.Params.All() {
		var check float32
		for _, w := range p.Value.Float32s() {
			check += 0 * w
		}
		if check != 0 {
			return errors.Errorf("%s is not finite", p.Name)
		}
	}
	return nil
}

// cause returns err without the path that it names.
func cause(err error) error {
	var p *os.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}
