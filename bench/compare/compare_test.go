package main

import (
	"bytes"
	"encoding/json"
	"io"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gorgonia-zoo/zoo/bench"
)

// The test program is also the zoo's side, for compare starts itself.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == "-serve" {
		main()
		return
	}
	m.Run()
}

// standIn writes a program that stands in for Python: it has every module, and
// answers each command with the given line.
func standIn(t *testing.T, reply string) (file string) {
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

const answer = `{"times_ns": [3000, 1000, 2000], "framework": "F 9", "library": "B 1", "settings": {"A": "b"}, "first_unix_ns": 1}`

func TestCompare(t *testing.T) {
	dir := t.TempDir()
	var out strings.Builder
	err := run(t.Context(), []string{"-peer", "pytorch-debian", "-peer", "jax", "-python", standIn(t, answer), "-environment", dir, "-model", "mlp",
		"-blas", "x", "-blas", "y", "-threads", "1", "-rounds", "2", "-turn", "1ms", "-results", dir, "-name", "r", "-max-ratio", "mlp=1"}, nil, &out, io.Discard)
	if want := "of the time of F 9 with B 1, more than 1.000"; err == nil || !strings.HasSuffix(err.Error(), want) {
		t.Errorf("the peer takes 1 µs, and the error is %v", err)
	}
	for _, want := range []string{
		"\nmlp batch 100  1        zoo ", "pytorch-debian  0.001 (0.002) ", "F 9, B 1 autograd --blas ",
		"\nmlp batch 1  1        zoo ", "pytorch-debian  0.0010 (0.0020) ", "F 9, B 1 eager --blas ", "\nnot compared: jax (JAX): ",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the table has no %q:\n%s", want, &out)
		}
	}
	b, err := os.ReadFile(filepath.Join(dir, "r.json"))
	if err != nil {
		t.Fatal(err)
	}
	var r report
	if err := json.Unmarshal(b, &r); err != nil || len(r.Results) != 1 || len(r.Results[0].Peers) != 1 || len(r.Predictions) != 1 || len(r.Missing) != 1 {
		t.Fatalf("%s: %v", b, err)
	}
	zoo, peer := r.Results[0].Zoo, r.Results[0].Peers[0]
	if peer.Min != 0.001 || peer.Median != 0.002 || peer.Ratio != zoo.Min/peer.Min || peer.Framework != "F 9" || peer.Settings["A"] != "b" || len(peer.Tried) != 2 {
		t.Errorf("%+v", peer)
	}
	if zoo.Min < 0.01 || zoo.Min > zoo.Median || zoo.Startup <= 0 || zoo.Startup > 60 {
		t.Errorf("the zoo's figures are %+v", zoo)
	}
	if p := r.Predictions[0]; p.Batch != 1 || p.Zoo.Min < 0.001 || len(p.Peers) != 1 || len(p.Peers[0].Tried) != 4 || p.Peers[0].Ratio != p.Zoo.Min/0.001 {
		t.Errorf("predictions: %+v", p)
	}
	// The data alone are 15 MiB; a shell takes less than 10.
	if runtime.GOOS == "linux" && (zoo.Peak < 15 || peer.Peak > 10 || peer.MemoryRatio != zoo.Peak/peer.Peak) {
		t.Errorf("peaks of %v and %v MiB, ratio %v", zoo.Peak, peer.Peak, peer.MemoryRatio)
	}
}

