package main

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/pkg/errors"
)

func TestCheck(t *testing.T) {
	want := map[string]float64{"a": 80, "b": 40}
	for _, c := range []struct {
		name    string
		results []map[string]float64 // of the first measurement and, if there is one, the second
		others  float64              // share of the processors, in the last measurement
		waits   int
		err     string // what the error says, if there is one
	}{
		{"as on file", []map[string]float64{{"a": 80, "b": 40}}, 0, 0, ""},
		{"faster", []map[string]float64{{"a": 99, "b": 90}}, 0, 0, ""},
		{"at the bound", []map[string]float64{{"a": 60, "b": 30}}, 0, 0, ""},
		{"slow once", []map[string]float64{{"a": 59.9, "b": 40}, {"a": 60}}, 0, 1, ""},
		{"slow twice", []map[string]float64{{"a": 80, "b": 29.9}, {"b": 29.8}}, 0, 1, "1 of 2 are more than 25 % slower than on file, twice: the first is b, with 29.8 % of the peak in place of 40.0 %"},
		{"one of two recovers", []map[string]float64{{"a": 10, "b": 10}, {"a": 80, "b": 10}}, 0, 1, "1 of 2"},
		{"slow on a machine not quite quiet", []map[string]float64{{"a": 10, "b": 40}, {"a": 10}}, 0.09, 1, "1 of 2"},
		{"slow on a busy machine", []map[string]float64{{"a": 10, "b": 40}, {"a": 10}}, 0.5, 1, ""},
		{"both", []map[string]float64{{"a": 10, "b": 10}, {"a": 10, "b": 10}}, 0, 1, "2 of 2"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var asked [][]string
			waits := 0
			measure := func(names []string) (result, error) {
				asked = append(asked, names)
				return result{c.results[len(asked)-1], c.others}, nil
			}
			var out strings.Builder
			err := check(want, measure, func() { waits++ }, &out)
			if (err == nil) != (c.err == "") || err != nil && !strings.Contains(err.Error(), c.err) {
				t.Errorf("%v, want %q", err, c.err)
			}
			if waits != c.waits || len(asked) != len(c.results) {
				t.Errorf("%d waits, %v measured", waits, asked)
			}
			if len(asked) == 2 { // only what was too slow
				for _, n := range asked[1] {
					if _, ok := c.results[1][n]; !ok {
						t.Errorf("%s measured again", n)
					}
				}
			}
			if (c.waits > 0) != strings.Contains(out.String(), "TOO SLOW") {
				t.Errorf("output %q", out.String())
			}
			if busy := c.others > mostOthers; busy != strings.Contains(out.String(), "NOT JUDGED") {
				t.Errorf("others have %v of the processors: %q", c.others, out.String())
			}
		})
	}
}

func TestCheckErrors(t *testing.T) {
	nothing := func([]string) (result, error) { return result{}, nil }
	if err := check(nil, nothing, nil, new(strings.Builder)); err == nil || !strings.Contains(err.Error(), "; write them") {
		t.Errorf("without figures: %v", err)
	}
	broken := errors.New("broken")
	failing := func([]string) (result, error) { return result{}, broken }
	if err := check(map[string]float64{"a": 1}, failing, nil, new(strings.Builder)); !errors.Is(err, broken) {
		t.Errorf("%v, want %v", err, broken)
	}
	// What was not measured is too slow, not fast.
	if d := cmp.Diff([]string{"a"}, tooSlow([]string{"a"}, map[string]float64{"a": 1}, nil)); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

// A whole step may lose more than a kernel.
func TestTolerance(t *testing.T) {
	want := map[string]float64{"TrainStep/model=x": 50, "MatMul/m=1": 50}
	got := map[string]float64{"TrainStep/model=x": 31, "MatMul/m=1": 31}
	if slow := tooSlow([]string{"MatMul/m=1", "TrainStep/model=x"}, want, got); len(slow) != 1 || slow[0] != "MatMul/m=1" {
		t.Errorf("too slow: %v", slow)
	}
	got["TrainStep/model=x"] = 29
	if slow := tooSlow([]string{"TrainStep/model=x"}, want, got); len(slow) != 1 {
		t.Error("a step at 58 % of its figure is not too slow")
	}
}
