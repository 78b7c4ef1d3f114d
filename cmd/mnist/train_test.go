package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gorgonia.org/tensor"

	"github.com/gorgonia-zoo/zoo/internal/cli/clitest"
	"github.com/gorgonia-zoo/zoo/internal/safetensors"
)

func TestTrain(t *testing.T) {
	r, folder := trained(t, "train", "--steps", "30", "--seed", "7")

	if !strings.Contains(r.Stdout, "Dense fc1  (100, 500)        392,500") {
		t.Errorf("no summary in %q", r.Stdout)
	}
	if !regexp.MustCompile(`(?m)^test accuracy [01]\.\d{4}, loss \d+\.\d{4}, after 30 steps in \d+\.\d s$`).MatchString(r.Stdout) {
		t.Errorf("no test accuracy in %q", r.Stdout)
	}
	if !strings.HasSuffix(r.Stdout, " are in "+folder+"\n") {
		t.Errorf("the folder is not named in %q", r.Stdout)
	}
	if want := regexp.MustCompile(`^step 30/30  loss \d\.\d{4}  validation accuracy [01]\.\d{4}  learning rate 0\.7\d*  \d+ images/s\n$`); !want.MatchString(r.Stderr) {
		t.Errorf("stderr is %q, want one line of figures", r.Stderr)
	}

	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	if d := cmp.Diff([]string{".lock", "checkpoints", "config.json", "metrics.jsonl", "model.safetensors"}, names); d != "" {
		t.Errorf("run folder (-want +got):\n%s", d)
	}
}

func TestConfig(t *testing.T) {
	_, folder := trained(t, "--steps", "2", "--seed", "7", "--threads", "1", "--recipe", "plain")
	var got map[string]any
	if err := json.Unmarshal(clitest.Read(t, folder, "config.json"), &got); err != nil {
		t.Fatal(err)
	}
	if isa, ok := got["isa"].(string); !ok || isa == "" {
		t.Errorf("isa is %v", got["isa"])
	}
	delete(got, "isa")         // depends on the machine
	delete(got, "data_crc32c") // which TestResumeRefusals looks at
	want := map[string]any{
		"command": "mnist train", "model": "mlp", "dataset": "mnist", "recipe": "plain", "device": "cpu", "data_dir": digits,
		"seed": 7., "threads": 1., "steps": 2., "horizon": 2., "batch": 100., "learning_rate": 0.01, "epoch_decay": 0., "l2": 0., "l2_on": "", "average_decay": 0.,
		"warm_up": 0., "momentum": 0., "shift": 0., "rotate": 0., "scale": 0., "eval_once": false,
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("config.json (-want +got):\n%s", d)
	}
}

func TestMetrics(t *testing.T) {
	_, folder := trained(t, "--steps", "1001", "--batch", "10", "--recipe", "plain")
	lines := clitest.Objects(t, clitest.Read(t, folder, "metrics.jsonl"))
	if len(lines) != 3 {
		t.Fatalf("%d lines, want those of steps 1000 and 1001 and of the test", len(lines))
	}
	want := []string{"epoch", "examples_per_s", "learning_rate", "step", "time_s", "train_loss", "valid_accuracy", "valid_loss"}
	for i, step := range []float64{1000, 1001} {
		if d := cmp.Diff(want, clitest.Keys(lines[i])); d != "" {
			t.Errorf("keys (-want +got):\n%s", d)
		}
		clitest.Number(t, lines[i], "step", step, step)
		clitest.Number(t, lines[i], "epoch", 18, 18) // 55 steps an epoch, counted from 0
		clitest.Number(t, lines[i], "train_loss", 0, 2.4)
		clitest.Number(t, lines[i], "learning_rate", 0.01, 0.01)
		clitest.Number(t, lines[i], "examples_per_s", 1, 1e9)
		clitest.Number(t, lines[i], "valid_loss", 0, 1)
		clitest.Number(t, lines[i], "valid_accuracy", 0.9, 1) // of bands that are easy to tell apart
	}
	test := lines[2]
	if d := cmp.Diff([]string{"event", "step", "test_accuracy", "test_loss", "time_s"}, clitest.Keys(test)); d != "" {
		t.Errorf("keys of the test (-want +got):\n%s", d)
	}
	if test["event"] != "test" {
		t.Errorf("event is %v, want test", test["event"])
	}
	clitest.Number(t, test, "step", 1001, 1001)
	clitest.Number(t, test, "test_accuracy", 0.9, 1)
	clitest.Number(t, test, "test_loss", 0, 1)
	clitest.Number(t, test, "time_s", lines[1]["time_s"].(float64), 600)
}

