package text

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// write writes files into dir, under their names, and returns dir.
func write(t testing.TB, dir string, files map[string]string) string {
	t.Helper()
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// corpus returns the three files of a corpus.
func corpus(train, valid, test string) map[string]string {
	return map[string]string{"train.txt": train, "valid.txt": valid, "test.txt": test}
}

func open(t testing.TB, files map[string]string) *Corpus {
	t.Helper()
	c, err := Open(write(t, t.TempDir(), files))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// spell puts ids back into words.
func spell(c *Corpus, ids []int) string {
	words := make([]string, len(ids))
	for i, id := range ids {
		words[i] = c.Vocab.Word(id)
	}
	return strings.Join(words, " ")
}

// says checks that err is one line with a remedy and all the parts in it.
func says(t testing.TB, err error, parts ...string) {
	t.Helper()
	if err == nil {
		t.Errorf("no error, want one that says %q", parts)
		return
	}
	for _, part := range append(parts, "; ") {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("%q does not say %q", err, part)
		}
	}
	if strings.Contains(err.Error(), "\n") {
		t.Errorf("%q has several lines", err)
	}
}

// ptbDir returns the folder with the Penn Treebank, which may not be part of
// this repository, or skips the test.
func ptbDir(t testing.TB) string {
	t.Helper()
	dir := os.Getenv("ZOO_PTB_DIR")
	if dir == "" {
		const why = "no Penn Treebank; name the folder that holds ptb.train.txt, ptb.valid.txt and ptb.test.txt with ZOO_PTB_DIR"
		if os.Getenv("ZOO_CI") == "1" {
			t.Fatal(why)
		}
		t.Skip(why)
	}
	return dir
}
