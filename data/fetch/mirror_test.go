package fetch

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/pkg/errors"
)

// content is what the tests fetch: large enough to arrive in pieces.
var content = bytes.Repeat([]byte("all work and no play makes a dull boy\n"), 10000)

func sumOf(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// A mirror is a server on the loopback that notes what it is asked for.
type mirror struct {
	*httptest.Server
	mu     sync.Mutex
	ranges []string // the Range header of each request
}

func serve(t *testing.T, h http.HandlerFunc) *mirror {
	m := &mirror{}
	m.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		m.mu.Lock()
		m.ranges = append(m.ranges, r.Header.Get("Range"))
		m.mu.Unlock()
		h(w, r)
	}))
	t.Cleanup(m.Close)
	return m
}

// good serves b, and ranges of it.
func good(b []byte) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(b))
	}
}

// whole serves b and ignores ranges.
func whole(b []byte) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) { w.Write(b) }
}

// cut serves the first n bytes of content and then drops the connection.
func cut(n int) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", fmt.Sprint(len(content)))
		w.Write(content[:n])
		w.(http.Flusher).Flush()
		panic(http.ErrAbortHandler)
	}
}

// dead returns a URL on which nobody listens.
func dead(t *testing.T) string {
	s := httptest.NewServer(nil)
	s.Close()
	return s.URL
}

// fetch gets content into a path and fails the test unless that is what the
// path holds then, and no .part is left.
func fetch(t *testing.T, path string, urls ...string) {
	t.Helper()
	if err := File(t.Context(), path, sumOf(content), urls...); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, content) {
		t.Fatalf("%d bytes arrived, and not the %d sent", len(got), len(content))
	}
	if _, err := os.Stat(path + ".part"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf(".part is still there (%v)", err)
	}
}

func (m *mirror) expect(t *testing.T, ranges ...string) {
	t.Helper()
	m.mu.Lock()
	defer m.mu.Unlock()
	if fmt.Sprintf("%q", m.ranges) != fmt.Sprintf("%q", ranges) {
		t.Errorf("requested ranges %q, want %q", m.ranges, ranges)
	}
}

func write(t *testing.T, path string, b []byte) {
	t.Helper()
	if err := os.WriteFile(path, b, 0o644); err != nil {
		t.Fatal(err)
	}
}
