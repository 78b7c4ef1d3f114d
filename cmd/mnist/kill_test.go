//go:build unix

package main

import "testing"

// A training that is killed again and again, also in the midst of saving, ends with the
// bytes of one that was not.
func TestKilled(t *testing.T) {
	t.Run("mlp", func(t *testing.T) {
		program.KillAndResume(t, 20, "--data-dir", digits, "--batch", "10", "--steps", "4000", "--save-every", "37")
	})
	t.Run("lenet", func(t *testing.T) { // dropout, momentum, averages and moved images
		program.KillAndResume(t, 6, "--data-dir", digits, "--model", "lenet", "--batch", "10", "--steps", "150", "--save-every", "7")
	})
}
