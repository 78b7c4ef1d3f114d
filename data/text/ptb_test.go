package text

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/pkg/errors"

	"github.com/gorgonia-zoo/zoo/data"
)

func sum(s string) string {
	b := sha256.Sum256([]byte(s))
	return hex.EncodeToString(b[:])
}

// The sums are what testdata/ptb.py printed, ids and counts what TensorFlow's
// ptb_raw_data gives.
func TestPTB(t *testing.T) {
	c, err := PTB(t.Context(), ptbDir(t), nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range []struct {
		name string
		ids  []int
		n    int
		sum  string
	}{
		{"train", c.Train, 929589, "255050b6efc6794b65d245521d677aa5e01e10014e412b4dcdb2501b461c2f71"},
		{"valid", c.Valid, 73760, "3c45d194c00e2c4e5241a06aaf73ef92e3075bf7ff25f599e8491f8b8870c1a8"},
		{"test", c.Test, 82430, "190df1325067357fbdd083ddbcac0b2269d2134d9b7f61f2ee5a14a81848b829"},
	} {
		var lines strings.Builder
		for _, id := range part.ids {
			fmt.Fprintln(&lines, id)
		}
		if len(part.ids) != part.n || sum(lines.String()) != part.sum {
			t.Errorf("%s: %d words with the sum %s, want %d with %s", part.name, len(part.ids), sum(lines.String()), part.n, part.sum)
		}
	}
	if want := []int{9970, 9971, 9972, 9974, 9975, 9976, 9980, 9981}; !slices.Equal(c.Train[:8], want) {
		t.Errorf("training starts with %v, want %v", c.Train[:8], want)
	}
	if want := "ab5a101c0a4fc91bce28e83556c3ab4f550a1982221752f1c964bb0d27590f7d"; c.Vocab.Len() != 10000 || c.Vocab.Sum() != want {
		t.Errorf("vocabulary of %d words, sum %s", c.Vocab.Len(), c.Vocab.Sum())
	}
	if id, ok := c.Vocab.ID(End); id != 2 || !ok {
		t.Errorf("%s has id %d, %v, want 2", End, id, ok)
	}
	if id, ok := c.Vocab.ID(Unknown); id != 1 || !ok {
		t.Errorf("%s has id %d, %v, want 1", Unknown, id, ok)
	}
}

// The first batch of TensorFlow's ptb_iterator with batch 4 and 5 steps.
func TestPTBBatch(t *testing.T) {
	c, err := Open(ptbDir(t))
	if err != nil {
		t.Fatal(err)
	}
	s := Stream(c.Train, 4, 5)
	x, y := readRows(t, s, 0, 5, 4)
	for n, want := range [][]int{
		{9970, 9971, 9972, 9974, 9975, 9976}, {332, 7147, 328, 1452, 8595}, {1969, 0, 98, 89, 2254, 0}, {3, 3, 2, 14, 24, 198},
	} {
		if !slices.Equal(x[n], want[:5]) {
			t.Errorf("X, row %d: %v, want %v", n, x[n], want[:5])
		}
		if !slices.Equal(y[n][:len(want)-1], want[1:]) {
			t.Errorf("Y, row %d: %v, want %v", n, y[n], want[1:])
		}
	}
	if want := (929589/4 - 1) / 5; s.Len() != want {
		t.Errorf("%d batches, want %d", s.Len(), want)
	}
	if n := Stream(c.Train, 20, 35).Len(); n != 1327 { // (929,589/20 - 1)/35
		t.Errorf("%d batches of 20 rows and 35 steps, want 1327", n)
	}

	s = Windows(c.Test, 1000)
	predicted := 0
	for i := range s.Len() {
		var b data.Batch
		if err := s.Read(0, i, &b); err != nil {
			t.Fatal(err)
		}
		predicted += len(b.Y.Ints())
	}
	if predicted != 82429 {
		t.Errorf("%d words of the test text are predicted, want 82429", predicted)
	}
}

func BenchmarkPTB(b *testing.B) {
	dir := ptbDir(b)
	for b.Loop() {
		if _, err := Open(dir); err != nil {
			b.Fatal(err)
		}
	}
}

// tiny is a published corpus on a server of the test's, which counts requests.
// The test gets an empty home.
func tiny(t *testing.T) (p published, cache string, requests *atomic.Int32) {
	home := t.TempDir()
	for key, value := range map[string]string{
		"ZOO_DATA": "", "HOME": home, "XDG_CACHE_HOME": filepath.Join(home, "cache"), "LocalAppData": filepath.Join(home, "cache"),
	} {
		t.Setenv(key, value)
	}
	files := tinyFiles()
	requests = new(atomic.Int32)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		requests.Add(1)
		fmt.Fprint(w, files[strings.TrimPrefix(r.URL.Path, "/")])
	}))
	t.Cleanup(s.Close)
	p = published{folder: "ptb", from: s.URL + "/", notice: "mind the licence", files: names[1]}
	for i, name := range p.files {
		p.sums[i] = sum(files[name])
	}
	dir, err := os.UserCacheDir()
	if err != nil {
		t.Fatal(err)
	}
	return p, filepath.Join(dir, "gorgonia-zoo", "ptb"), requests
}

