package kernel

import "testing"

func TestStream(t *testing.T) {
	const (
		least = 100e6 // bytes a second, a tenth of a percent of what a cache gives: the machine may be busy
		most  = 1e14
	)
	for _, n := range []int{1, 1000, 100_000} {
		switch got := Stream(n); {
		case active.lanes == 0 && got != 0:
			t.Errorf("%v from portable kernels, want 0", got)
		case active.lanes > 0 && n > 1 && (got < least || got > most):
			t.Errorf("%v bytes a second for %d floats", got, n)
		}
	}
}
