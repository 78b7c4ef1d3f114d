//go:build unix

package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/gorgonia-zoo/zoo/internal/cli/clitest"
	"github.com/gorgonia-zoo/zoo/internal/safetensors"
)

// endless is a training that only a signal ends, and its run folder. It writes
// its first figures soon: steps are short.
func endless(t *testing.T, args ...string) (cmd *exec.Cmd, folder string) {
	t.Helper()
	folder = filepath.Join(t.TempDir(), "run")
	cmd = command(t, append([]string{"--data-dir", digits, "--run-dir", folder, "--steps", "1000000000", "--batch", "1", "--recipe", "plain"}, args...)...)
	return cmd, folder
}

func TestSignal(t *testing.T) {
	for _, c := range []struct {
		signal syscall.Signal
		status int
	}{{syscall.SIGINT, 130}, {syscall.SIGTERM, 143}} {
		t.Run(c.signal.String(), func(t *testing.T) {
			cmd, folder := endless(t)
			var stderr bytes.Buffer
			cmd.Stderr = &stderr
			clitest.Start(t, cmd)
			clitest.Await(t, filepath.Join(folder, "metrics.jsonl"))
			cmd.Process.Signal(c.signal)
			cmd.Wait()
			if got := cmd.ProcessState.ExitCode(); got != c.status {
				t.Errorf("status %d, want %d", got, c.status)
			}
			lines := strings.Split(strings.TrimSpace(stderr.String()), "\n")
			file := filepath.Join(folder, "model.safetensors")
			want := regexp.MustCompile(`^mnist: interrupted after \d{4,} of 1000000000 steps; all is saved in ` + regexp.QuoteMeta(folder) + `/checkpoints/step-0\d+\.safetensors, go on with --resume --run-dir ` + regexp.QuoteMeta(folder) + `$`)
			if last := lines[len(lines)-1]; !want.MatchString(last) || len(lines) > 1 && !strings.HasPrefix(lines[len(lines)-2], "step ") {
				t.Errorf("stderr ends with %q", last)
			}
			if tensors, _, err := safetensors.ReadFile(file); err != nil || len(tensors) != 4 {
				t.Errorf("%d tensors saved, %v; want 4", len(tensors), err)
			}
		})
	}
}

// An interrupted run tells where its time went before it says where it ended.
func TestSignalProfile(t *testing.T) {
	cmd, folder := endless(t, "--profile")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	clitest.Start(t, cmd)
	clitest.Await(t, filepath.Join(folder, "metrics.jsonl"))
	cmd.Process.Signal(syscall.SIGINT)
	cmd.Wait()
	done := regexp.MustCompile(`mnist: interrupted after (\d+) of`).FindStringSubmatch(stderr.String())
	if done == nil {
		t.Fatalf("status %d: %s", cmd.ProcessState.ExitCode(), stderr.String())
	}
	steps, err := strconv.Atoi(done[1])
	if err != nil {
		t.Fatal(err)
	}
	clitest.Profiled(t, stderr.String(), folder, steps, "update")
}

// A second signal ends a program that is still busy with the first: here with
// telling of it, into a pipe that is full.
func TestSecondSignal(t *testing.T) {
	cmd, folder := endless(t, "--log-format", "json")
	cmd.Stderr = clitest.FullPipe(t)
	clitest.Start(t, cmd)
	clitest.Await(t, filepath.Join(folder, "metrics.jsonl"))
	clitest.TwoSignals(t, cmd)
}

