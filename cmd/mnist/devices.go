package main

import (
	"runtime"

	"github.com/gorgonia-zoo/zoo/cuda"
	"github.com/gorgonia-zoo/zoo/internal/cli"
)

type devicesCmd struct{}

// Run lists what --device can name.
func (devicesCmd) Run(o cli.Output) error {
	place, err := cli.Common{Device: "cpu"}.SetUp(o.Err)
	if err != nil {
		return err
	}
	if err := o.Printf("cpu     %d threads, %s kernels\n", runtime.GOMAXPROCS(0), place.ISA); err != nil {
		return err
	}
	cards, err := cuda.Devices()
	if err != nil {
		return o.Printf("cuda    none: %v\n", err)
	}
	if len(cards) == 0 {
		return o.Printf("cuda    none: the driver knows no GPU\n")
	}
	for i, c := range cards {
		if err := o.Printf("cuda:%d  %v\n", i, c); err != nil {
			return err
		}
	}
	return nil
}
