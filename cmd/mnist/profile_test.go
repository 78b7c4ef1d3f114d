package main

import (
	"slices"
	"testing"

	"github.com/gorgonia-zoo/zoo/internal/cli/clitest"
)

func TestProfile(t *testing.T) {
	r, folder := trained(t, "--steps", "20", "--profile")
	clitest.Profiled(t, r.Stderr, folder, 20, "read batch", "update", "linear+ReLU", "matmulTN", "fc1.weight")
}

func TestProfileJSON(t *testing.T) {
	r, folder := trained(t, "--steps", "20", "--profile", "--log-format", "json")
	clitest.ProfiledJSON(t, r.Stderr, folder, 20)
}

// A run that goes on is measured anew, and without the flag leaves no profile.
func TestProfileResumed(t *testing.T) {
	_, folder := trained(t, "--steps", "10")
	if slices.Contains(clitest.Names(t, folder), "profile.pprof") {
		t.Error("a profile without --profile")
	}
	for _, steps := range []string{"20", "30"} { // the second replaces the file
		r := execute(t, command(t, "--data-dir", digits, "--run-dir", folder, "--resume", "--steps", steps, "--profile"))
		if r.Status != 0 {
			t.Fatal(r.Stderr)
		}
		clitest.Profiled(t, r.Stderr, folder, 10, "update")
	}
}
