package cli

import (
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/pkg/errors"
)

// Of several runs that want one folder, one gets it.
func TestRace(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a", "run")
	var wg sync.WaitGroup
	errs := make([]error, 8)
	for i := range errs {
		wg.Go(func() { _, errs[i] = CreateRun(dir, "x", struct{}{}) })
	}
	wg.Wait()
	won := 0
	for _, err := range errs {
		if err == nil {
			won++
		} else if !strings.Contains(err.Error(), "already holds a run; name another with --run-dir") {
			t.Error(err)
		}
	}
	if won != 1 {
		t.Errorf("%d runs have the folder, want 1", won)
	}
	if names := list(t, dir); names != ".lock config.json metrics.jsonl" {
		t.Errorf("the folder holds %s", names)
	}
}

func TestDefaultRace(t *testing.T) {
	t.Chdir(t.TempDir())
	var wg sync.WaitGroup
	dirs := make([]string, 8)
	for i := range dirs {
		wg.Go(func() {
			if f, err := CreateRun("", "x", struct{}{}); err != nil {
				t.Error(err)
			} else {
				dirs[i] = f.Dir
				f.Close()
			}
		})
	}
	wg.Wait()
	seen := map[string]bool{}
	for _, dir := range dirs {
		seen[dir] = true
	}
	if len(seen) != len(dirs) {
		t.Errorf("%d runs share the folders %q", len(dirs), dirs)
	}
}

// A folder with a file that the run would write is refused and stays as it was.
func TestHoldsRun(t *testing.T) {
	for _, name := range []string{ConfigFile, MetricsFile, WeightsFile} {
		dir := t.TempDir()
		if err := write(dir, map[string][]byte{name: []byte("precious")}); err != nil {
			t.Fatal(err)
		}
		if _, err := CreateRun(dir, "x", struct{}{}); err == nil || !strings.Contains(err.Error(), "already holds a run") {
			t.Errorf("%s: %v", name, err)
		}
		if names := list(t, dir); names != name || string(read(t, dir, name)) != "precious" {
			t.Errorf("%s: the folder now holds %s", name, names)
		}
	}
}

func TestDiscard(t *testing.T) {
	dir := t.TempDir()
	for path, want := range map[string]string{dir: "notes.txt", filepath.Join(dir, "new"): ""} {
		if want != "" {
			write(path, map[string][]byte{want: nil})
		}
		f, err := CreateRun(path, "x", struct{}{})
		if err != nil {
			t.Fatal(err)
		}
		f.Discard()
		if _, err := os.Stat(path); want == "" && !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s is still there: %v", path, err)
		} else if want != "" && !strings.Contains(list(t, path), want) {
			t.Errorf("%s holds %s", path, list(t, path))
		}
	}
}

// write makes the folder dir with the given files.
func write(dir string, files map[string][]byte) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	for name, b := range files {
		if err := os.WriteFile(filepath.Join(dir, name), b, 0o644); err != nil {
			return err
		}
	}
	return nil
}

func read(t *testing.T, dir, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func list(t *testing.T, dir string) string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return strings.Join(names, " ")
}

// A file that the folder had before belongs to another run.
func TestWriteTaken(t *testing.T) {
	dir := t.TempDir()
	write(dir, map[string][]byte{"vocab.txt": []byte("precious")})
	f, err := CreateRun(dir, "x", struct{}{})
	if err != nil {
		t.Fatal(err)
	}
	err = f.Write("vocab.txt", func(*os.File) error { return errors.New("written") })
	if err == nil || !strings.Contains(err.Error(), "already holds a run; name another with --run-dir") {
		t.Error(err)
	}
	f.Discard()
	if names := list(t, dir); names != "vocab.txt" || string(read(t, dir, "vocab.txt")) != "precious" {
		t.Errorf("the folder now holds %s", names)
	}
}
