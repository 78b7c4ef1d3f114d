package cli

import (
	"context"
	"fmt"
	"maps"
	"math"
	"strconv"
	"time"

	"github.com/pkg/errors"

	"github.com/gorgonia-zoo/zoo/data"
	"github.com/gorgonia-zoo/zoo/train"
	"github.com/gorgonia-zoo/zoo/train/checkpoint"
)

// A Training is a run with its records: what is the same for images and for text.
type Training struct {
	*train.Trainer
	Folder    *RunFolder
	Progress  *Progress
	Metadata  map[string]string // of weights and checkpoints
	Total     int               // steps
	Horizon   int               // that the learning rate is planned for
	SaveEvery int

	Done    int       // steps
	waiting int       // of the last of these, losses that were not collected yet
	start   time.Time // of the run, as if it had not been stopped
	clock   time.Time // when training went on after the last line
	clocked int       // steps since then
}

// Figures are what a command keeps of a run's steps. As JSON they go into checkpoints.
type Figures interface {
	// Add takes a step into account, but for its loss.
	Add(s train.Step)
	// Collect takes the losses of [Training.Losses] into account. It is called before
	// there are too many, and before a checkpoint.
	Collect() error
	// Line records the figures up to the last step, if it is time for that and they
	// have not been yet.
	Line(ctx context.Context) error
	// Score is that of the last step's model on validation examples, the higher the
	// better, or NaN if it was not measured.
	Score() float64
}

// Start begins a new run, or goes on with the one in the folder, which has been resumed:
// figures are then what they were, and settings are written anew, which may say more
// steps now.
func (r *Training) Start(figures Figures, settings any) (err error) {
	r.start = time.Now()
	r.clock = r.start
	if !r.Folder.saving.resumed {
		return nil
	}
	var before time.Duration
	if r.Done, before, err = r.Folder.restore(r.Trainer, r.Metadata, figures, r.Progress.Notice); err != nil {
		return err
	}
	if r.Done > r.Total {
		return errors.Errorf("%s is at step %d already; use --steps %d or more", r.Folder.Dir, r.Done, r.Done)
	}
	if err := r.Folder.Configure(settings); err != nil {
		return Full(err)
	}
	if err := r.Folder.cutMetrics(r.Done); err != nil { // only now that nothing more can be refused
		return Full(err)
	}
	r.start = r.start.Add(-before)
	if r.Done > 0 {
		r.Progress.Notice(fmt.Sprintf("goes on after step %d of %d", r.Done, r.Total))
	}
	if r.Total > r.Horizon {
		r.Progress.Notice(fmt.Sprintf("beyond step %d, for which this run was planned, it goes on at the final learning rate", r.Horizon))
	}
	return nil
}

// Train does the steps that are left, with figures and checkpoints, and saves the
// weights.
func (r *Training) Train(ctx context.Context, src data.Source, figures Figures) error {
	defer r.Progress.End()
	if err := figures.Line(ctx); err != nil { // of a run that was stopped when it was due
		return err
	}
	if !math.IsNaN(figures.Score()) { // which the checkpoint then taken lacks
		if err := r.checkpoint(figures); err != nil {
			return err
		}
	}
	if r.Done < r.Total {
		if err := r.profiled(func() error { return r.train(ctx, src, figures) }); err != nil {
			return err
		}
	}
	if err := r.Folder.saved(); err != nil {
		return err
	}
	return r.weights()
}

func (r *Training) train(ctx context.Context, src data.Source, figures Figures) error {
	for s, err := range r.Trainer.Steps(ctx, src) {
		if err != nil {
			return err
		}
		r.Done, r.clocked = s.N, r.clocked+1
		figures.Add(s)
		r.Progress.Step(s.N)
		if r.waiting++; r.waiting == train.Remembered {
			if err := figures.Collect(); err != nil {
				return err
			}
		}
		if err := figures.Line(ctx); err != nil {
			return err
		}
		if s.N%r.SaveEvery == 0 || s.N == r.Total {
			if err := r.checkpoint(figures); err != nil {
				return err
			}
		}
		if s.N == r.Total {
			break
		}
	}
	return nil
}

// PerSecond returns how many examples a second it has been since the last line, of so many a
// step.
func (r *Training) PerSecond(examples int) float64 {
	return math.Round(float64(r.clocked*examples) / max(time.Since(r.clock), time.Microsecond).Seconds()) // some clocks are coarse
}

// Said begins to count for [Training.PerSecond] anew, after a line.
func (r *Training) Said() { r.clock, r.clocked = time.Now(), 0 }

// Time returns the seconds since the start, to the millisecond, without those in which
// the run was stopped.
func (r *Training) Time() float64 { return time.Since(r.start).Round(time.Millisecond).Seconds() }

// Losses returns those since the last call, in order.
func (r *Training) Losses() ([]float64, error) {
	n := r.waiting
	r.waiting = 0
	return r.Trainer.Losses(n)
}

// Waiting returns how many losses there are.
func (r *Training) Waiting() int { return r.waiting }

// checkpoint writes one, beside training.
func (r *Training) checkpoint(figures Figures) error {
	if err := figures.Collect(); err != nil {
		return err
	}
	notes := map[string]string{timeNote: strconv.FormatFloat(r.Time(), 'f', 3, 64)}
	maps.Copy(notes, r.Metadata)
	return r.Folder.save(r.Trainer, notes, figures, figures.Score())
}

func (r *Training) weights() error {
	return Full(r.SaveWith(r.Folder.File(WeightsFile), r.Metadata))
}

// Stopped saves what there is of a run that err ended, and returns what to say of it.
func (r *Training) Stopped(err error, figures Figures) error {
	return r.Folder.stopped(err, r.Done, r.Total, func() error { return r.checkpoint(figures) }, r.weights)
}

// Past reads what a checkpoint says of its run: the settings, which must be those of
// the command, the figures, and the time in seconds.
func Past(c *checkpoint.Checkpoint, command string, settings, figures any) (seconds float64, err error) {
	if err := decodeSettings([]byte(c.Notes[settingsNote]), c.File, command, settings); err != nil {
		return 0, err
	}
	return progressed(c, figures)
}
