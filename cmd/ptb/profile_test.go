package main

import (
	"testing"

	"github.com/gorgonia-zoo/zoo/internal/cli/clitest"
)

func TestProfile(t *testing.T) {
	r, folder := trained(t, "--steps", "1000", "--profile") // enough to be seen beside compiling
	clitest.Profiled(t, r.Stderr, folder, 1000, "read batch", "update", "lstmGrad", "lstm.weight_ih_l0")
}

func TestProfileJSON(t *testing.T) {
	r, folder := trained(t, "--steps", "20", "--profile", "--log-format", "json")
	clitest.ProfiledJSON(t, r.Stderr, folder, 20)
}