func TestJudge(t *testing.T) {
	r := report{
		Results: []result{
			{Model: "mlp", Threads: 2, Peers: []figures{{Framework: "F", Library: "B", Ratio: 0.5, MemoryRatio: 0.9}, {Framework: "G", Ratio: 0.1, MemoryRatio: 0.1}}},
			{Model: "lenet", Peers: []figures{{Ratio: 0.6}}}, {Model: "lenet5"},
		},
		Predictions: []result{{Model: "lenet5", Threads: 2, Peers: []figures{{Framework: "F", Library: "B", Ratio: 0.4}}}},
	}
	for _, c := range []struct{ flag, limit, want string }{
		{"-max-ratio", "mlp=0.5", ""},
		{"-max-ratio", "mlp=0.4", "mlp on 2 threads takes 0.500 of the time of F with B, more than 0.400"},
		{"-max-memory", "mlp=1", ""},
		{"-max-memory", "mlp=0.8", "mlp on 2 threads takes 0.900 of the memory of F with B, more than 0.800"},
		{"-max-memory", "lenet=1", "the memory of lenet cannot be measured on this system"},
		{"-max-ratio", "ptb-tutorial=0.7", "a limit on the time of ptb-tutorial, which is not compared; add -model ptb-tutorial, and install a peer that has it"},
		{"-max-predict", "lenet5=0.4", ""},
		{"-max-predict", "lenet5=0.3", "predicting with lenet5 on 2 threads takes 0.400 of the time of F with B, more than 0.300"},
		{"-max-predict", "mlp=0.3", "a limit on the time of predicting with mlp, which is not compared; add -model mlp, and install a peer that has it"},
		{"-max-ratio", "lenet5=0.7", "a limit on the time of lenet5, which is not compared; add -model lenet5, and install a peer that has it"},
	} {
		o, err := parse([]string{c.flag, c.limit})
		if err != nil {
			t.Fatal(err)
		}
		if err := o.judge(r); c.want == "" && err != nil || c.want != "" && (err == nil || err.Error() != c.want) {
			t.Errorf("%s %s: %v, want %q", c.flag, c.limit, err, c.want)
		}
	}
}

func TestServe(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	for _, side := range []string{"zoo", "gorgonia"} {
		commands := `{"model": "mlp", "batch": 100, "threads": 1, "seconds": 1e-9}
			{"model": "mlp", "batch": 100, "threads": 1, "seconds": 0.05}
			{"model": "mlp", "batch": 7, "threads": 1, "seconds": 1}
			{"model": "vgg", "batch": 1, "threads": 1, "seconds": 1}`
		var out bytes.Buffer
		if err := run(t.Context(), []string{"-serve", side}, strings.NewReader(commands), &out, io.Discard); err != nil {
			t.Fatal(err)
		}
		replies := json.NewDecoder(&out)
		for i, want := range []string{"", "", "mlp with batch 7", `no model called "vgg" is compared; there is mlp, `} {
			var r reply
			if err := replies.Decode(&r); err != nil {
				t.Fatal(err)
			}
			if !strings.HasPrefix(r.Error, want) || (want == "") != (len(r.Times) > 0 && r.First > 0 && r.Loss > 0 && r.Error == "") {
				t.Errorf("%s: reply %d is %+v", side, i, r)
			}
		}
		if err := run(t.Context(), []string{"-serve", side}, strings.NewReader("nonsense"), &out, io.Discard); err == nil {
			t.Error("a command that is not JSON is accepted")
		}
	}
	if _, err := build(t.Context(), "keras", task{Workload: bench.Workloads[0]}, 0); err == nil || !strings.HasSuffix(err.Error(), "there is gorgonia, zoo") {
		t.Errorf("a side called keras: %v", err)
	}
}

