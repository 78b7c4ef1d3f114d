// Package clitest runs a built program in tests, and looks at what it leaves.
package clitest

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
)

// A Program is one that was built for tests.
type Program struct {
	Name string
	Path string
}

// Build builds the program of this folder into dir.
func Build(name, dir string) (p Program, err error) {
	p = Program{name, filepath.Join(dir, name)}
	if runtime.GOOS == "windows" {
		p.Path += ".exe"
	}
	if out, err := exec.Command("go", "build", "-o", p.Path, ".").CombinedOutput(); err != nil {
		return p, fmt.Errorf("go build: %w: %s", err, out)
	}
	return p, nil
}

// Command is the program, about to run in an empty folder.
func (p Program) Command(t *testing.T, args ...string) *exec.Cmd {
	cmd := exec.Command(p.Path, args...)
	cmd.Dir = t.TempDir()
	cmd.Env = slices.DeleteFunc(os.Environ(), func(kv string) bool { return strings.HasPrefix(kv, "ZOO_") || strings.HasPrefix(kv, "GOMAXPROCS=") })
	return cmd
}

// Run runs the program to its end.
func (p Program) Run(t *testing.T, args ...string) Result {
	t.Helper()
	return Execute(t, p.Command(t, args...))
}

// A Result is what a run of a program leaves.
type Result struct {
	Stdout, Stderr string
	Status         int
}

// Execute runs cmd to its end.
func Execute(t *testing.T, cmd *exec.Cmd) Result {
	t.Helper()
	var stdout, stderr bytes.Buffer
	if cmd.Stdout == nil {
		cmd.Stdout = &stdout
	}
	cmd.Stderr = &stderr
	err := cmd.Run()
	if cmd.ProcessState == nil {
		t.Fatal(err)
	}
	return Result{stdout.String(), stderr.String(), cmd.ProcessState.ExitCode()}
}

// Fails checks that a run of the program called name ended with a status and one
// line that says all parts, the last of them after a semicolon: the remedy.
func (r Result) Fails(t *testing.T, name string, status int, parts ...string) {
	t.Helper()
	if r.Status != status {
		t.Errorf("status %d, want %d", r.Status, status)
	}
	line, rest, _ := strings.Cut(r.Stderr, "\n")
	if !strings.HasPrefix(line, name+": ") || rest != "" {
		t.Errorf("stderr is %q, want one line that begins with %s:", r.Stderr, name)
	}
	for _, part := range parts[:len(parts)-1] {
		if !strings.Contains(line, part) {
			t.Errorf("%q does not say %q", line, part)
		}
	}
	if _, remedy, _ := strings.Cut(line, "; "); !strings.Contains(remedy, parts[len(parts)-1]) {
		t.Errorf("%q does not end with the remedy %q", line, parts[len(parts)-1])
	}
}
