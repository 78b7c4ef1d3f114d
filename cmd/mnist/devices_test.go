package main

import (
	"regexp"
	"strings"
	"testing"
)

// A program without CUDA says so, and how to build one with it.
func TestDevices(t *testing.T) {
	r := execute(t, command(t, "devices"))
	if want := regexp.MustCompile(`^cpu     \d+ threads, \w+ kernels\ncuda    none: .*-tags cuda.*\n$`); r.Status != 0 || !want.MatchString(r.Stdout) {
		t.Errorf("status %d, %q", r.Status, r.Stdout)
	}
	for _, device := range []string{"cuda", "cuda:1"} {
		r := execute(t, command(t, "--device", device, "--steps", "1", "--data-dir", digits))
		if r.Status != 1 || r.Stdout != "" || strings.Count(r.Stderr, "\n") != 1 || !strings.Contains(r.Stderr, "-tags cuda") {
			t.Errorf("--device %s: status %d, %q, %q", device, r.Status, r.Stdout, r.Stderr)
		}
	}
}

// Each operation is listed, of training, validation and test.
func TestLogPlacement(t *testing.T) {
	r := execute(t, command(t, "--log-placement", "--steps", "1", "--batch", "2", "--data-dir", digits))
	for _, want := range []string{"cpu      linear+ReLU → (2, 500)\n", "cpu      matmulTN → (500, 784)\n", "cpu      correct → ()\n"} {
		if !strings.Contains(r.Stderr, want) {
			t.Errorf("status %d: no %q in %q", r.Status, want, r.Stderr)
		}
	}
}
