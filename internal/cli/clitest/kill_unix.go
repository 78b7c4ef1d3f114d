//go:build unix

package clitest

import (
	"bytes"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gorgonia-zoo/zoo/internal/replace"
)

// killVariable tells a test's own binary that it is the program: STAGE:N, to kill
// itself at that stage of the Nth checkpoint, or pause:N, to wait there to be killed, so
// that it cannot end before.
const killVariable = "ZOO_TEST_KILL"

const pause = "pause"

// Killed runs program, which exits, if this process was started by [Program.KilledAt].
// TestMain calls it first.
func Killed(program func()) {
	stage, n, ok := strings.Cut(os.Getenv(killVariable), ":")
	if !ok {
		return
	}
	left, err := strconv.Atoi(n)
	if err != nil {
		panic(err)
	}
	replace.Hook = func(file string, s replace.Stage) {
		at := string(s) == stage || stage == pause && s == replace.Created
		if !at || filepath.Base(filepath.Dir(file)) != "checkpoints" {
			return
		}
		switch left--; {
		case left > 0:
		case stage == pause:
			time.Sleep(time.Hour) // a mere select would be a deadlock, once training waits for this
		default:
			syscall.Kill(os.Getpid(), syscall.SIGKILL)
		}
	}
	program()
}

// KilledAt is [Program.Command] of a program that kills itself while it saves its nth
// checkpoint.
func (p Program) KilledAt(t *testing.T, stage string, n int, args ...string) *exec.Cmd {
	cmd := p.Command(t, args...)
	cmd.Path = os.Args[0]
	cmd.Env = append(cmd.Env, killVariable+"="+stage+":"+strconv.Itoa(n))
	return cmd
}

// KillAndResume trains as args say to the end in one go, and again with the process
// killed the given number of times, after a checkpoint or, in turns, at a stage of
// saving one, and then interrupted. It checks that weights and figures are the same in
// the end. There must be many checkpoints.
func (p Program) KillAndResume(t *testing.T, kills int, args ...string) {
	whole, folder := filepath.Join(t.TempDir(), "whole"), filepath.Join(t.TempDir(), "killed")
	if r := p.Run(t, append([]string{"--run-dir", whole}, args...)...); r.Status != 0 {
		t.Fatal(r.Stderr)
	}
	args = append([]string{"--run-dir", folder, "--resume"}, args...)
	for _, s := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM} { // upon which it saves what there is
		cmd := p.Command(t, args...)
		Start(t, cmd)
		afterSaving(folder, func() { cmd.Process.Signal(s) })
		cmd.Wait()
		if got := cmd.ProcessState.ExitCode(); got != 128+int(s) {
			t.Errorf("status %d after %v, want %d", got, s, 128+int(s))
		}
	}
	stages := []replace.Stage{replace.Created, replace.HalfWritten, replace.Written, replace.Synced, replace.Renamed}
	random := rand.New(rand.NewPCG(1, 1))
	for i := range kills {
		var cmd *exec.Cmd
		hooked := i%4 == 2
		if hooked {
			cmd = p.KilledAt(t, string(stages[i/4%len(stages)]), 1+random.IntN(2), args...)
		} else {
			cmd = p.KilledAt(t, pause, 2, args...)
		}
		Start(t, cmd)
		if !hooked {
			afterSaving(folder, func() {
				time.Sleep(time.Duration(random.IntN(20)) * time.Millisecond)
				cmd.Process.Kill()
			})
		}
		cmd.Wait()
		if s, ok := cmd.ProcessState.Sys().(syscall.WaitStatus); !ok || !s.Signaled() || s.Signal() != syscall.SIGKILL {
			t.Fatalf("kill %d: the program ended before: %v", i+1, cmd.ProcessState)
		}
	}
	if r := p.Run(t, args...); r.Status != 0 || !strings.Contains(r.Stderr, "goes on after step ") {
		t.Fatalf("status %d: %s", r.Status, r.Stderr)
	}
	if !bytes.Equal(Read(t, folder, "model.safetensors"), Read(t, whole, "model.safetensors")) {
		t.Error("the weights are others than those of a run that was not killed")
	}
	if d := cmp.Diff(timeless(t, whole), timeless(t, folder)); d != "" {
		t.Errorf("figures (-not killed +killed):\n%s", d)
	}
	for _, dir := range []string{folder, filepath.Join(folder, "checkpoints")} {
		for _, name := range Names(t, dir) {
			if strings.HasPrefix(name, ".") && name != ".lock" {
				t.Errorf("%s is left in %s", name, dir)
			}
		}
	}
}

// afterSaving calls do when there is a new checkpoint in a run's folder, or none after a
// minute.
func afterSaving(folder string, do func()) {
	before := checkpoints(folder)
	for end := time.Now().Add(time.Minute); slices.Equal(checkpoints(folder), before) && time.Now().Before(end); {
		time.Sleep(time.Millisecond)
	}
	do()
}

// checkpoints lists those in a run's folder.
func checkpoints(folder string) []string {
	files, err := filepath.Glob(filepath.Join(folder, "checkpoints", "step-*"))
	if err != nil {
		panic(err) // the pattern is fine
	}
	return files
}

// timeless returns the figures of a run but for its times.
func timeless(t *testing.T, folder string) []map[string]any {
	lines := Objects(t, Read(t, folder, "metrics.jsonl"))
	for _, l := range lines {
		maps.DeleteFunc(l, func(key string, _ any) bool { return key == "time_s" || key == "examples_per_s" })
	}
	return lines
}