// Predictions, of any batch, take turns with steps, and a check of some has logits.
func TestServePredictions(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	commands := `{"model": "mlp", "batch": 7, "threads": 1, "seconds": 0.01, "predict": true}
		{"model": "mlp", "batch": 100, "threads": 1, "seconds": 1e-9}
		{"model": "mlp", "batch": 7, "threads": 1, "check": 1, "predict": true}
		{"model": "ptb-tutorial", "batch": 2, "threads": 1, "check": 1, "predict": true}`
	var out bytes.Buffer
	if err := run(t.Context(), []string{"-serve", "zoo"}, strings.NewReader(commands), &out, io.Discard); err != nil {
		t.Fatal(err)
	}
	replies := json.NewDecoder(&out)
	for i, want := range []struct{ times, trains, logits bool }{{times: true}, {times: true, trains: true}, {logits: true}, {logits: true}} {
		var r reply
		if err := replies.Decode(&r); err != nil || r.Error != "" {
			t.Fatalf("reply %d: %v %s", i, err, r.Error)
		}
		if want.times != (len(r.Times) > 0) || want.trains != (r.Loss > 0) || want.logits != (len(r.Outputs) > 0) {
			t.Errorf("reply %d has %d times, loss %v, %d logits", i, len(r.Times), r.Loss, len(r.Outputs))
		}
		if i == 3 && len(r.Outputs) != 2*35*10_000 {
			t.Errorf("%d logits of two texts of 35 words", len(r.Outputs))
		}
	}
	var r reply
	if err := run(t.Context(), []string{"-serve", "gorgonia"}, strings.NewReader(commands), &out, io.Discard); err != nil {
		t.Fatal(err)
	}
	if err := replies.Decode(&r); err != nil || r.Error != "only training is written in Gorgonia's own operations" {
		t.Errorf("Gorgonia predicts: %+v, %v", r, err)
	}
}

func TestProcessFailures(t *testing.T) {
	o := options{}
	for _, c := range []struct{ reply, want string }{
		{`{"error": "no such model"}`, "pytorch-debian: no such model"},
		{`nonsense`, "reply of pytorch-debian: "},
		{`{}`, "pytorch-debian took no step"},
	} {
		o.python = standIn(t, c.reply)
		cmd, err := peers[0].command(t.Context(), o, 1, candidate{})
		if err != nil {
			t.Fatal(err)
		}
		p, err := start(peers[0].name, cmd, io.Discard)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := p.ask(command{}); err == nil || !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("%v, want %q", err, c.want)
		}
		p.close()
		if _, err := p.ask(command{}); err == nil {
			t.Error("a process that ended answers")
		}
	}
}

// A candidate that fails leaves the others, and a peer of which all fail is left out.
func TestCandidatesThatFail(t *testing.T) {
	var out, progress strings.Builder
	err := run(t.Context(), []string{"-peer", "pytorch-debian", "-python", standIn(t, `{"error": "too old"}`), "-blas", "x", "-model", "mlp",
		"-threads", "1", "-rounds", "1", "-turn", "1ms", "-results", ""}, nil, &out, &progress)
	if err != nil || strings.Contains(out.String(), "pytorch-debian") {
		t.Errorf("%v\n%s", err, &out)
	}
	if want := "mlp, pytorch-debian: nothing that was tried works: pytorch-debian: too old; left out"; !strings.Contains(progress.String(), want) {
		t.Errorf("the progress has no %q:\n%s", want, &progress)
	}
}

