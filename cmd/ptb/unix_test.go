//go:build unix

package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"github.com/gorgonia-zoo/zoo/internal/cli/clitest"
)

// endless is a training that only a signal ends, and its run folder.
func endless(t *testing.T, args ...string) (cmd *exec.Cmd, folder string) {
	t.Helper()
	folder = filepath.Join(t.TempDir(), "run")
	cmd = program.Command(t, append([]string{"--corpus", corpus, "--config", "tiny", "--run-dir", folder, "--steps", "1000000000"}, args...)...)
	return cmd, folder
}

// A signal ends training; what it learned so far is saved, and can be used.
func TestSignal(t *testing.T) {
	for _, c := range []struct {
		signal syscall.Signal
		status int
	}{{syscall.SIGINT, 130}, {syscall.SIGTERM, 143}} {
		t.Run(c.signal.String(), func(t *testing.T) {
			cmd, folder := endless(t)
			var stderr strings.Builder
			cmd.Stderr = &stderr
			clitest.Start(t, cmd)
			clitest.Await(t, filepath.Join(folder, "metrics.jsonl"))
			cmd.Process.Signal(c.signal)
			cmd.Wait()
			if got := cmd.ProcessState.ExitCode(); got != c.status {
				t.Errorf("status %d, want %d", got, c.status)
			}
			lines := strings.Split(strings.TrimSpace(stderr.String()), "\n")
			want := regexp.MustCompile(`^ptb: interrupted after \d+ of 1000000000 steps; all is saved in ` + regexp.QuoteMeta(folder) + `/checkpoints/step-0\d+\.safetensors, go on with --resume --run-dir ` + regexp.QuoteMeta(folder) + `$`)
			if last := lines[len(lines)-1]; !want.MatchString(last) {
				t.Errorf("stderr ends with %q", last)
			}
			if e := program.Run(t, "eval", "--run-dir", folder); e.Status != 0 || !strings.Contains(e.Stdout, "validation perplexity = ") {
				t.Errorf("eval afterwards: %+v", e)
			}
		})
	}
}

// A second signal ends a program that is still busy with telling of the first.
func TestSecondSignal(t *testing.T) {
	cmd, folder := endless(t, "--log-format", "json")
	cmd.Stderr = clitest.FullPipe(t)
	clitest.Start(t, cmd)
	clitest.Await(t, filepath.Join(folder, "metrics.jsonl"))
	clitest.TwoSignals(t, cmd)
}

// A folder that may not be written, and a file that may not be read. Root may all, so
// it runs the program as nobody.
func TestPermission(t *testing.T) {
	dir := t.TempDir()
	texts, closed := filepath.Join(dir, "texts"), filepath.Join(dir, "closed")
	if err := write(texts, "<unk>"); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(closed, 0o500); err != nil {
		t.Fatal(err)
	}
	user := program.Powerless(t, dir)
	run := func(args ...string) clitest.Result {
		return clitest.Execute(t, user(append([]string{"--corpus", texts, "--config", "tiny"}, args...)...))
	}
	run("--run-dir", filepath.Join(closed, "run")).Fails(t, "ptb", 1, "permission denied", "name one that can be written with --run-dir")
	if err := os.Chmod(filepath.Join(texts, "valid.txt"), 0); err != nil {
		t.Fatal(err)
	}
	run().Fails(t, "ptb", 1, "valid.txt: permission denied", "make the file readable")
}

// A disk without room for the weights.
func TestFullDisk(t *testing.T) {
	disk := t.TempDir()
	r := clitest.Execute(t, program.SmallDisk(t, disk, "--corpus", corpus, "--config", "classics", "--steps", "1", "--run-dir", filepath.Join(disk, "run")))
	last := r.Stderr[strings.LastIndex(strings.TrimSpace(r.Stderr), "\n")+1:]
	if r.Status != 1 || !strings.Contains(last, "no space left on device; make room, or name a folder elsewhere with --run-dir") {
		t.Errorf("status %d, stderr %q", r.Status, r.Stderr)
	}
}
