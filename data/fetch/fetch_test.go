package fetch

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
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

func TestFileMakesItsFolderAndFetchesOnce(t *testing.T) {
	m := serve(t, good(content))
	path := filepath.Join(t.TempDir(), "a", "b", "file")
	fetch(t, path, m.URL)
	fetch(t, path, m.URL)
	m.expect(t, "")
}

func TestFileReplacesWhatIsWrong(t *testing.T) {
	m := serve(t, good(content))
	path := filepath.Join(t.TempDir(), "file")
	write(t, path, []byte("something else"))
	fetch(t, path, m.URL)
	m.expect(t, "")
}

func TestMirrorsAreTriedInOrder(t *testing.T) {
	missing := serve(t, http.NotFound)
	wrong := serve(t, good([]byte("<html>please log in</html>")))
	right, unneeded := serve(t, good(content)), serve(t, good(content))
	fetch(t, filepath.Join(t.TempDir(), "file"), dead(t), missing.URL, wrong.URL, right.URL, unneeded.URL)
	missing.expect(t, "")
	wrong.expect(t, "")
	right.expect(t, "")
	unneeded.expect(t)
}

func TestEveryMirrorFails(t *testing.T) {
	gone, missing, wrong := dead(t), serve(t, http.NotFound), serve(t, good([]byte("other")))
	path := filepath.Join(t.TempDir(), "file")
	err := File(t.Context(), path, sumOf(content), gone, missing.URL, wrong.URL)
	if err == nil {
		t.Fatal("no error")
	}
	for _, want := range []string{
		"no mirror gave file (", gone, missing.URL + ": 404 Not Found", wrong.URL + ": wrong SHA-256 sum", "; check the network",
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q does not say %q", err, want)
		}
	}
	if strings.Contains(err.Error(), "\n") {
		t.Errorf("%q has several lines", err)
	}
	if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a wrong file was left in place (%v)", err)
	}
}

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

// Go's client would unpack what comes with this header, had it asked for it.
func TestGzipArrivesPacked(t *testing.T) {
	var asked atomic.Value
	m := serve(t, func(w http.ResponseWriter, r *http.Request) {
		asked.Store(r.Header.Get("Accept-Encoding"))
		w.Header().Set("Content-Encoding", "gzip")
		w.Write(content)
	})
	fetch(t, filepath.Join(t.TempDir(), "file"), m.URL)
	if got := asked.Load(); got != "" {
		t.Errorf("accepted encoding %q, want none", got)
	}
}

func TestCancelKeepsWhatArrived(t *testing.T) {
	const sent = 50000
	ctx, cancel := context.WithCancel(t.Context())
	hang := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", fmt.Sprint(len(content)))
		w.Write(content[:sent])
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	})
	m := serve(t, good(content))
	path := filepath.Join(t.TempDir(), "file")
	go func() { // Ctrl-C once the bytes are in the file
		defer cancel()
		for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); time.Sleep(time.Millisecond) {
			if info, err := os.Stat(path + ".part"); err == nil && info.Size() == sent {
				return
			}
		}
	}()
	err := File(ctx, path, sumOf(content), hang.URL, m.URL)
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("got %v, want a cancelled context", err)
	}
	m.expect(t) // no further mirror after a cancellation
	fetch(t, path, m.URL)
	m.expect(t, fmt.Sprintf("bytes=%d-", sent))
}

func TestStalledServerIsLeft(t *testing.T) {
	defer func(p time.Duration) { patience = p }(patience)
	patience = 50 * time.Millisecond
	stalled := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Write(content[:1000])
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	})
	m := serve(t, good(content))
	fetch(t, filepath.Join(t.TempDir(), "file"), stalled.URL, m.URL)
	m.expect(t, "bytes=1000-")
}

func TestConcurrentFetchesShareOneDownload(t *testing.T) {
	m := serve(t, func(w http.ResponseWriter, r *http.Request) {
		time.Sleep(100 * time.Millisecond)
		good(content)(w, r)
	})
	path := filepath.Join(t.TempDir(), "file")
	var wg sync.WaitGroup
	for range 3 {
		wg.Go(func() {
			if err := File(t.Context(), path, sumOf(content), m.URL); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	fetch(t, path)
	m.expect(t, "")
}

func TestCancelWhileAnotherDownloads(t *testing.T) {
	started, release := make(chan struct{}), make(chan struct{})
	m := serve(t, func(w http.ResponseWriter, r *http.Request) {
		close(started)
		<-release
		good(content)(w, r)
	})
	path := filepath.Join(t.TempDir(), "file")
	var wg sync.WaitGroup
	wg.Go(func() {
		if err := File(t.Context(), path, sumOf(content), m.URL); err != nil {
			t.Error(err)
		}
	})
	<-started
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if err := File(ctx, path, sumOf(content), m.URL); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v, want an exceeded deadline", err)
	}
	close(release)
	wg.Wait()
	m.expect(t, "")
}

func TestFolderThatCannotBe(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	write(t, file, nil)
	err := File(t.Context(), filepath.Join(file, "x"), sumOf(content))
	if err == nil || !strings.HasSuffix(err.Error(), "; make the folder writable") {
		t.Errorf("got %v", err)
	}
	err = File(t.Context(), filepath.Join(t.TempDir(), "x"), sumOf(content), "not a url:")
	if err == nil || !strings.Contains(err.Error(), "not a url:") {
		t.Errorf("got %v", err)
	}
}
