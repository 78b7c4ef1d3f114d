package cli

import (
	"fmt"

	"github.com/pkg/errors"
)

// Stopped returns what to say of err, which ended a run after some of its steps.
// The weights are saved; a run that ended before its first step leaves no folder.
func (f *RunFolder) Stopped(err error, done, steps int, save func() error) error {
	var sig Interrupted
	switch {
	case done == 0:
		f.Discard()
		return err
	case !errors.As(err, &sig):
		if e := save(); e != nil {
			return errors.WithMessagef(err, "the weights are lost: %v", e)
		}
		return errors.Errorf("%v; the last good weights are in %s", err, f.File(WeightsFile))
	}
	sig.Then = fmt.Sprintf(" after %d of %d steps; ", done, steps)
	if err := save(); err != nil {
		sig.Then += fmt.Sprintf("the weights are lost: %v", err)
	} else {
		sig.Then += "the weights so far are in " + f.File(WeightsFile)
	}
	return sig
}
