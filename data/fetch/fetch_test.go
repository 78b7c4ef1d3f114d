package fetch

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pkg/errors"
)

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
