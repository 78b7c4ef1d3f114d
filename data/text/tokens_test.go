package text

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestTokens(t *testing.T) {
	for content, want := range map[string]string{
		" a b \n c \n":       "a b <eos> c <eos>", // as in the Penn Treebank
		"a b\nc":             "a b <eos> c",
		"a\r\nb\r\n":         "a <eos> b <eos>",
		"\n\na\n":            "<eos> <eos> a <eos>",
		"a\tb\u00a0c\u2003d": "a b c d",
		"ä\u3000ö <eos> x\n": "ä ö <eos> x <eos>",
		"":                   "",
		" \t":                "",
		"one":                "one",
		"mac\rline\r":        "mac line",
	} {
		var got []string
		for _, w := range tokens([]byte(content)) {
			got = append(got, string(w))
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%q: words %q, want %q", content, got, want)
		}
	}
}

func TestLines(t *testing.T) {
	var got []int
	for line := range tokens([]byte("a b\n\nc\r\nd")) {
		got = append(got, line)
	}
	if want := []int{1, 1, 1, 2, 3, 3, 4}; !slices.Equal(got, want) {
		t.Errorf("lines %v, want %v", got, want)
	}
}

// Ids fall with counts; words as frequent as each other go by code point.
func TestNumber(t *testing.T) {
	ids, v := number([]byte("b a b\nz é z\n"))
	// b, z and <eos> twice; a and é once; < comes before letters.
	if got := strings.Join(v.words, " "); got != "<eos> b z a é" {
		t.Errorf("vocabulary %s", got)
	}
	if want := []int{1, 3, 1, 0, 2, 4, 2, 0}; !slices.Equal(ids, want) {
		t.Errorf("ids %v, want %v", ids, want)
	}
}

// However a text is cut, its words and line ends are those of the standard
// library's Fields, and numbering loses none of them.
func FuzzTokens(f *testing.F) {
	f.Add([]byte(" a b \n c \n"))
	f.Add([]byte("a\r\n\r\nb"))
	f.Add([]byte("\xff\xfe\x00\n\xc2"))
	f.Add([]byte("\u00a0ä\u2003 <eos>"))
	f.Fuzz(func(t *testing.T, content []byte) {
		want := bytes.Fields(bytes.ReplaceAll(content, []byte("\n"), []byte(" <eos> ")))
		var got [][]byte
		for line, w := range tokens(content) {
			got = append(got, w)
			if line < 1 || line > 1+bytes.Count(content, []byte("\n")) {
				t.Fatalf("line %d", line)
			}
		}
		if !slices.EqualFunc(want, got, bytes.Equal) {
			t.Fatalf("%q: words %q, want %q", content, got, want)
		}
		ids, v := number(content)
		for i, id := range ids {
			if v.Word(id) != string(want[i]) {
				t.Fatalf("word %d is %q, want %q", i, v.Word(id), want[i])
			}
		}
		again, missing, _ := lookUp(content, v)
		if missing != "" || !slices.Equal(ids, again) {
			t.Fatalf("looked up as %v, missing %q, want %v", again, missing, ids)
		}
		if at := foreign(content); (at == len(content)) != (utf8.Valid(content) && !bytes.Contains(content, []byte{0})) {
			t.Fatalf("%q: not text from byte %d", content, at)
		}
	})
}
