package main

import (
	"bytes"
	"fmt"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
)

var (
	program string // the built program
	digits  string // a folder with a small set of images
)

func TestMain(m *testing.M) {
	if err := build(func() { m.Run() }); err != nil {
		log.Fatal(err)
	}
}

// build builds the program and runs the tests.
func build(tests func()) error {
	dir, err := os.MkdirTemp("", "mnist-test-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	if err := os.Chmod(dir, 0o755); err != nil { // another user runs the program too
		return err
	}
	program = filepath.Join(dir, "mnist")
	if runtime.GOOS == "windows" {
		program += ".exe"
	}
	if out, err := exec.Command("go", "build", "-o", program, ".").CombinedOutput(); err != nil {
		return fmt.Errorf("go build: %w: %s", err, out)
	}
	digits = filepath.Join(dir, "digits")
	if err := write(digits, files(trainImages, testImages)); err != nil {
		return err
	}
	tests()
	return nil
}

// command is the program, about to run in an empty folder.
func command(t *testing.T, args ...string) *exec.Cmd {
	cmd := exec.Command(program, args...)
	cmd.Dir = t.TempDir()
	cmd.Env = slices.DeleteFunc(os.Environ(), func(kv string) bool { return strings.HasPrefix(kv, "ZOO_") || strings.HasPrefix(kv, "GOMAXPROCS=") })
	return cmd
}

// result is what a run of the program leaves.
type result struct {
	stdout, stderr string
	status         int
}

// execute runs cmd to its end.
func execute(t *testing.T, cmd *exec.Cmd) (r result) {
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
	return result{stdout.String(), stderr.String(), cmd.ProcessState.ExitCode()}
}

// trained runs the program, which must succeed, on the small set; it returns
// the run folder too.
func trained(t *testing.T, args ...string) (r result, folder string) {
	t.Helper()
	folder = filepath.Join(t.TempDir(), "run")
	r = execute(t, command(t, append([]string{"--data-dir", digits, "--run-dir", folder}, args...)...))
	if r.status != 0 {
		t.Fatalf("mnist %s: status %d: %s", strings.Join(args, " "), r.status, r.stderr)
	}
	return r, folder
}

// fails checks that a run ended with a status and one line that says all parts,
// the last of them after a semicolon: the remedy.
func (r result) fails(t *testing.T, status int, parts ...string) {
	t.Helper()
	if r.status != status {
		t.Errorf("status %d, want %d", r.status, status)
	}
	line, rest, _ := strings.Cut(r.stderr, "\n")
	if !strings.HasPrefix(line, "mnist: ") || rest != "" {
		t.Errorf("stderr is %q, want one line that begins with mnist:", r.stderr)
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
