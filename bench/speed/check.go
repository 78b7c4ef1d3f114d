package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/pkg/errors"
)

// A result is what a measurement found.
type result struct {
	peak   map[string]float64 // percent of the peak that each reached
	others float64            // share of the processors that other programs had
}

// mostOthers is the share from which on the machine is too busy to be judged by: a run
// of tens of milliseconds is then hardly ever undisturbed.
const mostOthers = 0.1

// check compares what measure finds with what is on file, in percent of the peak. What
// is too slow is measured once more, after a wait. If it is again, other programs may
// be to blame, and then check says so and passes.
func check(want map[string]float64, measure func(names []string) (result, error), wait func(), w io.Writer) error {
	names := slices.Sorted(maps.Keys(want))
	if len(names) == 0 {
		return errors.New("the file has no figures of this machine; write them with -write")
	}
	got, err := measure(names)
	if err != nil {
		return err
	}
	slow := tooSlow(names, want, got.peak)
	print(w, names, want, got.peak, slow)
	if len(slow) == 0 {
		return nil
	}
	fmt.Fprintln(w, "once more, those that are too slow:")
	wait()
	again, err := measure(slow)
	if err != nil {
		return err
	}
	still := tooSlow(slow, want, again.peak)
	print(w, slow, want, again.peak, still)
	switch {
	case len(still) == 0:
		return nil
	case again.others > mostOthers:
		fmt.Fprintf(w, "WARNING: NOT JUDGED: %d of %d are too slow, but other programs had %.0f %% of the processors; run this when the machine is quiet\n", len(still), len(names), 100*again.others)
		return nil
	}
	return errors.Errorf("%d of %d are more than %.0f %% slower than on file, twice: the first is %s, with %.1f %% of the peak in place of %.1f %%; find what slowed it down or, if it has to be, go run ./bench/speed -write on a quiet machine",
		len(still), len(names), 100*toleranceOf(still[0]), still[0], again.peak[still[0]], want[still[0]])
}

// toleranceOf returns what a figure may lose. Whole steps go through more memory than
// kernels, whose speed others on the same machine share without showing in its
// processors' load: lenet's has been seen to lose 28 % for minutes.
func toleranceOf(name string) float64 {
	if strings.HasPrefix(name, "TrainStep/") {
		return stepTolerance
	}
	return tolerance
}

// tooSlow returns those of names that fall short of what is wanted.
func tooSlow(names []string, want, got map[string]float64) (slow []string) {
	for _, n := range names {
		if !(got[n] >= (1-toleranceOf(n))*want[n]) {
			slow = append(slow, n)
		}
	}
	return slow
}

func print(w io.Writer, names []string, want, got map[string]float64, slow []string) {
	fmt.Fprintf(w, "%9s  %7s\n", "% of peak", "on file")
	for _, n := range names {
		note := ""
		if slices.Contains(slow, n) {
			note = "  TOO SLOW"
		}
		fmt.Fprintf(w, "%9.1f  %7.1f  %s%s\n", got[n], want[n], n, note)
	}
}
