package main

import (
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gorgonia-zoo/zoo/internal/cli/clitest"
)

var (
	program clitest.Program // the built program
	digits  string          // a folder with a small set of images
)

func TestMain(m *testing.M) {
	clitest.Killed(main)
	if err := build(func() { m.Run() }); err != nil {
		log.Fatal(err)
	}
}

// build builds the program and runs the tests.
func build(tests func()) (err error) {
	dir, err := os.MkdirTemp("", "mnist-test-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	if err := os.Chmod(dir, 0o755); err != nil { // another user runs the program too
		return err
	}
	if program, err = clitest.Build("mnist", dir); err != nil {
		return err
	}
	digits = filepath.Join(dir, "digits")
	if err := clitest.Write(digits, files(trainImages, testImages)); err != nil {
		return err
	}
	tests()
	return nil
}

// command is the program, about to run in an empty folder.
func command(t *testing.T, args ...string) *exec.Cmd { return program.Command(t, args...) }

// result is what a run of the program leaves.
type result struct{ clitest.Result }

// execute runs cmd to its end.
func execute(t *testing.T, cmd *exec.Cmd) result {
	t.Helper()
	return result{clitest.Execute(t, cmd)}
}

// trained runs the program, which must succeed, on the small set; it returns
// the run folder too.
func trained(t *testing.T, args ...string) (r result, folder string) {
	t.Helper()
	folder = filepath.Join(t.TempDir(), "run")
	r = execute(t, command(t, append([]string{"--data-dir", digits, "--run-dir", folder}, args...)...))
	if r.Status != 0 {
		t.Fatalf("mnist %s: status %d: %s", strings.Join(args, " "), r.Status, r.Stderr)
	}
	return r, folder
}

// fails checks that a run ended with a status and one line that says all parts,
// the last of them after a semicolon: the remedy.
func (r result) fails(t *testing.T, status int, parts ...string) {
	t.Helper()
	r.Fails(t, "mnist", status, parts...)
}