func TestWeights(t *testing.T) {
	_, folder := trained(t, "--steps", "2", "--seed", "18446744073709551615")
	tensors, metadata, err := safetensors.ReadFile(filepath.Join(folder, "model.safetensors"))
	if err != nil {
		t.Fatal(err)
	}
	shapes := map[string]tensor.Shape{}
	for name, w := range tensors {
		shapes[name] = w.Shape()
	}
	if d := cmp.Diff(map[string]tensor.Shape{"fc1.weight": {500, 784}, "fc1.bias": {500}, "fc2.weight": {10, 500}, "fc2.bias": {10}}, shapes); d != "" {
		t.Errorf("tensors (-want +got):\n%s", d)
	}
	if d := cmp.Diff(map[string]string{"model": "mlp", "dataset": "mnist", "seed": "18446744073709551615"}, metadata); d != "" {
		t.Errorf("metadata (-want +got):\n%s", d)
	}
}

// The same seed gives the same bytes, whatever the number of threads.
func TestSameSeed(t *testing.T) {
	weights := func(procs string, args ...string) []byte {
		folder := filepath.Join(t.TempDir(), "run")
		cmd := command(t, append([]string{"--data-dir", digits, "--steps", "30", "--run-dir", folder}, args...)...)
		cmd.Env = append(cmd.Env, "GOMAXPROCS="+procs)
		if r := execute(t, cmd); r.Status != 0 {
			t.Fatal(r.Stderr)
		}
		return clitest.Read(t, folder, "model.safetensors")
	}
	first := weights("1")
	for _, procs := range []string{"1", "2", "4"} {
		if !bytes.Equal(weights(procs), first) {
			t.Errorf("GOMAXPROCS=%s gives other weights", procs)
		}
	}
	if !bytes.Equal(weights("1", "--threads", "3", "--seed", "1", "--device", "cpu", "--log-format", "json"), first) {
		t.Error("--threads 3 gives other weights")
	}
	if bytes.Equal(weights("1", "--seed", "2"), first) {
		t.Error("seed 2 gives the weights of seed 1")
	}
}

// Without --run-dir every run has a folder of its own, below runs.
func TestDefaultFolder(t *testing.T) {
	first := command(t, "--data-dir", digits, "--steps", "1")
	execute(t, first)
	second := command(t, "--data-dir", digits, "--steps", "1", "--run-dir", "")
	second.Dir = first.Dir
	execute(t, second)
	found, _ := filepath.Glob(filepath.Join(first.Dir, "runs", "mnist-mlp-2*", "model.safetensors"))
	if len(found) != 2 {
		t.Errorf("weights are in %q, want two folders below runs", found)
	}
}

func TestJSONLog(t *testing.T) {
	r, _ := trained(t, "--steps", "2", "--log-format", "json")
	lines := clitest.Objects(t, []byte(r.Stderr))
	if len(lines) != 1 || lines[0]["step"] != 2. || lines[0]["msg"] != "step" {
		t.Errorf("the log is %q, want one line about step 2", r.Stderr)
	}
	r = execute(t, command(t, "--data-dir", "nowhere", "--log-format", "json"))
	lines = clitest.Objects(t, []byte(r.Stderr))
	if len(lines) != 1 || lines[0]["level"] != "ERROR" || !strings.Contains(lines[0]["msg"].(string), "nowhere: no such folder; ") || r.Status != 1 {
		t.Errorf("status %d and the log %q, want 1 and one line about the folder", r.Status, r.Stderr)
	}
}

// The recipe fast has a net of its own, and figures only at the end.
func TestFast(t *testing.T) {
	r, folder := trained(t, "--recipe", "fast", "--batch", "10")
	if !strings.HasPrefix(r.Stdout, "lenet5\n") {
		t.Errorf("the model is in %q", r.Stdout)
	}
	lines := clitest.Objects(t, clitest.Read(t, folder, "metrics.jsonl"))
	if len(lines) != 2 || lines[0]["step"] != 2200. || lines[1]["event"] != "test" {
		t.Errorf("the figures are %v, want those of the last step and the test", lines)
	}
}
