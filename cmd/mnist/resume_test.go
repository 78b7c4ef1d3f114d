package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gorgonia-zoo/zoo/internal/cli/clitest"
)

// resume runs the program on a run folder, with --resume.
func resume(t *testing.T, folder string, args ...string) result {
	t.Helper()
	return execute(t, command(t, append([]string{"--resume", "--run-dir", folder}, args...)...))
}

// A run goes on with the settings that it began with, given again or not, for more
// steps, and says that these are beyond what its learning rate was planned for.
func TestResume(t *testing.T) {
	_, folder := trained(t, "--steps", "60", "--seed", "7", "--batch", "20", "--save-every", "25")
	checkpoints := strings.Join(clitest.Names(t, filepath.Join(folder, "checkpoints")), " ")
	if checkpoints != "step-00000025.safetensors step-00000050.safetensors step-00000060.safetensors" {
		t.Errorf("checkpoints are %s", checkpoints)
	}
	weights, config := clitest.Read(t, folder, "model.safetensors"), clitest.Read(t, folder, "config.json")

	again := resume(t, folder, "--seed", "7", "--model", "mlp")
	if again.Status != 0 || !strings.Contains(again.Stdout, " is finished: {") || again.Stderr != "" {
		t.Errorf("of a finished run it says %+v", again)
	}
	if !bytes.Equal(clitest.Read(t, folder, "model.safetensors"), weights) || !bytes.Equal(clitest.Read(t, folder, "config.json"), config) {
		t.Error("a finished run has changed")
	}

	more := resume(t, folder, "--steps", "90", "--threads", "1")
	for _, want := range []string{"goes on after step 60 of 90", "beyond step 60, for which this run was planned, it goes on at the final learning rate", "step 90/90"} {
		if more.Status != 0 || !strings.Contains(more.Stderr, want) {
			t.Errorf("stderr does not say %q: %s", want, more.Stderr)
		}
	}
	lines := clitest.Objects(t, clitest.Read(t, folder, "metrics.jsonl"))
	if len(lines) != 3 || lines[2]["event"] != "test" || lines[2]["step"] != 90. {
		t.Fatalf("the figures are %v", lines)
	}
	// 0.8·0.99^(59/27): of 550 images 27 batches of 20 are an epoch.
	clitest.Number(t, lines[1], "learning_rate", 0.78, 0.7905)
	if lines[1]["learning_rate"] != lines[0]["learning_rate"] {
		t.Errorf("the rate goes on from %v to %v", lines[0]["learning_rate"], lines[1]["learning_rate"])
	}
	if got := clitest.Objects(t, bytes.ReplaceAll(clitest.Read(t, folder, "config.json"), []byte("\n"), nil))[0]; got["steps"] != 90. || got["horizon"] != 60. {
		t.Errorf("config.json says %v steps, planned for %v", got["steps"], got["horizon"])
	}

	// Stopped on the way to more steps and resumed with the same arguments: the same bytes.
	_, other := trained(t, "--steps", "60", "--seed", "7", "--batch", "20")
	resume(t, other, "--steps", "75")
	if r := resume(t, other, "--steps", "90"); r.Status != 0 {
		t.Fatal(r.Stderr)
	}
	if !bytes.Equal(clitest.Read(t, folder, "model.safetensors"), clitest.Read(t, other, "model.safetensors")) {
		t.Error("by way of 75 steps it ends elsewhere")
	}
}

// A changed setting is refused by its name, and nothing is touched.
func TestResumeRefusals(t *testing.T) {
	_, folder := trained(t, "--steps", "30", "--seed", "7")
	others := filepath.Join(t.TempDir(), "others")
	if err := clitest.Write(others, files(trainImages+10, testImages)); err != nil {
		t.Fatal(err)
	}
	before := clitest.Read(t, folder, "metrics.jsonl")
	for args, says := range map[string]string{
		"--seed 8":             "--seed is 8, but was 7 when this run began",
		"--seed 1":             "--seed is 1, but was 7", // though it is the default
		"--model lenet5":       "--model is lenet5, but was mlp",
		"--recipe plain":       "--recipe is plain, but was best",
		"--batch 50":           "--batch is 50, but was 100",
		"--dataset fashion":    "--dataset is fashion, but was mnist",
		"--data-dir " + others: "are others than those in " + digits,
	} {
		r := resume(t, folder, append(strings.Fields(args), "--steps", "40")...)
		remedy := "start another run with another --run-dir"
		if strings.HasPrefix(args, "--data-dir") {
			remedy = "name these with --data-dir"
		}
		r.fails(t, 1, says, remedy)
	}
	cmd := command(t, "--resume", "--run-dir", folder, "--data-dir", digits, "--steps", "40")
	cmd.Env = append(cmd.Env, "ZOO_ISA=generic")
	if r := execute(t, cmd); r.Status == 0 && !bytes.Contains(clitest.Read(t, folder, "config.json"), []byte(`"generic"`)) {
		t.Error("other kernels are taken")
	} else if r.Status != 0 {
		r.fails(t, 1, "the kernels in use are generic, but were", "start another run")
	}
	if !bytes.Equal(clitest.Read(t, folder, "metrics.jsonl"), before) {
		t.Error("a refusal changed the figures")
	}
	if r := resume(t, folder, "--steps", "29"); r.Status != 0 || !strings.Contains(r.Stdout, "is finished") {
		t.Errorf("fewer steps than are done: %+v", r)
	}
	execute(t, command(t, "--resume")).fails(t, 2, "--resume needs --run-dir", "name the folder of the run")
	execute(t, command(t, "--save-every", "0")).fails(t, 2, "--save-every must be at least 1, not 0", "see mnist --help")
}

