package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
)

// The test program is also the zoo's side, for compare starts itself.
func TestMain(m *testing.M) {
	if slices.Equal(os.Args[1:], []string{"-serve"}) {
		main()
		return
	}
	m.Run()
}

// python writes a program that stands in for Python: it finds PyTorch, and then
// answers each command with the given line.
func python(t *testing.T, reply string) (file string) {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("the stand-in for Python is a shell script")
	}
	file = filepath.Join(t.TempDir(), "python")
	script := "#!/bin/sh\n[ \"$1\" = -c ] && exit 0\nwhile read -r line; do echo '" + reply + "'; done\n"
	if err := os.WriteFile(file, []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	return file
}

const answer = `{"times_ns": [3000, 1000, 2000], "torch": "9", "blas": "B 1 2", "settings": {"A": "b"}}`

func TestCompare(t *testing.T) {
	file := filepath.Join(t.TempDir(), "results.json")
	var out strings.Builder
	err := run(t.Context(), []string{"-python", python(t, answer), "-model", "mlp", "-blas", "x", "-threads", "1",
		"-rounds", "2", "-turn", "1ms", "-json", file, "-max-ratio", "mlp=1"}, nil, &out)
	if want := "of PyTorch's time with B 1, more than 1.000"; err == nil || !strings.HasSuffix(err.Error(), want) {
		t.Errorf("PyTorch takes 1 µs, and the error is %v", err)
	}
	if !strings.Contains(out.String(), "\nmlp batch 100  1 ") {
		t.Errorf("the table is\n%s", &out)
	}
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var results []result
	if err := json.Unmarshal(b, &results); err != nil || len(results) != 1 {
		t.Fatalf("%s: %v", b, err)
	}
	r := results[0]
	if r.PyTorch.Min != 0.001 || r.PyTorch.Median != 0.002 || r.Ratio != r.Zoo.Min/r.PyTorch.Min || r.Torch != "9" || r.Settings["A"] != "b" {
		t.Errorf("%+v", r)
	}
	if r.Zoo.Min < 0.01 || r.Zoo.Min > r.Zoo.Median {
		t.Errorf("the zoo takes %v ms at least, %v in the middle", r.Zoo.Min, r.Zoo.Median)
	}
	// The data alone are 15 MiB; a shell takes less than 10.
	if runtime.GOOS == "linux" && (r.Zoo.Peak < 15 || r.PyTorch.Peak > 10 || r.MemoryRatio != r.Zoo.Peak/r.PyTorch.Peak) {
		t.Errorf("peaks of %v and %v MiB, ratio %v", r.Zoo.Peak, r.PyTorch.Peak, r.MemoryRatio)
	}
}

func TestJudge(t *testing.T) {
	results := []result{{Model: "mlp", Ratio: 0.5, MemoryRatio: 0.9, BLAS: "B 1"}, {Model: "lenet", Ratio: 0.6}}
	for _, c := range []struct{ flag, limit, want string }{
		{"-max-ratio", "mlp=0.5", ""},
		{"-max-ratio", "mlp=0.4", "mlp takes 0.500 of PyTorch's time with B 1, more than 0.400"},
		{"-max-memory", "mlp=1", ""},
		{"-max-memory", "mlp=0.8", "mlp takes 0.900 of PyTorch's memory with B 1, more than 0.800"},
		{"-max-memory", "lenet=1", "the memory of lenet cannot be measured on this system"},
		{"-max-ratio", "ptb-tutorial=0.7", "a limit on the time of ptb-tutorial, which is not compared; add -model ptb-tutorial"},
	} {
		o, err := parse([]string{c.flag, c.limit})
		if err != nil {
			t.Fatal(err)
		}
		if err := o.judge(results); c.want == "" && err != nil || c.want != "" && (err == nil || err.Error() != c.want) {
			t.Errorf("%s %s: %v, want %q", c.flag, c.limit, err, c.want)
		}
	}
}

func TestServe(t *testing.T) {
	commands := `{"model": "mlp", "batch": 100, "threads": 1, "seconds": 1e-9}
		{"model": "mlp", "batch": 100, "threads": 1, "seconds": 0.05}
		{"model": "mlp", "batch": 7, "threads": 1, "seconds": 1}
		{"model": "vgg", "batch": 1, "threads": 1, "seconds": 1}`
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	var out bytes.Buffer
	if err := run(t.Context(), []string{"-serve"}, strings.NewReader(commands), &out); err != nil {
		t.Fatal(err)
	}
	replies := json.NewDecoder(&out)
	for i, want := range []string{"", "", "mlp with batch 7", `no model called "vgg" is compared; there is mlp, `} {
		var r reply
		if err := replies.Decode(&r); err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(r.Error, want) || (want == "") != (len(r.Times) > 0 && r.Error == "") {
			t.Errorf("reply %d is %+v", i, r)
		}
	}
	if err := run(t.Context(), []string{"-serve"}, strings.NewReader("nonsense"), &out); err == nil {
		t.Error("a command that is not JSON is accepted")
	}
}

func TestPeerFailures(t *testing.T) {
	for _, c := range []struct{ reply, want string }{
		{`{"error": "no such model"}`, "PyTorch: no such model"},
		{`nonsense`, "reply of PyTorch: "},
		{`{}`, "PyTorch took no step"},
	} {
		p, err := startTorch(t.Context(), options{python: python(t, c.reply)}, "")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := p.steps(command{}); err == nil || !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("%v, want %q", err, c.want)
		}
		p.close()
		if _, err := p.steps(command{}); err == nil {
			t.Error("a process that ended answers")
		}
	}
	if err := run(t.Context(), []string{"-python", "/nonexistent"}, nil, &bytes.Buffer{}); err == nil || !strings.Contains(err.Error(), "; install it") {
		t.Errorf("without Python: %v", err)
	}
}

func TestSummarize(t *testing.T) {
	got := summarize([]time.Duration{4e6, 1e6, 2e6})
	if got != (figures{Min: 1, Median: 2}) {
		t.Errorf("%+v, want a minimum of 1 ms and a median of 2", got)
	}
}

func TestUsage(t *testing.T) {
	for _, args := range [][]string{
		{"-threads", "0"}, {"-rounds", "0"}, {"-turn", "0s"}, {"-nonsense"}, {"-model", "vgg"},
		{"-max-ratio", "mlp"}, {"-max-ratio", "mlp=-1"}, {"-max-memory", "vgg=1"},
	} {
		if _, err := parse(args); err == nil {
			t.Errorf("%v is accepted", args)
		}
	}
}
