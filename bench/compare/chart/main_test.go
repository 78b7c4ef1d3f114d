package main

import (
	"image/png"
	"os"
	"path/filepath"
	"testing"
)

const example = `{"results": [
	{"model": "mlp", "threads": 1, "zoo": {"peer": "zoo", "framework": "zoo", "min_ms": 1}, "peers": [
		{"peer": "a", "framework": "A 1", "min_ms": 2}, {"peer": "b", "framework": "B 2", "min_ms": 30}]},
	{"model": "lenet", "threads": 2, "zoo": {"peer": "zoo", "framework": "zoo", "min_ms": 10}, "peers": [{"peer": "a", "framework": "A 1", "min_ms": 25}]}]}`

// Two panels, one for what has one size, and one whose other curve is empty.
const growth = `{"curves": [
	{"model": "a", "of": "batch", "points": [{"size": 1, "ms": 0.1}, {"size": 4, "ms": 0.2}]}, {"model": "b", "of": "batch", "points": null},
	{"model": "a", "of": "threads", "points": [{"size": 1, "ms": 3}]}]}`

func TestRun(t *testing.T) {
	dir := t.TempDir()
	in, out := filepath.Join(dir, "r.json"), filepath.Join(dir, "r.png")
	for _, c := range []struct {
		report string
		ok     bool
	}{
		{example, true}, {growth, true}, {`{"results": []}`, false}, {"nonsense", false},
		{`{"curves": [{"model": "a", "of": "batch", "points": [{"size": 1, "ms": 0}]}]}`, false},
		{`{"curves": [{"model": "a", "of": "batch", "points": []}]}`, false},
	} {
		if err := os.WriteFile(in, []byte(c.report), 0o644); err != nil {
			t.Fatal(err)
		}
		os.Remove(out)
		if err := run([]string{in, out}); (err == nil) != c.ok {
			t.Errorf("%s: %v", c.report, err)
		}
		if !c.ok {
			continue
		}
		f, err := os.Open(out)
		if err != nil {
			t.Fatal(err)
		}
		if m, err := png.Decode(f); err != nil || m.Bounds().Dx() < 300 {
			t.Errorf("the picture of %s: %v", c.report, err)
		}
		f.Close()
	}
	if run([]string{in}) == nil || run([]string{filepath.Join(dir, "none"), out}) == nil {
		t.Error("a missing file is no error")
	}
}