// A folder without a run, or without a checkpoint, is where training begins, and it says
// so.
func TestResumeNothing(t *testing.T) {
	_, whole := trained(t, "--steps", "30")
	folder := filepath.Join(t.TempDir(), "new")
	r := resume(t, folder, "--steps", "30", "--data-dir", digits)
	if r.Status != 0 || !strings.Contains(r.Stderr, "no run in "+folder+" yet: training starts from the beginning") {
		t.Errorf("no run: %+v", r)
	}
	if err := os.RemoveAll(filepath.Join(folder, "checkpoints")); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, "metrics.jsonl"), []byte(`{"step":20}`+"\n"+`{"st`), 0o644); err != nil {
		t.Fatal(err)
	}
	r = resume(t, folder)
	if r.Status != 0 || !strings.Contains(r.Stderr, "no checkpoint in "+folder+" yet: training starts from the beginning") {
		t.Errorf("no checkpoint: %+v", r)
	}
	if lines := clitest.Objects(t, clitest.Read(t, folder, "metrics.jsonl")); len(lines) != 2 {
		t.Errorf("the figures are %v", lines)
	}
	if !bytes.Equal(clitest.Read(t, folder, "model.safetensors"), clitest.Read(t, whole, "model.safetensors")) {
		t.Error("begun with --resume it ends elsewhere")
	}
}

// A damaged newest checkpoint is told of, and the one before is used.
func TestResumeDamaged(t *testing.T) {
	_, folder := trained(t, "--steps", "30", "--save-every", "10")
	weights := clitest.Read(t, folder, "model.safetensors")
	newest := filepath.Join(folder, "checkpoints", "step-00000030.safetensors")
	b := clitest.Read(t, newest)
	b[len(b)/2] ^= 1
	for _, damaged := range [][]byte{b, b[:1000], {}} {
		if err := os.WriteFile(newest, damaged, 0o644); err != nil {
			t.Fatal(err)
		}
		cut := clitest.Read(t, folder, "metrics.jsonl")
		if err := os.WriteFile(filepath.Join(folder, "metrics.jsonl"), cut[:bytes.IndexByte(cut, '\n')+1], 0o644); err != nil {
			t.Fatal(err)
		}
		r := resume(t, folder)
		if r.Status != 0 || !strings.Contains(r.Stderr, newest+": is damaged: ") || !strings.Contains(r.Stderr, "; the one before it is used\ngoes on after step 20 of 30\n") {
			t.Errorf("it says %+v", r)
		}
		if !bytes.Equal(clitest.Read(t, folder, "model.safetensors"), weights) {
			t.Error("it ends elsewhere")
		}
	}
	for _, name := range clitest.Names(t, filepath.Join(folder, "checkpoints")) {
		if err := os.WriteFile(filepath.Join(folder, "checkpoints", name), []byte("x"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	r := resume(t, folder, "--steps", "31")
	if last := r.Stderr[strings.LastIndex(strings.TrimSpace(r.Stderr), "\n")+1:]; r.Status != 1 || !strings.Contains(last, "every checkpoint is damaged") || !strings.Contains(last, "; restore one, or train again") {
		t.Errorf("all damaged: %+v", r)
	}
}

// A folder in use is refused, to a new run and to one that would go on, and to another
// command's.
func TestInUse(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "run")
	cmd := command(t, "--data-dir", digits, "--run-dir", folder, "--steps", "1000000000", "--batch", "1", "--recipe", "plain")
	clitest.Start(t, cmd)
	clitest.Await(t, filepath.Join(folder, "checkpoints", "step-00001000.safetensors"))
	resume(t, folder).fails(t, 1, "run folder "+folder+" is in use by another program", "wait until that ends, or name another with --run-dir")
	execute(t, command(t, "--data-dir", digits, "--run-dir", folder)).fails(t, 1, "already holds a run", "name another with --run-dir, or go on with this one by --resume")
	cmd.Process.Kill()
	cmd.Wait()
	names := clitest.Names(t, filepath.Join(folder, "checkpoints"))
	var step int
	if _, err := fmt.Sscanf(names[len(names)-1], "step-%d.safetensors", &step); err != nil {
		t.Fatal(err)
	}
	resume(t, folder, "--steps", "1").fails(t, 1, fmt.Sprintf("is at step %d already", step), fmt.Sprintf("use --steps %d or more", step))
	if r := resume(t, folder, "--steps", fmt.Sprint(step+500)); r.Status != 0 || !strings.Contains(r.Stderr, fmt.Sprintf("goes on after step %d of %d", step, step+500)) {
		t.Errorf("afterwards: %+v", r)
	}
	if err := os.WriteFile(filepath.Join(folder, "config.json"), []byte(`{"command":"ptb train"}`), 0o644); err != nil {
		t.Fatal(err)
	}
	resume(t, folder).fails(t, 1, "its settings are not those of a run of mnist", "name the folder of one")
}

// eval starts `mnist eval` on a run folder.
func eval(t *testing.T, folder string, args ...string) *exec.Cmd {
	t.Helper()
	return command(t, append([]string{"eval", "--run-dir", folder, "--data-dir", digits}, args...)...)
}
