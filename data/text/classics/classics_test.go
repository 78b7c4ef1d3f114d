package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// The file in the repository is what this program writes.
func TestCommitted(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for _, s := range []source{newton, twain} {
		if _, err := s.read(ctx); err != nil {
			if os.Getenv("ZOO_CI") == "1" {
				t.Fatal(err)
			}
			t.Skip("no book to make the corpus from: ", err)
		}
	}
	committed, err := os.ReadFile("../classics.txt.gz")
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "classics.txt.gz")
	if err := os.WriteFile(file, committed, 0o644); err != nil {
		t.Fatal(err)
	}
	var stdout strings.Builder
	if err := run(ctx, []string{file}, &stdout); err != nil {
		t.Fatal(err)
	}
	after, err := os.ReadFile(file)
	if err != nil || !bytes.Equal(committed, after) || stdout.String() != "" {
		t.Errorf("%v: classics.txt.gz is not what this program makes; run go generate ./data/text", err)
	}
}

const opticks = `Produced by Somebody

THE FIRST BOOK OF OPTICKS


_PART I._

My Design is this. It is
plain.

_DEFINITIONS_

DEFIN. I.

_By the Rays_ I mean N_q_, [in _Fig._ 2.] and
[Greek: pt][A] so.

[Illustration: FIG. 1]

 a | b
---+---
 1 | 2

_Exper._ 12. I took a Prism.

_Illustration._ Let it be.

FOOTNOTES:

[A] See p. 59. It is a footnote.

_Qu._ 3. Is it?

_Cas._ 1. It is.`

func TestNewton(t *testing.T) {
	want := []section{
		{"My Design is this. It is plain."},
		{"By the Rays I mean Nq, and pt so."},
		{"I took a Prism.", "Let it be."},
		{"Is it?", "It is."},
	}
	if diff := cmp.Diff(want, newtonSections(opticks)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestTwain(t *testing.T) {
	const sawyer = `P R E F A C E

Most of it.

CHAPTER I

"TOM!"

He hid, * and [* A note] went. [Groan.]

   Verse on
     two lines

[* Another note.]

CHAPTER II

IT was
light.

CONCLUSION

So endeth it.

End of the Project Gutenberg EBook`
	want := []section{
		{`"TOM!"`, "He hid, and went.", "Verse on two lines"},
		{"IT was light."},
		{"So endeth it."},
	}
	if diff := cmp.Diff(want, twainSections(sawyer)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// Of each book, sections 10, 20 … validate and 11, 21 … test.
func TestDeal(t *testing.T) {
	book := func(name string, n int) []section {
		var b []section
		for i := range n {
			b = append(b, section{name + " " + strings.Repeat("i", i+1) + ". Two."})
		}
		return b
	}
	parts := deal(book("a", 11), book("b", 22))
	var sentences [3]int
	for i, p := range parts {
		sentences[i] = len(p)
	}
	if sentences != [3]int{2 * (9 + 18), 2 * 3, 2 * 3} {
		t.Errorf("%v sentences", sentences)
	}
	want := part{{"a", strings.Repeat("i", 10), "."}, {"two", "."}, {"b", strings.Repeat("i", 10), "."}, {"two", "."}, {"b", strings.Repeat("i", 20), "."}, {"two", "."}}
	if diff := cmp.Diff(want, parts[1]); diff != "" {
		t.Errorf("validation (-want +got):\n%s", diff)
	}
}

func TestSpare(t *testing.T) {
	parts := [3]part{{{"a", "a", "a"}, {"b", "b"}}, {{"a", "b", "c"}}, {{"c"}}}
	spare(&parts)
	want := [3]part{{{"a", "a", "a"}, {unknown, unknown}}, {{"a", unknown, unknown}}, {{unknown}}}
	if diff := cmp.Diff(want, parts); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestWrite(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file.gz")
	parts := [3]part{{{"a", "b"}, {"c"}}, {{"d"}}, {{"e"}}}
	for _, want := range []bool{true, false} {
		if wrote, err := write(file, parts); err != nil || wrote != want {
			t.Errorf("wrote: %v, %v, want %v", wrote, err, want)
		}
	}
	packed, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	z, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		t.Fatal(err)
	}
	if text, err := io.ReadAll(z); err != nil || string(text) != "a b\nc\nd\ne\n" {
		t.Errorf("unpacked to %q, %v", text, err)
	}
	if !z.ModTime.IsZero() {
		t.Errorf("the file has a time, %v", z.ModTime)
	}

	// What was packed in another way stays as it is; what holds something else does not.
	repack := func(names ...string) []byte {
		var b bytes.Buffer
		for i, name := range names {
			w, err := gzip.NewWriterLevel(&b, gzip.NoCompression)
			if err != nil {
				t.Fatal(err)
			}
			w.Name = name
			io.WriteString(w, parts[i%3].lines())
			w.Close()
		}
		return b.Bytes()
	}
	other := repack(names[:]...)
	for i, c := range []struct {
		content []byte
		wrote   bool
	}{
		{other, false},
		{other[:20], true},
		{[]byte("x"), true},
		{repack("a", "b", "c"), true},
		{repack(names[0], names[1]), true},
		{repack(names[0], names[1], names[2], names[0]), true},
	} {
		if err := os.WriteFile(file, c.content, 0o644); err != nil {
			t.Fatal(err)
		}
		if wrote, err := write(file, parts); err != nil || wrote != c.wrote {
			t.Errorf("%d: wrote: %v, %v, want %v", i, wrote, err, c.wrote)
		}
		if after, err := os.ReadFile(file); err != nil || c.wrote && !bytes.Equal(after, packed) || !c.wrote && !bytes.Equal(after, c.content) {
			t.Errorf("%d: the file holds something else, %v", i, err)
		}
	}
}

func TestErrors(t *testing.T) {
	if err := run(t.Context(), nil, io.Discard); err == nil || err.Error() != "0 arguments; give the file to write" {
		t.Errorf("got %v", err)
	}
	other := newton
	other.sum = strings.Repeat("0", 64)
	if _, err := newton.read(t.Context()); err == nil {
		if _, err := other.read(t.Context()); err == nil || !strings.Contains(err.Error(), "is not the edition that is known here; ") {
			t.Errorf("got %v", err)
		}
	}
	other.file = "src/testdata/none.txt"
	if _, err := other.read(t.Context()); err == nil || !strings.Contains(err.Error(), "none.txt") {
		t.Errorf("got %v", err)
	}
}

func TestParagraphs(t *testing.T) {
	if got := paragraphs("a\n b\n\n\n\nc  d\n"); !slices.Equal(got, []string{"a b", "c d"}) {
		t.Errorf("got %q", got)
	}
}
