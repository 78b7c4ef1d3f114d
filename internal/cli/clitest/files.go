package clitest

import (
	"bufio"
	"bytes"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// Write writes files into the folder dir, which it makes.
func Write(dir string, files map[string][]byte) error {
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

// Read returns the content of the file with this path.
func Read(t *testing.T, path ...string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(path...))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// Names lists what a folder holds, in order.
func Names(t *testing.T, dir string) (names []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

// Empty checks that a run that failed left nothing in dir.
func Empty(t *testing.T, dir string) {
	t.Helper()
	if names := Names(t, dir); len(names) > 0 {
		t.Errorf("%s holds %v; want nothing", dir, names)
	}
}

// Objects returns the JSON objects in b, one a line.
func Objects(t *testing.T, b []byte) (lines []map[string]any) {
	t.Helper()
	for s := bufio.NewScanner(bytes.NewReader(b)); s.Scan(); {
		var o map[string]any
		if err := json.Unmarshal(s.Bytes(), &o); err != nil {
			t.Fatalf("%q: %v", s.Text(), err)
		}
		lines = append(lines, o)
	}
	return lines
}

// Keys returns the keys of o, in order.
func Keys(o map[string]any) []string { return slices.Sorted(maps.Keys(o)) }

// Number checks that o[key] is a number in [lo, hi].
func Number(t *testing.T, o map[string]any, key string, lo, hi float64) {
	t.Helper()
	if v, ok := o[key].(float64); !ok || !(lo <= v && v <= hi) {
		t.Errorf("%s is %v, want a number in [%v, %v]", key, o[key], lo, hi)
	}
}
