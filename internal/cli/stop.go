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
	last := f.saving.saver.Last
	switch {
	case saved == nil:
		sig.Then += fmt.Sprintf("all is saved in %s, go on with --resume --run-dir %s", last, f.Dir)
	case last != "":
		sig.Then += fmt.Sprintf("the last checkpoint is %s, for no other could be saved: %v", last, saved)
	default:
		sig.Then += fmt.Sprintf("no checkpoint could be saved: %v", saved)
	}
	if err := weights(); err != nil && saved == nil {
		sig.Then += fmt.Sprintf("; the weights alone could not be: %v", err)
	}
	return sig
}

// failed saves the last good weights of a run that failed.
func (f *RunFolder) failed(err error, weights func() error) error {
	_ = f.saving.saver.Wait() // whatever it says, err came first
	switch e := weights(); {
	case e == nil:
		return errors.Errorf("%v; the last good weights are in %s", err, f.File(WeightsFile))
	case f.saving.saver.Last != "":
		return errors.Errorf("%v; then go on from %s with --resume --run-dir %s", err, f.saving.saver.Last, f.Dir)
	case e.Error() == err.Error():
		return err
	default:
		return errors.Errorf("%v; the weights are lost: %v", err, e)
	}
}
