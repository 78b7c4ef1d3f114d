package cli

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gorgonia-zoo/zoo/train"
)

func TestTable(t *testing.T) {
	got := newTable([]train.Timing{
		{Op: "update", Calls: 10, Time: 200 * time.Millisecond},
		{Op: "a", Calls: 10, Time: 500 * time.Microsecond},
		{Op: "linear", Param: "fc1.weight", Shape: "2×3 · 4×3 → 2×4", Calls: 20, Time: 799 * time.Millisecond, FLOP: 79.9e9},
		{Op: "b", Calls: 10, Time: 500 * time.Microsecond},
	}, 10, 3*time.Second, 200)
	want := `where the time of 10 steps went:
  share    total        mean  calls  GFLOP/s  % of peak  operation  parameter   shape
 79.9 %  0.799 s   39.950 ms     20    100.0         50  linear     fc1.weight  2×3 · 4×3 → 2×4
 20.0 %  0.200 s   20.000 ms     10                      update
  0.1 %  0.001 s    0.050 ms     20                      2 others
100.0 %  1.000 s  100.000 ms     10     79.9         40  step
besides steps, figures and checkpoints took 2.000 s`
	if d := cmp.Diff(want, got.String()); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	attributes := got.rows[0].attributes()
	if want := []any{"operation", "linear", "calls", 20, "total_s", 0.799, "share", 0.799, "mean_s", 0.03995, "parameter", "fc1.weight", "shape", "2×3 · 4×3 → 2×4"}; cmp.Diff(want, attributes[:len(want)]) != "" || len(attributes) != len(want)+4 {
		t.Errorf("attributes %v, want %v and the speed", attributes, want)
	}
}

// Without a peak, as with the portable kernels, the table says nothing of it.
func TestTableWithoutPeak(t *testing.T) {
	got := newTable([]train.Timing{{Op: "linear", Calls: 1, Time: time.Second, FLOP: 1e9}}, 1, time.Second, 0)
	if line := strings.Split(got.String(), "\n")[2]; line != "100.0 %  1.000 s  1000.000 ms      1      1.0             linear" {
		t.Errorf("%q", line)
	}
}
