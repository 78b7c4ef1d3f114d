package fetch

import (
	"bytes"
	"fmt"
	"net/http"
	"path/filepath"
	"testing"
)

func TestResume(t *testing.T) {
	m := serve(t, good(content))
	path := filepath.Join(t.TempDir(), "file")
	write(t, path+".part", content[:1000])
	fetch(t, path, m.URL)
	m.expect(t, "bytes=1000-")
}

func TestResumeWhereAnotherMirrorBrokeOff(t *testing.T) {
	broken, m := serve(t, cut(100000)), serve(t, good(content))
	fetch(t, filepath.Join(t.TempDir(), "file"), broken.URL, m.URL)
	m.expect(t, "bytes=100000-")
}

func TestResumeFromAServerThatIgnoresRanges(t *testing.T) {
	m := serve(t, whole(content))
	path := filepath.Join(t.TempDir(), "file")
	write(t, path+".part", content[:1000])
	fetch(t, path, m.URL)
	m.expect(t, "bytes=1000-")
}

func TestResumeFromAServerThatSendsAnotherRange(t *testing.T) {
	odd := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Range", fmt.Sprintf("bytes 500-%d/%d", len(content)-1, len(content)))
		w.WriteHeader(http.StatusPartialContent)
		w.Write(content[500:])
	})
	m := serve(t, good(content))
	path := filepath.Join(t.TempDir(), "file")
	write(t, path+".part", content[:1000])
	fetch(t, path, odd.URL, m.URL)
	m.expect(t, "bytes=1000-")
}

// What an earlier run left may be wrong, too long or complete.
func TestResumeFromOddParts(t *testing.T) {
	for _, c := range []struct {
		name   string
		part   []byte
		ranges []string
	}{
		{"wrong", bytes.Repeat([]byte("?"), 1000), []string{"bytes=1000-", ""}},
		{"too long", append(bytes.Clone(content), "and more"...), []string{fmt.Sprintf("bytes=%d-", len(content)+8), ""}},
		{"wrong and as long", bytes.Repeat([]byte("?"), len(content)), []string{fmt.Sprintf("bytes=%d-", len(content)), ""}},
		{"complete", content, nil},
		{"empty", nil, []string{""}},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := serve(t, good(content))
			path := filepath.Join(t.TempDir(), "file")
			write(t, path+".part", c.part)
			fetch(t, path, m.URL)
			m.expect(t, c.ranges...)
		})
	}
}

// A wrong file must not be what the next mirror, or run, goes on from.
func TestWrongContentIsNotResumed(t *testing.T) {
	wrong := serve(t, good([]byte("other")))
	path := filepath.Join(t.TempDir(), "file")
	write(t, path+".part", []byte("oth"))
	if err := File(t.Context(), path, sumOf(content), wrong.URL); err == nil {
		t.Fatal("no error")
	}
	wrong.expect(t, "bytes=3-", "")
	m := serve(t, good(content))
	fetch(t, path, m.URL)
	m.expect(t, "")
}
