package cli

import (
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// Progress tells how far training is: a line now and then and, on a terminal, a bar
// below the lines.
type Progress struct {
	w     io.Writer
	json  *slog.Logger             // nil: text
	bar   *progressbar.ProgressBar // nil: none
	steps int
}

// NewProgress returns the progress of so many steps, to be told in the format text
// or json.
func NewProgress(w io.Writer, format string, steps int) *Progress {
	r := &Progress{w: w, steps: steps}
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

// Step moves the bar to step n.
func (r *Progress) Step(n int) {
	if r.bar != nil {
		r.bar.Set(n)
	}
}

// Line prints a line of figures: the attributes of a log in JSON, or text.
func (r *Progress) Line(step int, text string, attributes ...any) {
	if r.json != nil {
		r.json.Info("step", append([]any{"step", step}, attributes...)...)
		return
	}
	r.End()
	fmt.Fprintf(r.w, "step %*d/%d  %s\n", len(fmt.Sprint(r.steps)), step, r.steps, text)
}

// Notice prints something worth knowing.
func (r *Progress) Notice(text string) {
	if r.json != nil {
		r.json.Info(text)
		return
	}
	r.End()
	fmt.Fprintln(r.w, text)
}

// Notices returns a writer of lines that come before training begins: the notices
// of a log in the format text or json.
func Notices(w io.Writer, format string) io.Writer {
	if format == "json" {
		return notices{slog.New(slog.NewJSONHandler(w, nil))}
	}
	return w
}

type notices struct{ log *slog.Logger }

func (n notices) Write(line []byte) (int, error) {
	n.log.Info(strings.TrimSpace(string(line)))
	return len(line), nil
}

// End removes the bar, until the next step.
func (r *Progress) End() {
	if r.bar != nil {
		r.bar.Clear()
	}
}
