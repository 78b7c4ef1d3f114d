package main

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// Both courses from files to table: the zoo takes two steps of each, and a stand-in
// says that the peer has.
func TestEpochs(t *testing.T) {
	dir := t.TempDir()
	write := func(name string, b []byte) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), b, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for part, n := range map[string]int{"train": 300, "t10k": 100} {
		header := func(shape ...uint32) (b []byte) {
			b = binary.BigEndian.AppendUint32(b, uint32(0x0800+len(shape)))
			for _, d := range shape {
				b = binary.BigEndian.AppendUint32(b, d)
			}
			return b
		}
		write(part+"-images-idx3-ubyte", append(header(uint32(n), 28, 28), bytes.Repeat([]byte{0, 50, 255, 7}, n*28*7)...))
		write(part+"-labels-idx1-ubyte", append(header(uint32(n)), bytes.Repeat([]byte{7}, n)...))
	}
	t.Setenv("ZOO_DATA", dir)
	text := []byte(strings.Repeat("the cat sat on the mat\n", 300))
	for _, name := range []string{"ptb.train.txt", "ptb.valid.txt", "ptb.test.txt"} {
		write(name, text)
	}
	python := standIn(t, `{"times_ns": [1], "steps": 2, "wall_s": 1000, "score": 7.5, "framework": "F 9", "library": "B 1"}`)
	var out strings.Builder
	err := run(t.Context(), []string{"-epochs", "-steps", "2", "-threads", "1", "-data-dir", dir, "-peer", "pytorch-debian", "-peer", "gorgonia", "-python", python,
		"-blas", "x", "-turn", "1ms", "-results", dir, "-name", "e"}, nil, &out, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(filepath.Join(dir, "e.json"))
	if err != nil {
		t.Fatal(err)
	}
	var r report
	if err := json.Unmarshal(b, &r); err != nil || len(r.Epochs) != 2 {
		t.Fatalf("%s: %v", b, err)
	}
	for _, c := range r.Epochs {
		if c.Steps != 2 || c.Threads != 1 || len(c.Sides) != 2 {
			t.Fatalf("%+v", c)
		}
		zoo, peer := c.Sides[0], c.Sides[1]
		if zoo.Wall <= 0 || zoo.Ratio != 0 || peer.Ratio != zoo.Wall/1000 || peer.Score != 7.5 || peer.Best.Variant != "autograd" {
			t.Errorf("%s: %+v", c.Model, c.Sides)
		}
		// All digits are sevens, and the text's words are a few of 10,000.
		if ok := c.Model == "lenet" && zoo.Score >= 0 && zoo.Score <= 1 || c.Model == "ptb-tutorial" && zoo.Score > 1 && zoo.Score < 11_000; !ok {
			t.Errorf("%s: %s %v", c.Model, c.Metric, zoo.Score)
		}
	}
	for _, want := range []string{"\nlenet, epochs: 10, steps: 2        1        zoo ", "\nptb-tutorial, epochs: 1, steps: 2  1        zoo ", "validation perplexity 7.5"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the table has no %q:\n%s", want, &out)
		}
	}
}

func TestEpochsUsage(t *testing.T) {
	for _, args := range [][]string{
		{"-epochs", "-model", "mlp"}, {"-epochs", "-steps", "-1"}, {"-steps", "1"}, {"-data-dir", "x"}, {"-epochs", "-check"}, {"-epochs", "-max-ratio", "lenet=1"},
	} {
		if _, err := parse(args); err == nil {
			t.Errorf("%v is accepted", args)
		}
	}
	o, err := parse([]string{"-epochs"})
	if err != nil || len(o.workloads) != len(courses) || len(o.threads) != 1 || !strings.HasSuffix(o.name, "-epochs") {
		t.Errorf("-epochs: %+v, %v", o, err)
	}
}

// What cannot be learned, and from where it cannot.
func TestLearnFailures(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	var out bytes.Buffer
	for side, want := range map[string]string{"zoo": "no epochs of mlp are compared; there are those of lenet, ptb-tutorial", "gorgonia": "gorgonia learns no whole epochs"} {
		if err := run(t.Context(), []string{"-serve", side}, strings.NewReader(`{"model": "mlp", "batch": 100, "threads": 1, "epochs": 1}`), &out, io.Discard); err != nil {
			t.Fatal(err)
		}
		var r reply
		if err := json.NewDecoder(&out).Decode(&r); err != nil || r.Error != want {
			t.Errorf("%s: %q, %v, want %q", side, r.Error, err, want)
		}
	}
	for _, c := range courses {
		if _, err := c.begin(taught()[0], t.TempDir(), 1); err == nil {
			t.Errorf("%s is learned from an empty folder", c.model)
		}
	}
}
