package main

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gorgonia-zoo/zoo/internal/cli/clitest"
)

// resume runs the program on a run folder, with --resume.
func resume(t *testing.T, folder string, args ...string) clitest.Result {
	t.Helper()
	return program.Run(t, append([]string{"--resume", "--run-dir", folder}, args...)...)
}

// A run goes on to more epochs at the final rate; by way of some of them, in the middle
// of one, it ends with the same bytes.
func TestResume(t *testing.T) {
	_, folder := trained(t, "--epochs", "1", "--seed", "3")
	if r := resume(t, folder, "--seed", "3", "--config", "tiny"); r.Status != 0 || !strings.Contains(r.Stdout, " is finished: {") || r.Stderr != "" {
		t.Errorf("of a finished run it says %+v", r)
	}
	r := resume(t, folder, "--epochs", "3", "--threads", "2")
	for _, want := range []string{"goes on after step 92 of 276", "beyond step 92, for which this run was planned, it goes on at the final learning rate"} {
		if r.Status != 0 || !strings.Contains(r.Stderr, want) {
			t.Errorf("stderr does not say %q: %s", want, r.Stderr)
		}
	}
	_, other := trained(t, "--epochs", "1", "--seed", "3")
	if r := resume(t, other, "--steps", "150"); r.Status != 0 {
		t.Fatal(r.Stderr)
	}
	if r := resume(t, other, "--epochs", "3"); r.Status != 0 {
		t.Fatal(r.Stderr)
	}
	if !bytes.Equal(clitest.Read(t, folder, "model.safetensors"), clitest.Read(t, other, "model.safetensors")) {
		t.Error("by way of 150 steps it ends elsewhere")
	}
	e := program.Run(t, "eval", "--run-dir", folder, "--watch", "--interval", "1h")
	lines := clitest.Objects(t, clitest.Read(t, folder, "eval.jsonl"))
	if e.Status != 0 || !strings.HasPrefix(e.Stdout, "After 276 training step(s), validation perplexity = ") || len(lines) != 1 || lines[0]["step"] != 276. {
		t.Errorf("%+v; eval.jsonl: %v", e, lines)
	}
}

// A changed setting or text is refused.
func TestResumeRefusals(t *testing.T) {
	_, folder := trained(t, "--steps", "5")
	other, longer := filepath.Join(t.TempDir(), "other"), t.TempDir()
	if err := write(other, "<unk>", "unicorn"); err != nil {
		t.Fatal(err)
	}
	for args, says := range map[string]string{
		"--seed 8":                        "--seed is 8, but was 1 when this run began",
		"--config classics":               "--config is classics, but was tiny",
		"--batch 5":                       "--batch is 5, but was 4",
		"--corpus " + other:               "--corpus: " + other + " has another vocabulary than the one that this run began with",
		"--corpus classics":               "--corpus is classics, but was " + corpus,
		"--config tutorial --recipe best": "--config is tutorial, but was tiny",
	} {
		resume(t, folder, append(strings.Fields(args), "--steps", "9")...).Fails(t, "ptb", 1, says, "start another run with another --run-dir")
	}
	// The same folder with another text in it.
	if err := clitest.Write(longer, map[string][]byte{"train.txt": clitest.Read(t, corpus, "train.txt"), "valid.txt": clitest.Read(t, corpus, "valid.txt"), "test.txt": clitest.Read(t, corpus, "test.txt")}); err != nil {
		t.Fatal(err)
	}
	run := filepath.Join(t.TempDir(), "run")
	if r := program.Run(t, "--corpus", longer, "--config", "tiny", "--steps", "5", "--run-dir", run); r.Status != 0 {
		t.Fatal(r.Stderr)
	}
	text := string(clitest.Read(t, longer, "train.txt"))
	first, rest, _ := strings.Cut(text, "\n")
	for change, says := range map[string]string{
		rest + first + "\n":    "has other texts than those that this run began with",
		text + "the unicorn\n": "has another vocabulary than the one that this run began with",
	} {
		if err := clitest.Write(longer, map[string][]byte{"train.txt": []byte(change)}); err != nil {
			t.Fatal(err)
		}
		resume(t, run, "--steps", "9").Fails(t, "ptb", 1, says, "start another run with another --run-dir")
	}
	program.Run(t, "--resume").Fails(t, "ptb", 2, "--resume needs --run-dir", "name the folder of the run")
}
