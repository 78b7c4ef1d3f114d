//go:build unix

package main

import "testing"

// A training that is killed again and again, also in the midst of saving, in its first
// epoch and later ones, ends with the bytes of one that was not.
func TestKilled(t *testing.T) {
	program.KillAndResume(t, 20, "--corpus", corpus, "--config", "tiny", "--epochs", "100", "--save-every", "41")
}
