package cli

import (
	"bytes"
	"fmt"
	"os"
	"runtime/pprof"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/pkg/errors"

	"github.com/gorgonia-zoo/zoo/internal/kernel"
	"github.com/gorgonia-zoo/zoo/train"
)

// Profiling is the flag of a training that tells where its time goes.
type Profiling struct {
	Profile bool `help:"Measure each operation: a table at the end, and a CPU profile in the run folder."`
}

// ProfileFile is the CPU profile in a run folder.
const ProfileFile = "profile.pprof"

// profiled trains and, if the Trainer has a profile, tells where the time went, also
// of a training that was stopped.
func (r *Training) profiled(train func() error) error {
	if !r.Trainer.Profile {
		return train()
	}
	peak := kernel.Peak()
	var cpu bytes.Buffer
	if err := pprof.StartCPUProfile(&cpu); err != nil {
		return errors.Errorf("CPU profile: %v; leave out --profile", err)
	}
	start, first := time.Now(), r.Done
	err := train()
	elapsed := time.Since(start)
	pprof.StopCPUProfile()
	if r.Done == first {
		return err
	}
	r.tell(newTable(r.Trainer.Timings(), r.Done-first, elapsed, max(peak, kernel.Peak())))
	file := r.Folder.File(ProfileFile)
	switch e := Full(r.Folder.put(ProfileFile, func(f *os.File) error { _, err := cpu.WriteTo(f); return err })); {
	case e == nil:
		r.Progress.Notice(fmt.Sprintf("CPU profile: %s; go tool pprof -http=: %s shows it", file, file))
	case err == nil:
		err = e
	default:
		r.Progress.Notice(e.Error())
	}
	return err
}

// tell prints a table: lines of text, or a record a row.
func (r *Training) tell(t table) {
	if r.Progress.json == nil {
		r.Progress.Notice(t.String())
		return
	}
	for _, row := range t.rows {
		r.Progress.json.Info("profile", row.attributes()...)
	}
}

// A table is where the time of a training's steps went: the longest first, then all.
type table struct {
	rows   []row
	steps  int
	beside time.Duration // not in steps
}

type row struct {
	train.Timing
	share  float64 // of the steps' time
	gflops float64 // a second; 0: unknown
	peak   float64 // share of what registers can do; 0: unknown
}

// least is the share of the time below which operations are told of together.
const least = 0.001

// newTable sorts ts, the timings of so many steps. With figures and checkpoints
// between the steps they took elapsed. Peak is in GFLOP/s, 0 where it is unknown.
func newTable(ts []train.Timing, steps int, elapsed time.Duration, peak float64) table {
	all := train.Timing{Op: "step", Calls: steps}
	for _, x := range ts {
		all.Time += x.Time
		all.FLOP += x.FLOP
	}
	slices.SortStableFunc(ts, func(a, b train.Timing) int { return int(b.Time - a.Time) })
	var short train.Timing
	t := table{steps: steps, beside: max(elapsed-all.Time, 0)}
	add := func(x train.Timing) {
		w := row{Timing: x, share: float64(x.Time) / float64(max(all.Time, 1))}
		if x.FLOP > 0 && x.Time > 0 {
			w.gflops = x.FLOP / x.Time.Seconds() / 1e9
		}
		if peak > 0 {
			w.peak = w.gflops / peak
		}
		t.rows = append(t.rows, w)
	}
	kinds := 0
	for _, x := range ts {
		if float64(x.Time) >= least*float64(all.Time) {
			add(x)
			continue
		}
		kinds++
		short.Calls, short.Time, short.FLOP = short.Calls+x.Calls, short.Time+x.Time, short.FLOP+x.FLOP
	}
	if kinds > 0 {
		short.Op = fmt.Sprintf("%d others", kinds)
		add(short)
	}
	add(all)
	return t
}

// mean returns the time of a call.
func (w row) mean() time.Duration { return w.Time / time.Duration(max(w.Calls, 1)) }

// attributes are w's fields for a log.
func (w row) attributes() []any {
	a := []any{"operation", w.Op, "calls", w.Calls, "total_s", w.Time.Seconds(), "share", w.share, "mean_s", w.mean().Seconds()}
	for _, s := range [][2]string{{"parameter", w.Param}, {"shape", w.Shape}} {
		if s[1] != "" {
			a = append(a, s[0], s[1])
		}
	}
	if w.gflops > 0 {
		a = append(a, "gflop_per_s", w.gflops)
	}
	if w.peak > 0 {
		a = append(a, "peak_share", w.peak)
	}
	return a
}

// String formats t for a reader.
func (t table) String() string {
	lines := [][]string{{"share", "total", "mean", "calls", "GFLOP/s", "% of peak", "operation", "parameter", "shape"}}
	for _, w := range t.rows {
		lines = append(lines, []string{
			fmt.Sprintf("%.1f %%", 100*w.share), fmt.Sprintf("%.3f s", w.Time.Seconds()), fmt.Sprintf("%.3f ms", 1e3*w.mean().Seconds()),
			fmt.Sprint(w.Calls), known("%.1f", w.gflops), known("%.0f", 100*w.peak), w.Op, w.Param, w.Shape,
		})
	}
	width := make([]int, len(lines[0]))
	for _, l := range lines {
		for i, s := range l {
			width[i] = max(width[i], utf8.RuneCountInString(s))
		}
	}
	var b strings.Builder
	fmt.Fprintf(&b, "where the time of %d steps went:\n", t.steps)
	const numbers = 6 // columns that are aligned to the right
	for _, l := range lines {
		var s strings.Builder
		for i, c := range l {
			if i < numbers {
				fmt.Fprintf(&s, "%*s  ", width[i], c)
			} else {
				fmt.Fprintf(&s, "%-*s  ", width[i], c)
			}
		}
		fmt.Fprintln(&b, strings.TrimRight(s.String(), " "))
	}
	fmt.Fprintf(&b, "besides steps, figures and checkpoints took %.3f s", t.beside.Seconds())
	return b.String()
}

// known formats v, or leaves the place empty.
func known(format string, v float64) string {
	if v == 0 {
		return ""
	}
	return fmt.Sprintf(format, v)
}
