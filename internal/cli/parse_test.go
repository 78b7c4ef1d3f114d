package cli

import "testing"

func TestCheck(t *testing.T) {
	for n, want := range map[int]string{
		-1:        "--threads must be at least 1, not -1",
		0:         "--threads must be at least 1, not 0",
		1:         "",
		1024:      "",
		1025:      "--threads must be at most 1024, not 1025",
		1_000_000: "--threads must be at most 1024, not 1000000",
	} {
		got := ""
		if err := (Common{Threads: &n}).Check(); err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("%d threads: %q, want %q", n, got, want)
		}
	}
	if err := (Common{}).Check(); err != nil {
		t.Error(err)
	}
}
