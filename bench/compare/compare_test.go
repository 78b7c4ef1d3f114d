package main

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

// python writes a program that stands in for Python: it finds PyTorch, and then
// answers each command with the given lines.
func python(t *testing.T, reply string) options {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("the stand-in for Python is a shell script")
	}
	file := filepath.Join(t.TempDir(), "python")
	script := "#!/bin/sh\n[ \"$1\" = -c ] && exit 0\nwhile read -r line; do echo '" + reply + "'; done\n"
	if err := os.WriteFile(file, []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	return options{python: file, script: "peer", threads: 1, rounds: 1, steps: 1}
}

func TestPeer(t *testing.T) {
	p, err := startPeer(t.Context(), python(t, `{"chunks_ns": [[3, 1], [2]], "torch": "9", "blas": "B 1"}`), "")
	if err != nil {
		t.Fatal(err)
	}
	defer p.close()
	r, err := p.steps(command{Model: "mlp", Batch: 100, Threads: 1, Steps: 3})
	if err != nil || r.Torch != "9" || len(r.Chunks) != 2 {
		t.Errorf("reply %+v, %v", r, err)
	}
}

func TestPeerFailures(t *testing.T) {
	for _, c := range []struct{ reply, want string }{
		{`{"error": "no such model"}`, "PyTorch: no such model"},
		{`nonsense`, "PyTorch's reply"},
	} {
		p, err := startPeer(t.Context(), python(t, c.reply), "")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := p.steps(command{}); err == nil || !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("%v, want %q", err, c.want)
		}
		p.close()
	}
	if _, err := startPeer(t.Context(), options{python: "/nonexistent"}, ""); err == nil || !strings.Contains(err.Error(), "; install it") {
		t.Errorf("without Python: %v", err)
	}
}

func TestSummarize(t *testing.T) {
	got := summarize([]time.Duration{4e6, 1e6, 2e6})
	if got != (timing{Min: 1, Median: 2}) {
		t.Errorf("%+v, want a minimum of 1 ms and a median of 2", got)
	}
}

func TestUsage(t *testing.T) {
	for _, args := range [][]string{{"-threads", "0"}, {"-steps", "0"}, {"-nonsense"}} {
		if err := run(t.Context(), args, &strings.Builder{}); err == nil {
			t.Errorf("%v is accepted", args)
		}
	}
}
