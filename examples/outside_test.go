package examples

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// A module of a user's own that requires the zoo: 30 lines build a model from
// layers, train it, and predict one image and then a thousand.
func TestOutside(t *testing.T) {
	root, err := filepath.Abs("..")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	program := copyFile(t, dir, "testdata/outside/main.go")
	copyFile(t, dir, "../go.sum")
	// The user's go.mod as `go mod tidy` leaves it: the zoo and all that it requires.
	copyFile(t, dir, "../go.mod")
	const zoo = "github.com/gorgonia-zoo/zoo"
	command(t, dir, "mod", "edit", "-module=example.com/outside", "-require="+zoo+"@v0.0.0", "-replace="+zoo+"="+root)

	lines := 0
	for line := range strings.Lines(program) {
		if strings.TrimSpace(line) != "" {
			lines++
		}
	}
	if lines > 30 {
		t.Errorf("the program has %d lines that are not blank, want 30 at most", lines)
	}

	out := strings.Split(strings.TrimSpace(command(t, dir, "run", ".")), "\n")
	if len(out) != 2 {
		t.Fatalf("it printed %q, want two lines", out)
	}
	one, isOne := strings.CutPrefix(out[0], "(1, 10) ")
	thousand, isThousand := strings.CutPrefix(out[1], "(1000, 10) ")
	if !isOne || !isThousand {
		t.Fatalf("the predictions are %q; want them of shape (1, 10) and (1000, 10)", out)
	}
	if one != thousand {
		t.Errorf("the first image is %s alone and %s among a thousand", one, thousand)
	}
	var y [10]float64
	p := make([]any, len(y))
	for i := range y {
		p[i] = &y[i]
	}
	if _, err := fmt.Sscan(strings.Trim(one, "[]"), p...); err != nil {
		t.Fatal(err)
	}
	for i, v := range y[1:] {
		if !(v < y[0]) {
			t.Errorf("the first image, of class 0, has the logits %v: class %d is not below it", y, i+1)
		}
	}
}

// copyFile copies a file into dir and returns its text.
func copyFile(t *testing.T, dir, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, filepath.Base(file)), text, 0o644); err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// command runs the go command in dir, without a network, and returns what it prints.
func command(t *testing.T, dir string, args ...string) string {
	t.Helper()
	cmd := exec.Command("go", args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOPROXY=off", "GOWORK=off", "GOFLAGS=-mod=mod")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("go %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return string(out)
}
