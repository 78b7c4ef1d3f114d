//go:build linux

package examples

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// Ctrl-C ends a program within a step, with one line that says why.
func TestInterrupt(t *testing.T) {
	for name, c := range map[string]struct{ args, first string }{
		"slim":      {"", "step    1  loss "},
		"estimator": {"", "step     1  loss "},
		"keras":     {"-images=1280 -epochs=1000000", "epoch   1  loss "},
		"live":      {"", "epoch: 001 | loss: "},
	} {
		t.Run(name, func(t *testing.T) {
			interrupt(t, name, strings.Fields(c.args), func(shown string) bool { return strings.Contains(shown, c.first) })
		})
	}
}

// On a terminal what lives takes two lines, whatever it showed before.
func TestLive(t *testing.T) {
	const up = "\x1b[2A\x1b[J"
	parts := strings.Split(interrupt(t, "live", nil, func(shown string) bool { return strings.Count(shown, up) >= 3 }), up)
	lines := regexp.MustCompile(`^Training Step: \d+ \| total loss: \d\.\d{5} \| time: \d+\.\d{3}s\n` +
		`\| SGD \| epoch: 001 \| loss: \d\.\d{5} - acc: \d\.\d{4} -- iter: \d{5}/54976\n$`)
	for i, p := range parts[:3] {
		if !lines.MatchString(p) {
			t.Errorf("it shows %q", p)
		}
		if step := "Step: " + strconv.Itoa(25*i+1) + " "; !strings.Contains(p, step) {
			t.Errorf("it shows %q, want %s", p, step)
		}
	}
}

// interrupt runs a program on a terminal, presses Ctrl-C when what it shows is
// enough, and returns what that was.
func interrupt(t *testing.T, name string, args []string, enough func(shown string) bool) string {
	t.Helper()
	keyboard, screen := terminal(t)
	var stderr bytes.Buffer
	cmd := exec.Command(filepath.Join(bin, name), args...)
	cmd.Stdout, cmd.Stderr = screen, &stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer cmd.Process.Kill()
	screen.Close()
	defer time.AfterFunc(5*time.Minute, func() { cmd.Process.Kill() }).Stop()
	var shown []byte
	for pressed, b := false, make([]byte, 1000); ; {
		n, err := keyboard.Read(b)
		shown = append(shown, b[:n]...)
		if err != nil { // the program has ended
			break
		}
		if !pressed && enough(string(shown)) {
			pressed = true
			cmd.Process.Signal(os.Interrupt)
		}
	}
	cmd.Wait()
	if got := cmd.ProcessState.ExitCode(); got != 1 {
		t.Errorf("status %d, want 1", got)
	}
	if got := stderr.String(); !regexp.MustCompile(`^\S+ \S+ interrupt signal received\n$`).MatchString(got) {
		t.Errorf("it says %q", got)
	}
	return strings.ReplaceAll(string(shown), "\r\n", "\n")
}

// terminal returns both ends of a new one.
func terminal(t *testing.T) (keyboard io.ReadCloser, screen *os.File) {
	t.Helper()
	master, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		t.Skipf("no terminal: %v", err)
	}
	t.Cleanup(func() { master.Close() })
	if err := unix.IoctlSetPointerInt(int(master.Fd()), unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	n, err := unix.IoctlGetInt(int(master.Fd()), unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	screen, err = os.OpenFile("/dev/pts/"+strconv.Itoa(n), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	return master, screen
}
