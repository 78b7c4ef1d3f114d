package main

import (
	"context"
	"encoding/json"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// Each curve is measured, printed and written; figures for which there is no plot are
// there all the same.
func TestRun(t *testing.T) {
	dir := t.TempDir()
	var out, progress strings.Builder
	if err := run(t.Context(), []string{"-most", "1", "-turn", "1ms", "-results", dir, "-name", "s", "-chart", dir}, &out, &progress); err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(progress.String(), "no chart of ") {
		t.Errorf("no program draws, and the progress is %q", &progress)
	}
	b, err := os.ReadFile(filepath.Join(dir, "s.json"))
	if err != nil {
		t.Fatal(err)
	}
	var r report
	if err := json.Unmarshal(b, &r); err != nil || len(r.Curves) != len(all) || r.ISA == "" {
		t.Fatalf("%d curves on %q, %v; want %d", len(r.Curves), r.ISA, err, len(all))
	}
	for i, c := range r.Curves {
		if !strings.Contains(out.String(), c.Model+", by "+c.Of) {
			t.Errorf("%s is not in the table", c.Model)
		}
		if want := all[i].sizes[0] == 1; len(c.Points) == 1 != want || want && !(c.Points[0].Ms > 0) {
			t.Errorf("%s, by %s: points %v", c.Model, c.Of, c.Points)
		}
	}
}

// Four times the time at twice the size is growth 2; the same time none.
func TestGrowth(t *testing.T) {
	var c curve
	for i, ms := range []int{1, 4, 4, 2} {
		c.add(1<<i, time.Duration(ms)*time.Millisecond)
	}
	for i, want := range []float64{0, 2, 0, -1} {
		if math.Abs(c.Points[i].Growth-want) > 1e-12 {
			t.Errorf("growth %v at %d, want %v", c.Points[i].Growth, c.Points[i].Size, want)
		}
	}
}

func TestUsage(t *testing.T) {
	for _, args := range [][]string{{"-turn", "0s"}, {"-most", "0"}, {"more"}} {
		if err := run(context.Background(), args, io.Discard, io.Discard); err == nil || !strings.Contains(err.Error(), "; see -help") {
			t.Errorf("%v: %v", args, err)
		}
	}
}
