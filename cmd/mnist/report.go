package main

import (
	"fmt"
	"io"
	"log/slog"
	"os"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// A reporter tells of progress: a line every logEvery steps and, on a terminal,
// a bar below the lines.
type reporter struct {
	w     io.Writer
	json  *slog.Logger             // nil: text
	bar   *progressbar.ProgressBar // nil: none
	steps int
}

func newReporter(w io.Writer, format string, steps int) *reporter {
	r := &reporter{w: w, steps: steps}
	if format == "json" {
		r.json = slog.New(slog.NewJSONHandler(w, nil))
		return r
	}
	if f, ok := w.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		r.bar = progressbar.NewOptions(steps,
			progressbar.OptionSetWriter(w),
			progressbar.OptionSetWidth(20), // the line fits 80 columns; where it does not, bars pile up
			progressbar.OptionUseANSICodes(true),
			progressbar.OptionThrottle(100*time.Millisecond),
			progressbar.OptionSetDescription("training"),
			progressbar.OptionShowCount(),
			progressbar.OptionShowIts(),
			progressbar.OptionSetItsString("steps"),
			progressbar.OptionSetPredictTime(true),
		)
	}
	return r
}

// step moves the bar to step n.
func (r *reporter) step(n int) {
	if r.bar != nil {
		r.bar.Set(n)
	}
}

// metrics prints a line of figures.
func (r *reporter) metrics(m metrics) {
	if r.json != nil {
		r.json.Info("step", "step", m.Step, "epoch", m.Epoch, "train_loss", m.TrainLoss, "valid_loss", m.ValidLoss,
			"valid_accuracy", m.ValidAccuracy, "learning_rate", m.LearningRate, "examples_per_s", m.ExamplesPerS)
		return
	}
	r.end()
	fmt.Fprintf(r.w, "step %*d/%d  loss %.4f  validation accuracy %.4f  learning rate %.4g  %.0f images/s\n",
		len(fmt.Sprint(r.steps)), m.Step, r.steps, m.TrainLoss, m.ValidAccuracy, m.LearningRate, m.ExamplesPerS)
}

// end removes the bar, until the next step.
func (r *reporter) end() {
	if r.bar != nil {
		r.bar.Clear()
	}
}
