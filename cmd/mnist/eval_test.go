package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gorgonia-zoo/zoo/internal/cli/clitest"
)

// Once: the newest checkpoint is measured, as training did, and nothing of the training
// changes.
func TestEval(t *testing.T) {
	_, folder := trained(t, "--steps", "30", "--save-every", "20")
	figures := clitest.Read(t, folder, "metrics.jsonl")
	lines := clitest.Objects(t, figures)
	valid, test := lines[0]["valid_accuracy"].(float64), lines[1]["test_accuracy"].(float64)
	r := execute(t, eval(t, folder))
	if want := fmt.Sprintf("After 30 training step(s), validation accuracy = %.4f\n", valid); r.Status != 0 || r.Stdout != want || r.Stderr != "" {
		t.Errorf("%+v, want %q", r, want)
	}
	r = execute(t, eval(t, folder, "--test", "--watch", "--interval", "1h")) // it is finished, so it does not wait
	if want := fmt.Sprintf("After 30 training step(s), validation accuracy = %.4f, test accuracy = %.4f\n", valid, test); r.Status != 0 || r.Stdout != want {
		t.Errorf("%+v, want %q", r, want)
	}
	got := clitest.Objects(t, clitest.Read(t, folder, "eval.jsonl"))
	if len(got) != 2 {
		t.Fatalf("eval.jsonl holds %v", got)
	}
	if d := cmp.Diff([]string{"epoch", "step", "time_s", "valid_accuracy", "valid_loss"}, clitest.Keys(got[0])); d != "" {
		t.Errorf("keys (-want +got):\n%s", d)
	}
	for key, want := range map[string]any{"step": 30., "valid_accuracy": valid, "valid_loss": lines[0]["valid_loss"], "test_accuracy": test, "test_loss": lines[1]["test_loss"]} {
		if got[1][key] != want {
			t.Errorf("%s is %v, want %v", key, got[1][key], want)
		}
	}
	if !bytes.Equal(clitest.Read(t, folder, "metrics.jsonl"), figures) {
		t.Error("metrics.jsonl has changed")
	}
}

// Beside a training: eval begins before it, waits, takes checkpoints as they come, and
// ends with it.
func TestWatch(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "run")
	watch := eval(t, folder, "--watch", "--interval", "20ms")
	var stdout strings.Builder
	said := filepath.Join(t.TempDir(), "stderr")
	stderr, err := os.Create(said)
	if err != nil {
		t.Fatal(err)
	}
	defer stderr.Close()
	watch.Stdout, watch.Stderr = &stdout, stderr
	clitest.Start(t, watch)
	clitest.Await(t, said)
	r := execute(t, command(t, "--data-dir", digits, "--run-dir", folder, "--steps", "1500", "--save-every", "50"))
	if r.Status != 0 {
		t.Fatal(r.Stderr)
	}
	if err := ended(watch.Wait); err != nil {
		t.Fatalf("%v; stderr %q", err, clitest.Read(t, said))
	}
	if got := string(clitest.Read(t, said)); got != "no checkpoint in "+folder+" yet; waiting\n" {
		t.Errorf("stderr is %q", got)
	}
	got := clitest.Objects(t, clitest.Read(t, folder, "eval.jsonl"))
	texts := strings.Split(strings.TrimSpace(stdout.String()), "\n")
	if len(got) != len(texts) || got[len(got)-1]["step"] != 1500. {
		t.Fatalf("%d lines on paper and %d said: %v", len(got), len(texts), texts)
	}
	last := 0.
	for i, l := range got {
		step := l["step"].(float64)
		if step <= last || int(step)%50 != 0 || !strings.HasPrefix(texts[i], fmt.Sprintf("After %.0f training step(s), validation accuracy = ", step)) {
			t.Errorf("line %d is of step %v after %v, and says %q", i+1, step, last, texts[i])
		}
		last = step
	}
	m := clitest.Objects(t, clitest.Read(t, folder, "metrics.jsonl"))
	if valid := m[len(m)-2]["valid_accuracy"]; got[len(got)-1]["valid_accuracy"] != valid {
		t.Errorf("in the end it measures %v, training %v", got[len(got)-1]["valid_accuracy"], valid)
	}
}

// ended waits for a process for a minute.
func ended(wait func() error) error {
	done := make(chan error, 1)
	go func() { done <- wait() }()
	select {
	case err := <-done:
		return err
	case <-time.After(time.Minute):
		return fmt.Errorf("still running")
	}
}

// When the training was killed eval ends, having said so.
func TestWatchKilled(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "run")
	train := command(t, "--data-dir", digits, "--run-dir", folder, "--steps", "1000000000", "--batch", "1", "--recipe", "plain", "--save-every", "300")
	clitest.Start(t, train)
	clitest.Await(t, filepath.Join(folder, "checkpoints", "step-00000300.safetensors"))
	train.Process.Kill()
	train.Wait()
	r := execute(t, eval(t, folder, "--watch", "--interval", "50ms"))
	if r.Status != 0 || !strings.Contains(r.Stdout, "training step(s), validation accuracy = ") || r.Stderr != "nobody trains in "+folder+" any more\n" {
		t.Errorf("%+v", r)
	}
}

func TestEvalErrors(t *testing.T) {
	execute(t, eval(t, filepath.Join(t.TempDir(), "nowhere"))).fails(t, 1, "no run in ", "name the folder of one with --run-dir")
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "config.json"), []byte("{}"), 0o644); err != nil {
		t.Fatal(err)
	}
	execute(t, eval(t, folder)).fails(t, 1, "no checkpoint in "+folder+" yet", "wait for one with --watch")
	execute(t, command(t, "eval")).fails(t, 2, "missing flags: --run-dir=DIR", "see mnist --help")
	execute(t, eval(t, folder, "--interval", "0s")).fails(t, 2, "--interval must be above 0, not 0s", "see mnist --help")

	_, run := trained(t, "--steps", "30", "--save-every", "10")
	newest := filepath.Join(run, "checkpoints", "step-00000030.safetensors")
	if err := os.WriteFile(newest, clitest.Read(t, newest)[:5000], 0o644); err != nil {
		t.Fatal(err)
	}
	r := execute(t, eval(t, run))
	if r.Status != 0 || !strings.HasPrefix(r.Stdout, "After 20 training step(s)") || !strings.HasPrefix(r.Stderr, newest+": is damaged") || strings.Count(r.Stderr, "\n") != 1 {
		t.Errorf("a damaged newest checkpoint: %+v", r)
	}
}
