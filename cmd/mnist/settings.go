package main

import (
	"runtime"

	"github.com/gorgonia-zoo/zoo/internal/cli"
)

// trainCommand is what config.json calls a training.
const trainCommand = "mnist train"

// settings returns those of the run: what the command line says or, if it is one to
// go on with, what it began with. The folder is nil for a new run.
func (c *trainCmd) settings(given cli.Given, place *cli.Place) (folder *cli.RunFolder, set config, err error) {
	if c.Resume {
		if folder, err = cli.OpenRun(c.RunDir, trainCommand, &set); err != nil {
			return nil, set, err
		}
	}
	if folder == nil {
		set, err = c.fresh()
		set.ISA = place.ISA
	} else if err = c.same(given, &set, place.ISA); err != nil {
		folder.Close()
		return nil, set, err
	}
	set.Threads, set.Device = runtime.GOMAXPROCS(0), place.Name
	return folder, set, err
}

// fresh returns the settings of a new run.
func (c *trainCmd) fresh() (config, error) {
	r, err := findRecipe(c.model(), c.Recipe)
	if err != nil {
		return config{}, err
	}
	if c.Steps != nil {
		r.Steps = *c.Steps
	}
	r.Horizon = r.Steps
	if c.Batch != nil {
		r.Batch = *c.Batch
	}
	return config{Command: trainCommand, Model: c.model(), Dataset: c.Dataset, Recipe: c.Recipe, recipe: r, Seed: c.Seed}, nil
}

// same checks that the command line does not change what a run began with, apart
// from how long it is.
func (c *trainCmd) same(given cli.Given, was *config, isa string) error {
	model, batch := c.model(), was.Batch
	if c.Batch != nil {
		batch = *c.Batch
	}
	for _, err := range []error{
		cli.Keep(given, "model", &model, was.Model),
		cli.Keep(given, "recipe", &c.Recipe, was.Recipe),
		cli.Keep(given, "dataset", &c.Dataset, was.Dataset),
		cli.Keep(given, "batch", &batch, was.Batch),
		cli.Keep(given, "seed", &c.Seed, was.Seed),
		cli.KeepISA(isa, was.ISA),
	} {
		if err != nil {
			return err
		}
	}
	if c.Steps != nil {
		was.Steps = *c.Steps
	}
	return nil
}
