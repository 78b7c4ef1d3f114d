//go:build unix

package clitest

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"syscall"
	"testing"
	"time"
)

// FullPipe returns the end to write to of a pipe that takes no more.
func FullPipe(t *testing.T) *os.File {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close(); w.Close() })
	w.SetWriteDeadline(time.Now().Add(100 * time.Millisecond))
	if _, err := w.Write(make([]byte, 4<<20)); !os.IsTimeout(err) {
		t.Fatalf("the pipe does not fill up: %v", err)
	}
	return w
}

// TwoSignals interrupts cmd, whose standard error must be full, and checks that a
// second signal ends it while it is still busy with telling of the first.
func TwoSignals(t *testing.T, cmd *exec.Cmd) {
	t.Helper()
	cmd.Process.Signal(syscall.SIGINT)
	done := make(chan error)
	go func() { done <- cmd.Wait() }()
	select {
	case <-done:
		t.Fatal("the program ended though it cannot tell of the first signal")
	case <-time.After(300 * time.Millisecond):
	}
	cmd.Process.Signal(syscall.SIGINT)
	select {
	case <-done:
		if got := cmd.ProcessState.ExitCode(); got != 130 {
			t.Errorf("status %d, want 130", got)
		}
	case <-time.After(30 * time.Second):
		t.Error("still running 30 s after the second signal")
	}
}

// Powerless is Command for a user who may not do all, or the test is skipped: root
// runs the program as nobody. Folders of the test are opened to that user, if they
// are given.
func (p Program) Powerless(t *testing.T, folders ...string) func(args ...string) *exec.Cmd {
	t.Helper()
	user := func(args ...string) *exec.Cmd {
		cmd := p.Command(t, args...)
		if os.Getuid() == 0 {
			cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
			for _, dir := range append(folders, cmd.Dir) {
				os.Chmod(filepath.Dir(dir), 0o755)
			}
		}
		return cmd
	}
	if out, err := user("--help").CombinedOutput(); err != nil {
		t.Skipf("nobody cannot run the program: %v %s", err, out)
	}
	return user
}

// SmallDisk is Command with an empty disk of 128 KiB mounted at the folder dir, which
// no other process sees, or the test is skipped.
func (p Program) SmallDisk(t *testing.T, dir string, args ...string) *exec.Cmd {
	t.Helper()
	flags := []string{"--mount"}
	if os.Getuid() != 0 {
		flags = append(flags, "--map-root-user")
	}
	small := func(command ...string) *exec.Cmd {
		cmd := exec.Command("unshare", slices.Concat(flags, []string{"sh", "-c", `mount -t tmpfs -o size=128k tmpfs "$0" && exec "$@"`, dir}, command)...)
		cmd.Env = p.Command(t).Env
		return cmd
	}
	if out, err := small("true").CombinedOutput(); err != nil {
		t.Skipf("no small disk can be mounted: %v %s", err, out)
	}
	return small(append([]string{p.Path}, args...)...)
}
