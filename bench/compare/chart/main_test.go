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

func TestRun(t *testing.T) {
	dir := t.TempDir()
	in, out := filepath.Join(dir, "r.json"), filepath.Join(dir, "r.png")
	for _, c := range []struct {
		report string
		ok     bool
	}{{example, true}, {`{"results": []}`, false}, {"nonsense", false}} {
		if err := os.WriteFile(in, []byte(c.report), 0o644); err != nil {
			t.Fatal(err)
		}
		if err := run([]string{in, out}); (err == nil) != c.ok {
			t.Errorf("%s: %v", c.report, err)
		}
	}
	f, err := os.Open(out)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if m, err := png.Decode(f); err != nil || m.Bounds().Dx() < 300 {
		t.Errorf("the picture: %v", err)
	}
	if run([]string{in}) == nil || run([]string{filepath.Join(dir, "none"), out}) == nil {
		t.Error("a missing file is no error")
	}
}