// What may not be read or written. Root may all, so it runs the program as nobody.
func TestPermission(t *testing.T) {
	dir := t.TempDir()
	data, closed := filepath.Join(dir, "data"), filepath.Join(dir, "closed")
	if err := clitest.Write(data, files(240, 3)); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(closed, 0o500); err != nil {
		t.Fatal(err)
	}
	user := program.Powerless(t, dir)
	run := func(args ...string) result { return execute(t, user(args...)) }
	run("--data-dir", data, "--run-dir", filepath.Join(closed, "run")).fails(t, 1, "permission denied", "name one that can be written with --run-dir")
	run("--data-dir", data, "--run-dir", closed).fails(t, 1, "permission denied", "name one that can be written with --run-dir")
	stopped := filepath.Join(dir, "stopped")
	if r := execute(t, command(t, "--data-dir", data, "--run-dir", stopped, "--steps", "1", "--batch", "1")); r.Status != 0 {
		t.Fatal(r.Stderr)
	}
	for _, path := range []string{stopped, filepath.Join(stopped, ".lock")} {
		if err := os.Chmod(path, 0o555); err != nil {
			t.Fatal(err)
		}
	}
	run("--data-dir", data, "--run-dir", stopped, "--resume", "--steps", "2").fails(t, 1, "run folder "+stopped+": metrics.jsonl: permission denied", "make it writable")
	r := run("eval", "--data-dir", data, "--run-dir", stopped)
	r.fails(t, 1, "eval.jsonl: permission denied", "make it writable")
	if !strings.HasPrefix(r.Stdout, "After 1 training step(s)") {
		t.Errorf("it does not print what it cannot write: %q", r.Stdout)
	}
	if err := os.Chmod(filepath.Join(data, trainY), 0); err != nil {
		t.Fatal(err)
	}
	run("--data-dir", data).fails(t, 1, trainY+": permission denied", "make the file readable")
	if err := os.Chmod(data, 0); err != nil {
		t.Fatal(err)
	}
	defer os.Chmod(data, 0o755)
	run("--data-dir", data).fails(t, 1, "data folder "+data, "permission denied", "put the four MNIST files there")
}

// A disk without room for the weights.
func TestFullDisk(t *testing.T) {
	disk := t.TempDir()
	r := execute(t, program.SmallDisk(t, disk, "--steps", "2", "--data-dir", digits, "--run-dir", filepath.Join(disk, "run"), "--log-format", "json"))
	last := r.Stderr[strings.LastIndex(strings.TrimSpace(r.Stderr), "\n")+1:]
	if r.Status != 1 || !strings.Contains(last, "no space left on device; make room, or name a folder elsewhere with --run-dir") {
		t.Errorf("status %d, stderr %q", r.Status, r.Stderr)
	}
}

// On a terminal the lines of figures stand above a bar, which goes at the end.
func TestTerminal(t *testing.T) {
	if out, err := exec.Command("script", "--version").CombinedOutput(); err != nil || !bytes.Contains(out, []byte("util-linux")) {
		t.Skip("no script command of util-linux, which makes a terminal")
	}
	cmd := exec.Command("script", "-qec", `"$MNIST" --batch 1 --recipe plain --steps 1500 --data-dir "$DIGITS"`, os.DevNull)
	cmd.Dir, cmd.Env = t.TempDir(), append(command(t).Env, "MNIST="+program.Path, "DIGITS="+digits)
	r := execute(t, cmd)
	if r.Status != 0 {
		t.Fatal(r.Stdout)
	}
	shown := screen(r.Stdout)
	if strings.Contains(shown, "training") {
		t.Errorf("the bar is still there:\n%s", shown)
	}
	if !strings.Contains(r.Stdout, "training") || !strings.Contains(r.Stdout, "/1500, ") {
		t.Errorf("no bar in %q", r.Stdout)
	}
	for _, line := range []string{`step 1000/1500  loss`, `step 1500/1500  loss`, `test accuracy`} {
		if !regexp.MustCompile(`(?m)^` + line).MatchString(shown) {
			t.Errorf("no line begins with %q:\n%s", line, shown)
		}
	}
	for _, line := range strings.Split(shown, "\n") {
		if len(line) > 120 {
			t.Errorf("garbage: %q", line)
		}
	}
}

// screen returns what a terminal shows in the end of output that has carriage
// returns and erases lines, and no other control sequences.
func screen(output string) string {
	var lines []string
	for _, line := range strings.Split(output, "\n") {
		var shown []rune
		at := 0
		line = strings.NewReplacer("\x1b[2K", "\x00", "\x1b[0K", "\x01").Replace(line)
		for _, c := range line {
			switch c {
			case '\r':
				at = 0
			case '\x00':
				shown = []rune(strings.Repeat(" ", len(shown)))
			case '\x01':
				shown = shown[:min(at, len(shown))]
			default:
				for len(shown) <= at {
					shown = append(shown, ' ')
				}
				shown[at] = c
				at++
			}
		}
		lines = append(lines, strings.TrimRight(string(shown), " "))
	}
	return strings.Join(lines, "\n")
}