func TestMissing(t *testing.T) {
	o, err := parse([]string{"-python", "/nonexistent", "-environment", t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range o.peers {
		if err := p.missing(t.Context(), o); (err == nil) != (p.name == "gorgonia") || p.install == "" && err != nil {
			t.Errorf("%s in an empty folder: %v; %s", p.name, err, p.install)
		}
		for _, task := range o.tasks() {
			if p.has(task) && len(o.candidates(p, task)) == 0 {
				t.Errorf("%s has no way for %s", p.name, task)
			}
		}
	}
}

func TestVariant(t *testing.T) {
	o, err := parse([]string{"-variant", "tensorflow=graph", "-variant", "pytorch=fused"})
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]int{"tensorflow": 2, "pytorch": 1, "jax": 2} {
		p, err := find(name)
		if err != nil {
			t.Fatal(err)
		}
		if cs := o.candidates(p, task{Workload: bench.Workloads[1]}); len(cs) != want {
			t.Errorf("%s tries %v, want %d", name, cs, want)
		}
	}
}

func TestSummarize(t *testing.T) {
	s := &side{times: []time.Duration{4e6, 1e6, 2e6}}
	if s.order(); s.figures.Min != 1 || s.figures.Median != 2 {
		t.Errorf("%+v, want a minimum of 1 ms and a median of 2", s.figures)
	}
}

func TestUsage(t *testing.T) {
	for _, args := range [][]string{
		{"-threads", "0"}, {"-threads", "x"}, {"-rounds", "0"}, {"-turn", "0s"}, {"-nonsense"}, {"-model", "vgg"}, {"-peer", "caffe"},
		{"-variant", "jax"}, {"-variant", "caffe=x"}, {"-max-ratio", "mlp"}, {"-max-ratio", "mlp=-1"}, {"-max-memory", "vgg=1"},
		{"-max-predict", "vgg=1"}, {"-task", "test"}, {"-batch", "0"},
	} {
		if _, err := parse(args); err == nil {
			t.Errorf("%v is accepted", args)
		}
	}
	if o, err := parse([]string{"-quick"}); err != nil || o.rounds != 2 || o.turn != 200*time.Millisecond || len(o.threads) != 2 {
		t.Errorf("-quick: %+v, %v", o, err)
	}
}

// The numbers of peer.py, by numpy.
func TestUniform(t *testing.T) {
	if got, want := uniform(3, 3), []float32{0.7090937495231628, 0.2363908886909485, 0.7005617618560791}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	if got := below(10, []float32{0, 0.55, 0.999}); !slices.Equal(got, []int{0, 5, 9}) {
		t.Errorf("%v below 10", got)
	}
}

func TestAgree(t *testing.T) {
	losses, logits := reply{Losses: []float64{2.3, 2.2}, Average: 1}, reply{Outputs: []float32{4, -0.5}}
	for _, c := range []struct {
		got, zoo reply
		want     string
	}{
		{reply{Losses: []float64{2.3, 2.20001}, Average: 1.000005}, losses, ""},
		{reply{Losses: []float64{2.3, 2.21}, Average: 1}, losses, "loss 2 is 2.21, the zoo's 2.2"},
		{reply{Losses: []float64{2.3, math.NaN()}, Average: 1}, losses, "loss 2 is NaN, the zoo's 2.2"},
		{reply{Losses: []float64{2.3, 2.2}}, losses, "the averages' mean magnitude is 0, the zoo's 1"},
		{reply{Outputs: []float32{4.00001, -0.49999}}, logits, ""},
		{reply{Outputs: []float32{4, -0.4999}}, logits, "logit 2 is -0.4999, the zoo's -0.5"},
		{reply{Outputs: []float32{4, -0.5, 0}}, logits, "it predicts 3 logits, the zoo 2"},
	} {
		if err := agree(c.got, c.zoo); c.want == "" && err != nil || c.want != "" && (err == nil || err.Error() != c.want) {
			t.Errorf("%v: %v, want %q", c.got, err, c.want)
		}
	}
}

func TestCheck(t *testing.T) {
	var out strings.Builder
	err := run(t.Context(), []string{"-check", "-model", "mlp", "-threads", "1", "-peer", "gorgonia", "-peer", "pytorch-debian", "-blas", "x",
		"-python", standIn(t, `{"losses": [1, 1, 1], "outputs": [0]}`)}, nil, &out, io.Discard)
	if err == nil || err.Error() != "3 of the peers' ways do not agree with the zoo" {
		t.Errorf("one to train of three is wrong, and two to predict, and the error is %v", err)
	}
	for _, want := range []string{
		"mlp gorgonia : agrees\n", "mlp gorgonia GOGC=400: agrees\n", "mlp pytorch-debian autograd --blas x: loss 1 is 1, the zoo's 2.3",
		"mlp, prediction of 1 zoo: 10 logits of magnitude 0.433341 or less\n", // PyTorch's largest is 0.43334
		"mlp, prediction of 1 pytorch-debian jit --blas x: it predicts 1 logits, the zoo 10\n",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in\n%s", want, &out)
		}
	}
}