func tinyFiles() map[string]string {
	return map[string]string{"ptb.train.txt": " a b \n", "ptb.valid.txt": " b a \n", "ptb.test.txt": " a a \n"}
}

func TestPTBDownload(t *testing.T) {
	p, cache, requests := tiny(t)
	load := func(want int32, parts ...string) {
		t.Helper()
		before := requests.Load()
		var notice strings.Builder
		c, err := p.load(t.Context(), "", &notice)
		if err != nil {
			t.Fatal(err)
		}
		if got := spell(c, c.Valid); got != "b a <eos>" || c.Origin != cache {
			t.Errorf("validation text %q from %s, want it from %s", got, c.Origin, cache)
		}
		if n := requests.Load() - before; n != want {
			t.Errorf("%d requests, want %d", n, want)
		}
		if lines := strings.Count(notice.String(), "\n"); lines != min(int(want), 1) {
			t.Errorf("notice has %d lines: %q", lines, notice.String())
		}
		for _, part := range parts {
			if !strings.Contains(notice.String(), part) {
				t.Errorf("notice %q does not say %q", notice.String(), part)
			}
		}
	}
	load(3, "downloading "+p.from+"ptb.train.txt to "+cache, "mind the licence")
	load(0)
	write(t, cache, map[string]string{"ptb.valid.txt": " a damaged \n", "train.txt": "somebody's", "valid.txt": "other", "test.txt": "corpus"})
	load(1, "ptb.valid.txt")
}

func TestPTBFolders(t *testing.T) {
	p, _, requests := tiny(t)
	own := map[string]string{"train.txt": "my own words", "valid.txt": "my words", "test.txt": "own words"}
	dir := write(t, t.TempDir(), own)
	if c, err := p.load(t.Context(), dir, nil); err != nil || c.Origin != dir || spell(c, c.Valid) != "my words" {
		t.Errorf("a folder of the user's: %+v, %v", c, err)
	}
	root := t.TempDir()
	below := write(t, filepath.Join(root, "ptb"), own)
	t.Setenv("ZOO_DATA", root)
	if c, err := p.load(t.Context(), "", nil); err != nil || c.Origin != below {
		t.Errorf("ptb below ZOO_DATA: %+v, %v", c, err)
	}
	_, err := p.load(t.Context(), root, nil)
	says(t, err, "corpus folder "+root+": has neither ")
	if n := requests.Load(); n != 0 {
		t.Errorf("%d requests, want none", n)
	}
	t.Setenv("ZOO_DATA", t.TempDir()) // for other sets
	if _, err := p.load(t.Context(), "", nil); err != nil || requests.Load() != 3 {
		t.Errorf("%v, %d requests, want 3", err, requests.Load())
	}
}

func TestPTBErrors(t *testing.T) {
	p, cache, _ := tiny(t)
	p.sums[2] = p.sums[0]
	_, err := p.load(t.Context(), "", new(strings.Builder))
	says(t, err, "no mirror gave ptb.test.txt (", "wrong SHA-256 sum", "check the network or put the file into "+cache+" by hand")

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := p.load(ctx, "", new(strings.Builder)); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want a cancelled context", err)
	}
}

// The published files, once in the cache, need no download.
func TestPTBCached(t *testing.T) {
	dir := ptbDir(t)
	p, cache, requests := tiny(t)
	p.files, p.sums = ptb.files, ptb.sums
	files := map[string]string{}
	for _, name := range p.files {
		content, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		files[name] = string(content)
	}
	write(t, cache, files)
	c, err := p.load(t.Context(), "", nil)
	if err != nil || c.Origin != cache || c.Vocab.Len() != 10000 || requests.Load() != 0 {
		t.Errorf("%v, %d requests", err, requests.Load())
	}
}
