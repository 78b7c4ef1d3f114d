package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gorgonia-zoo/zoo/internal/cli/clitest"
)

// texts writes the three files of a corpus.
func texts(t *testing.T, train, valid, test string) (dir string) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "texts")
	if err := clitest.Write(dir, map[string][]byte{"train.txt": []byte(train), "valid.txt": []byte(valid), "test.txt": []byte(test)}); err != nil {
		t.Fatal(err)
	}
	return dir
}

// Lines that end as on Windows, a byte order mark, and one giant line are texts like
// others: they simply work.
func TestOddTexts(t *testing.T) {
	const line = "a cat sees the <unk>"
	unix := strings.Repeat(line+"\n", 60)
	train := func(dir string) (words, perplexity string) {
		r := program.Run(t, "--corpus", dir, "--config", "tiny", "--steps", "5", "--run-dir", filepath.Join(t.TempDir(), "run"))
		if r.Status != 0 {
			t.Fatal(r.Stderr)
		}
		_, perplexity, _ = strings.Cut(r.Stdout, "test perplexity ")
		words, _, _ = strings.Cut(r.Stdout, "\n")
		return words, strings.Fields(perplexity)[0]
	}
	words, perplexity := train(texts(t, unix, unix, unix))
	windows := "\ufeff" + strings.ReplaceAll(unix, "\n", "\r\n")
	if w, p := train(texts(t, windows, windows, windows)); w != words || p != perplexity {
		t.Errorf("as on Windows: %s and perplexity %s, want %s and %s", w, p, words, perplexity)
	}
	giant := strings.Repeat(line+" ", 100_000)
	if w, _ := train(texts(t, giant, unix[:len(line)], giant[:len(line)*40])); w != "tiny, 500000 words to learn from, 5 different" {
		t.Errorf("a giant line is %s", w)
	}
}

func TestBadTexts(t *testing.T) {
	const good = "a b <unk>\nb a b a\n"
	for name, c := range map[string]struct {
		dir  string
		says []string
	}{
		"binary":     {texts(t, good, "a b\x00", good), []string{"valid.txt: is not text: byte 3 is 0x00", "save it as plain text in UTF-8"}},
		"empty":      {texts(t, good, good, ""), []string{"test.txt: is empty", "put text into it"}},
		"unknown":    {texts(t, "a b\na b\n", "a c\n", good), []string{`valid.txt, line 1: "c" is not in train.txt`, "write <unk> for rare words"}},
		"few words":  {texts(t, good, good, good), []string{"the training text has 9 words, too few for --batch 4, of 6 words each", "use --batch 1"}},
		"no folder":  {filepath.Join(t.TempDir(), "nowhere"), []string{"there is no folder", "name classics, ptb, or a folder"}},
		"some files": {filepath.Dir(texts(t, good, good, good)), []string{"has neither train.txt", "put the three files there"}},
	} {
		t.Run(name, func(t *testing.T) {
			cmd := program.Command(t, "--corpus", c.dir, "--config", "tiny")
			clitest.Execute(t, cmd).Fails(t, "ptb", 1, c.says...)
			clitest.Empty(t, cmd.Dir)
		})
	}
}

// What is left of a run when files were damaged or exchanged.
func TestDamagedRuns(t *testing.T) {
	_, folder := trained(t, "--steps", "2")
	weights := clitest.Read(t, folder, "model.safetensors")
	nan := bytes.Clone(weights)
	copy(nan[len(nan)-4:], "\x00\x00\xc0\x7f")
	for name, c := range map[string]struct {
		file    string
		content []byte // nil: none
		says    []string
	}{
		"no weights":           {"model.safetensors", nil, []string{"model.safetensors: no such file", "let training end"}},
		"half the weights":     {"model.safetensors", weights[:len(weights)/2], []string{"model.safetensors: ", "restore the file, or train again"}},
		"other weights":        {"model.safetensors", append([]byte("x"), weights...), []string{"model.safetensors: ", "restore the file, or train again"}},
		"weights not a number": {"model.safetensors", nan, []string{"is not finite", "restore the file, or train again"}},
		"no vocabulary":        {"vocab.txt", nil, []string{"vocab.txt: no such file", "train again"}},
		"another word":         {"vocab.txt", bytes.Replace(clitest.Read(t, folder, "vocab.txt"), []byte("cat"), []byte("cow"), 1), []string{"is not the vocabulary that the run was trained with", "restore the file"}},
		"one word twice":       {"vocab.txt", []byte("a\na\n"), []string{`line 2 repeats "a" of line 1`, "give one word a line"}},
		"settings of mnist":    {"config.json", []byte(`{"command":"mnist train"}`), []string{"its settings are not those of a run of ptb", "name the folder of one"}},
		"no settings":          {"config.json", []byte("{"), []string{"its settings are not those of a run of ptb", "name the folder of one"}},
	} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "run")
			if err := os.CopyFS(dir, os.DirFS(folder)); err != nil {
				t.Fatal(err)
			}
			file := filepath.Join(dir, c.file)
			if err := os.Remove(file); err != nil {
				t.Fatal(err)
			}
			if c.content != nil {
				if err := os.WriteFile(file, c.content, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			program.Run(t, "generate", "--run-dir", dir).Fails(t, "ptb", 1, c.says...)
		})
	}
}

// Words that the model does not know are told of, on standard error, and it goes on.
func TestUnknownPrompt(t *testing.T) {
	_, folder := trained(t, "--steps", "2")
	r := program.Run(t, "generate", "--run-dir", folder, "--prompt", "xyzzy plugh xyzzy", "--words", "2")
	if r.Status != 0 || r.Stderr != "not in the vocabulary, so unknown to the model: xyzzy, plugh\n" || !strings.HasPrefix(r.Stdout, "xyzzy plugh xyzzy") {
		t.Errorf("%+v", r)
	}
	lines := texts(t, "a b a b a b a b a b", "a b", "b a") // no <unk>, and no end of a line
	folder = filepath.Join(t.TempDir(), "run")
	if r := program.Run(t, "--corpus", lines, "--config", "tiny", "--batch", "1", "--steps", "1", "--run-dir", folder); r.Status != 0 {
		t.Fatal(r.Stderr)
	}
	program.Run(t, "generate", "--run-dir", folder, "--prompt", "xyzzy").Fails(t, "ptb", 1, "the model knows no word of the prompt", "give a --prompt with words of")
}
