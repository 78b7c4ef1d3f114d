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

// A reporter tells of progress: a bar on a terminal, a line every logEvery steps
// anywhere.
type reporter struct {
	w     io.Writer
	json  *slog.Logger // nil: text
	bar   *progressbar.ProgressBar
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
			progressbar.OptionThrottle(100*time.Millisecond),
			progressbar.OptionSetDescription("training"),
			progressbar.OptionShowCount(),
			progressbar.OptionShowIts(),
			progressbar.OptionSetItsString("steps"),
			progressbar.OptionSetPredictTime(true),
			progressbar.OptionClearOnFinish(),
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
	if r.bar != nil {
		r.bar.Clear()
	}
	fmt.Fprintf(r.w, "step %*d/%d  loss %.4f  validation accuracy %.4f  learning rate %.4f  %.0f images/s\n",
		len(fmt.Sprint(r.steps)), m.Step, r.steps, m.TrainLoss, m.ValidAccuracy, m.LearningRate, m.ExamplesPerS)
}

// end removes the bar.
func (r *reporter) end() {
	if r.bar != nil {
		r.bar.Clear()
	}
}
