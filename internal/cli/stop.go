package cli

import (
	"fmt"

	"github.com/pkg/errors"
)

// stopped returns what to say of err, which ended a run after some of its steps. A
// checkpoint is saved, by checkpoint, and so are the weights, by weights; a run that
// ended before its first step leaves no folder.
func (f *RunFolder) stopped(err error, done, steps int, checkpoint, weights func() error) error {
	var sig Interrupted
	interrupted := errors.As(err, &sig)
	switch {
	case done == 0:
		f.Discard()
		return err
	case !interrupted:
		return f.failed(err, weights)
	}
	sig.Then = fmt.Sprintf(" after %d of %d steps; ", done, steps)
	saved := checkpoint()
	if saved == nil {
		saved = f.saved()
	}
	if saved != nil {
		sig.Then += fmt.Sprintf("no checkpoint could be saved: %v", saved)
		if last := f.newest(); last != "" {
			sig.Then += "; the last is " + last
		}
	} else {
		sig.Then += fmt.Sprintf("all is saved in %s, go on with --resume --run-dir %s", f.newest(), f.Dir)
	}
	if err := weights(); err != nil {
		sig.Then += fmt.Sprintf("; the weights are lost: %v", err)
	}
	return sig
}

// failed saves the last good weights of a run that failed.
func (f *RunFolder) failed(err error, weights func() error) error {
	_ = f.saving.saver.Wait() // whatever it says, err came first
	last := f.newest()
	switch e := weights(); {
	case e == nil:
		return errors.Errorf("%v; the last good weights are in %s", err, f.File(WeightsFile))
	case last != "":
		return errors.WithMessagef(err, "the weights are lost: %v; the last checkpoint is %s", e, last)
	default:
		return errors.WithMessagef(err, "the weights are lost: %v", e)
	}
}
