package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A run leaves its records, and its model can be measured again and writes.
func TestRun(t *testing.T) {
	r, folder := trained(t, "--epochs", "4")
	lines := strings.Split(strings.TrimSpace(string(read(t, filepath.Join(folder, "metrics.jsonl")))), "\n")
	var first, last, test map[string]any
	for i, m := range []*map[string]any{&first, &last, &test} {
		if err := json.Unmarshal([]byte(lines[[]int{0, len(lines) - 2, len(lines) - 1}[i]]), m); err != nil {
			t.Fatal(err)
		}
	}
	for _, key := range strings.Fields("step epoch time_s train_loss learning_rate examples_per_s valid_loss valid_perplexity train_perplexity") {
		if last[key] == nil {
			t.Errorf("the last line of training has no %s: %v", key, last)
		}
	}
	if test["event"] != "test" || test["step"] != last["step"] {
		t.Errorf("the last line is %v", test)
	}
	// Ten words at first; what can be known leaves about three for a subject, a verb, an object, and one elsewhere.
	if p := first["train_perplexity"].(float64); math.Abs(p-10) > 1 {
		t.Errorf("perplexity %v in the first step, want about 10", p)
	}
	if p := test["test_perplexity"].(float64); !(p < 2.6) || !strings.Contains(r.Stdout, fmt.Sprintf("test perplexity %.3f", p)) {
		t.Errorf("test perplexity %v, and printed: %s", p, r.Stdout)
	}
	if v := strings.Fields(string(read(t, filepath.Join(folder, "vocab.txt")))); len(v) != 10 || v[0] != "<eos>" {
		t.Errorf("the vocabulary is %v", v)
	}

	e := program.Run(t, "eval", "--run-dir", folder, "--test")
	want := fmt.Sprintf("After %v training step(s), validation perplexity = %.3f, test perplexity = %.3f\n", last["step"], last["valid_perplexity"], test["test_perplexity"])
	if e.Status != 0 || e.Stdout != want || e.Stderr != "" {
		t.Errorf("eval prints %q, want %q; %s", e.Stdout, want, e.Stderr)
	}

	g := program.Run(t, "generate", "--run-dir", folder, "--prompt", "the cat", "--words", "30")
	if w := strings.Fields(g.Stdout); g.Status != 0 || len(w) != 32 || w[0] != "the" || w[1] != "cat" || g.Stderr != "" {
		t.Errorf("generate prints %q, %q", g.Stdout, g.Stderr)
	}
	if strings.Contains(g.Stdout, "<") {
		t.Errorf("it writes %q", g.Stdout)
	}
	if again := program.Run(t, "generate", "--run-dir", folder, "--prompt", "the cat", "--words", "30"); again.Stdout != g.Stdout {
		t.Errorf("the same seed gives %q, then %q", g.Stdout, again.Stdout)
	}
	greedy, top := program.Run(t, "generate", "--run-dir", folder, "--temperature", "0"), program.Run(t, "generate", "--run-dir", folder, "--top-k", "1")
	if greedy.Stdout != top.Stdout || len(strings.Fields(greedy.Stdout)) != 50 {
		t.Errorf("temperature 0 gives %q, the likeliest of one %q", greedy.Stdout, top.Stdout)
	}
	if s := program.Run(t, "generate", "--run-dir", folder, "--prompt", "the unicorn", "--words", "3"); s.Status != 0 || !strings.Contains(s.Stderr, "unicorn") {
		t.Errorf("of an unknown word it says %q", s.Stderr)
	}
}

// The same seed and settings give the same bytes, for any number of threads.
func TestSameBytes(t *testing.T) {
	_, a := trained(t, "--steps", "30", "--threads", "1")
	_, b := trained(t, "--steps", "30", "--threads", "3")
	_, c := trained(t, "--steps", "30", "--seed", "2")
	weights := func(dir string) []byte { return read(t, filepath.Join(dir, "model.safetensors")) }
	if !bytes.Equal(weights(a), weights(b)) || bytes.Equal(weights(a), weights(c)) {
		t.Error("weights differ with threads, or do not with seeds")
	}
}

func TestFailures(t *testing.T) {
	_, folder := trained(t, "--steps", "2")
	other := t.TempDir()
	if err := write(other, "<unk>", "unicorn"); err != nil {
		t.Fatal(err)
	}
	empty := t.TempDir()
	for _, name := range []string{"train.txt", "valid.txt", "test.txt"} {
		if err := os.WriteFile(filepath.Join(empty, name), nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		args   string
		status int
		says   []string
	}{
		{"--corpus " + t.TempDir(), 1, []string{"train.txt", "put the three files there"}},
		{"--corpus " + empty, 1, []string{"is empty", "put text into it"}},
		{"--config tiny --batch 5000 --corpus " + corpus, 1, []string{"too few for --batch 5000", "use --batch"}},
		{"--config tiny --corpus " + corpus + " --run-dir " + folder, 1, []string{"already holds a run", "name another with --run-dir"}},
		{"--recipe best", 2, []string{"no recipe called best for classics", "there is plain"}},
		{"--epochs 1 --steps 1", 2, []string{"--epochs and --steps", "give one"}},
		{"--config huge", 2, []string{"huge", "see ptb --help"}},
		{"--data-dir x", 2, []string{"--data-dir is for --corpus ptb", "leave it out"}},
		{"eval --run-dir " + folder + " --corpus " + other, 1, []string{"another vocabulary", "name that corpus with --corpus"}},
		{"eval --run-dir " + t.TempDir(), 1, []string{"no run in", "name the folder of one with --run-dir"}},
		{"generate --run-dir " + folder + " --words 0", 2, []string{"--words must be at least 1", "see ptb --help"}},
	} {
		program.Run(t, strings.Fields(c.args)...).Fails(t, "ptb", c.status, c.says...)
	}
}

func read(t *testing.T, file string) []byte {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// Words are drawn as often as their probabilities say, and not where forbidden.
func TestSampler(t *testing.T) {
	s := sampler{temperature: 2, topK: 3, forbidden: []int{1}, rand: rand.New(rand.NewPCG(1, 2))}
	logits := []float32{2, 9, 0, 4, -3}
	const n = 20_000
	var count [5]int
	for range n {
		count[s.next(logits)]++
	}
	sum := math.Exp(1) + math.Exp(0) + math.Exp(2)
	for i, want := range []float64{math.Exp(1) / sum, 0, math.Exp(0) / sum, math.Exp(2) / sum, 0} {
		if got := float64(count[i]) / n; math.Abs(got-want) > 4*math.Sqrt(want*(1-want)/n) {
			t.Errorf("word %d is drawn in %.4f, want %.4f", i, got, want)
		}
	}
}
