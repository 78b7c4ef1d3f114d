package text

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
)

func TestVocab(t *testing.T) {
	v, err := ReadVocab(strings.NewReader("the\n<unk>\r\næra"))
	if err != nil {
		t.Fatal(err)
	}
	for id, w := range []string{"the", "<unk>", "æra"} {
		if got, ok := v.ID(w); !ok || got != id || v.Word(id) != w {
			t.Errorf("%q has id %d, %v, and %d is %q", w, got, ok, id, v.Word(id))
		}
	}
	if _, ok := v.ID("The"); ok || v.Len() != 3 || v.Word(3) != "" || v.Word(-1) != "" {
		t.Errorf("%d words, or some that were not in the file", v.Len())
	}
	var b bytes.Buffer
	if n, err := v.WriteTo(&b); err != nil || n != 15 || b.String() != "the\n<unk>\næra\n" {
		t.Errorf("wrote %d bytes, %q, %v", n, b.String(), err)
	}
	// printf 'the\n<unk>\næra\n' | sha256sum
	if want := "6312c601a8689bc87e55e97dadd007bb96328b766bcfe754b4f99aad424e59ad"; v.Sum() != want {
		t.Errorf("sum is %s, want %s", v.Sum(), want)
	}
}

func TestVocabErrors(t *testing.T) {
	for file, want := range map[string]string{
		"":             "no words; give one word a line",
		"a\n\nb\n":     "line 2 is empty; give one word a line, each once",
		"a\nb c\n":     "line 2 has white space in it; ",
		"\u00a0\n":     "line 1 has white space in it; ",
		"a\rb":         "line 1 has white space in it; ",
		"a\nb\nc\nb\n": `line 4 repeats "b" of line 2; `,
		"a\n\xff\n":    "line 2 is not text; ",
		"a\n\x00\n":    "line 2 is not text; ",
		"a\n\r\n":      "line 2 is empty; ",
		"a\nb\n\n":     "line 3 is empty; ",
		" a\n":         "line 1 has white space in it; ",
	} {
		_, err := ReadVocab(strings.NewReader(file))
		says(t, err, want)
	}
	broken := errors.New("broken")
	if _, err := ReadVocab(iotest.ErrReader(broken)); !errors.Is(err, broken) {
		t.Errorf("got %v, want the reader's error", err)
	}
	r, w := io.Pipe()
	r.CloseWithError(broken)
	if _, err := newVocab([]string{"a"}).WriteTo(w); !errors.Is(err, broken) {
		t.Errorf("got %v, want the writer's error", err)
	}
}

// What is read is written as it was, line ends aside, and all else is an error
// of one line with a remedy.
func FuzzVocab(f *testing.F) {
	f.Add([]byte("a\nb\nc\n"))
	f.Add([]byte("<unk>\r\næ\r\n"))
	f.Add([]byte("a\na\n"))
	f.Add([]byte("\n"))
	f.Add([]byte("a b\n\xff\x00"))
	f.Fuzz(func(t *testing.T, file []byte) {
		v, err := ReadVocab(bytes.NewReader(file))
		if err != nil {
			says(t, err)
			return
		}
		var b bytes.Buffer
		if _, err := v.WriteTo(&b); err != nil {
			t.Fatal(err)
		}
		want := strings.TrimSuffix(strings.ReplaceAll(string(file), "\r\n", "\n"), "\n")
		if got := strings.TrimSuffix(b.String(), "\n"); got != strings.TrimSuffix(want, "\r") {
			t.Errorf("%q was written as %q", file, got)
		}
		for id := range v.Len() {
			if got, ok := v.ID(v.Word(id)); !ok || got != id {
				t.Errorf("word %d has id %d", id, got)
			}
		}
	})
}
