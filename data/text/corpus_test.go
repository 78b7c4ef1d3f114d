package text

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestOpen(t *testing.T) {
	c := open(t, corpus("b a\n<unk> b\n", "a c\n", "zz\nb"))
	if got := c.Vocab.words; strings.Join(got, " ") != "<eos> b <unk> a" {
		t.Errorf("vocabulary %q", got)
	}
	for _, s := range []struct {
		ids  []int
		want string
	}{
		{c.Train, "b a <eos> <unk> b <eos>"},
		{c.Valid, "a <unk> <eos>"}, // words outside the vocabulary
		{c.Test, "<unk> <eos> b"},
	} {
		if got := spell(c, s.ids); got != s.want {
			t.Errorf("got %q, want %q", got, s.want)
		}
	}
}

// All the ways to write the same text give the same words.
func TestOpenForms(t *testing.T) {
	want := "a b <eos> b c <eos>"
	for name, text := range map[string]string{
		"plain":    "a b\nb c\n",
		"Windows":  "a b\r\nb c\r\n",
		"treebank": " a b \n b c \n",
		"mark":     "\ufeffa b\nb c\n",
	} {
		c := open(t, map[string]string{"ptb.train.txt": text, "ptb.valid.txt": text, "ptb.test.txt": text})
		for _, ids := range [][]int{c.Train, c.Valid, c.Test} {
			if got := spell(c, ids); got != want {
				t.Errorf("%s: got %q, want %q", name, got, want)
			}
		}
	}
	long := strings.Repeat("tick tock ", 1<<18)
	if c := open(t, corpus(long, long, long)); len(c.Train) != 1<<19 || c.Vocab.Len() != 2 {
		t.Errorf("one long line has %d words of %d", len(c.Train), c.Vocab.Len())
	}
}

func TestOpenOrigin(t *testing.T) {
	files := corpus("a a", "a a", "a a")
	files["ptb.train.txt"] = "other files lie there, too"
	dir := write(t, t.TempDir(), files)
	c, err := Open(dir)
	if err != nil || c.Origin != dir || len(c.Train) != 2 {
		t.Errorf("got %+v, %v", c, err)
	}
}

func TestFolderErrors(t *testing.T) {
	missing := filepath.Join(t.TempDir(), "missing")
	_, err := Open(missing)
	says(t, err, "corpus folder "+missing+": no such folder; put the three files there, or name another folder")

	file := filepath.Join(write(t, t.TempDir(), map[string]string{"file": "x"}), "file")
	_, err = Open(file)
	says(t, err, "corpus folder "+file+": is a file, not a folder; ")
	_, err = Open(filepath.Join(file, "below"))
	says(t, err, "corpus folder "+filepath.Join(file, "below")+": ")

	for _, c := range []struct {
		files []string
		want  string
	}{
		{nil, "has neither train.txt, valid.txt, test.txt nor ptb.train.txt, ptb.valid.txt, ptb.test.txt; "},
		{[]string{"train.txt", "test.txt"}, "no valid.txt; "},
		{[]string{"ptb.train.txt"}, "no ptb.valid.txt and no ptb.test.txt; "},
		{[]string{"train.txt", "ptb.valid.txt", "ptb.test.txt"}, "no ptb.train.txt; "},
	} {
		files := map[string]string{}
		for _, name := range c.files {
			files[name] = "a b"
		}
		dir := write(t, t.TempDir(), files)
		_, err := Open(dir)
		says(t, err, "corpus folder "+dir+": "+c.want)
	}

	dir := write(t, t.TempDir(), map[string]string{"train.txt": "a b", "test.txt": "a b"})
	if err := os.Mkdir(filepath.Join(dir, "valid.txt"), 0o755); err != nil {
		t.Fatal(err)
	}
	_, err = Open(dir)
	says(t, err, "no valid.txt; ")
}

func TestFileErrors(t *testing.T) {
	const good = "a b <unk>\n"
	for _, c := range []struct {
		name               string
		train, valid, test string
		file, want         string
	}{
		{"empty", good, "", good, "valid.txt", "is empty; put text into it"},
		{"blank", " \n\r\n\t", good, good, "train.txt", "holds only white space; put text into it"},
		{"binary", good, good, "a b\x00c", "test.txt", "is not text: byte 3 is 0x00; save it as plain text in UTF-8"},
		{"latin", "na\xefve idea\n", good, good, "train.txt", "is not text: byte 2 is 0xef; "},
		{"UTF-16", "\xff\xfea\x00 \x00b\x00", good, good, "train.txt", "is not text: byte 0 is 0xff; "},
		{"short", good, "a", good, "valid.txt", "holds 1 word; give at least 2, one to predict the other from"},
		{"short train", "a", good, good, "train.txt", "holds 1 word; "},
		{"unknown", "a b\n", "a\nb  zebra a\n", good, "valid.txt, line 2", `"zebra" is not in train.txt, which has no <unk> to stand for it; write <unk> for rare words in all three files`},
		{"unknown line end", "a b", "a b\n", good, "valid.txt, line 1", `"<eos>", the end of a line, is not in train.txt`},
		{"long", "a b\n", "a\n", strings.Repeat("ö", 99), "test.txt, line 1", `"` + strings.Repeat("ö", 40) + `…" is not in train.txt`},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := write(t, t.TempDir(), corpus(c.train, c.valid, c.test))
			_, err := Open(dir)
			says(t, err, filepath.Join(dir, c.file)+": ", c.want)
		})
	}
}

func TestUnreadable(t *testing.T) {
	if os.Getuid() <= 0 {
		t.Skip("file modes don't keep root, or anyone on Windows, from reading")
	}
	dir := write(t, t.TempDir(), corpus("a b", "a b", "a b"))
	path := filepath.Join(dir, "valid.txt")
	if err := os.Chmod(path, 0); err != nil {
		t.Fatal(err)
	}
	_, err := Open(dir)
	says(t, err, path+": permission denied; make the file readable")
}
