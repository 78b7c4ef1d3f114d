// Package imports holds the zoo to what its packages may import.
package imports

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	_ "github.com/gorgonia-zoo/zoo/models" // pulls in layers; a change there runs these tests again
)

const (
	root = "../.."
	zoo  = "github.com/gorgonia-zoo/zoo/"
)

// allowed says which folders of ours the packages of a folder, and of those
// below it, may import besides that folder: imports go one way, from programs
// through training and models down to kernels. Only programs import cuda, so that
// others build without it. Tests may import anything.
var allowed = map[string][]string{
	"cmd":      {"cuda", "data", "internal/cli", "layers", "models", "train"},
	"bench":    {"data", "internal/kernel", "layers", "models", "train"},
	"examples": {"data", "layers", "models", "train"}, // what a user can import, too

	"train":  {"data", "internal/device", "internal/kernel", "internal/op", "internal/replace", "internal/safetensors", "internal/vm", "layers"},
	"models": {"layers"},
	"layers": {"internal/kernel", "internal/op", "internal/safetensors"},
	"data":   {},
	"cuda":   {"internal/device"},

	"internal/cli":         {"data", "internal/device", "internal/kernel", "internal/replace", "layers", "train"},
	"internal/cli/clitest": {"internal/replace"}, // for tests
	"internal/vm":          {"internal/device", "internal/kernel", "internal/op"},
	"internal/op":          {"internal/device", "internal/kernel"},
	"internal/device":      {},
	"internal/kernel":      {},
	"internal/safetensors": {"internal/replace"},
	"internal/replace":     {},

	"internal/bigram":    {}, // for tests
	"internal/golden":    {},
	"internal/gradcheck": {"internal/golden", "internal/vm", "layers"},
}

func TestDirections(t *testing.T) {
	files := 0
	err := filepath.WalkDir(root, func(file string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && file != root && !ours(file):
			return fs.SkipDir
		case d.IsDir() || path.Ext(file) != ".go" || strings.HasSuffix(file, "_test.go"):
			return nil
		}
		files++
		source, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		pkg, err := filepath.Rel(root, filepath.Dir(file))
		if err != nil {
			return err
		}
		home := folder(filepath.ToSlash(pkg))
		if home == "" {
			t.Errorf("%s: say in this test what packages in %s may import", file, pkg)
			return nil
		}
		for _, i := range source.Imports {
			p, err := strconv.Unquote(i.Path.Value)
			if err != nil {
				return err
			}
			if p, ok := strings.CutPrefix(p, zoo); ok && folder(p) != home && !slices.Contains(allowed[home], folder(p)) {
				t.Errorf("%s imports %s; packages in %s may import %v", file, p, home, allowed[home])
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if files < 50 { // there were 90 when this was written
		t.Errorf("found %d files below %s; is this the repository's root?", files, root)
	}
}

// ours reports whether a folder has packages of this module.
func ours(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, "go.mod"))
	name := filepath.Base(dir)
	return err != nil && name != "testdata" && !strings.HasPrefix(name, ".") && !strings.HasPrefix(name, "_")
}

// folder returns the key of allowed that covers pkg, or nothing.
func folder(pkg string) string {
	for key := range allowed {
		if pkg == key || strings.HasPrefix(pkg, key+"/") {
			return key
		}
	}
	return ""
}

// Who imports models and layers gets Gorgonia, with what it depends on, and
// little else; in particular nothing for command lines, plots or networks.
// (Gorgonia draws graphs with text/template, which imports net/url and so
// net/netip. These take addresses apart and open no connection.)
func TestModelsAndLayersAreLight(t *testing.T) {
	gorgonia := dependencies(t, "gorgonia.org/gorgonia")
	for _, p := range dependencies(t, zoo+"models/...", zoo+"layers/...") {
		within := func(modules ...string) bool {
			return slices.ContainsFunc(modules, func(m string) bool { return p == m || strings.HasPrefix(p, m+"/") })
		}
		switch standard := !strings.Contains(strings.Split(p, "/")[0], "."); {
		case slices.Contains([]string{"flag", "net", "net/http", "os/exec", "testing"}, p),
			within("github.com/alecthomas/kong", "github.com/schollz/progressbar/v3", "gonum.org/v1/plot"):
			t.Errorf("models and layers pull in %s", p)
		case standard, slices.Contains(gorgonia, p), strings.HasPrefix(p, zoo):
		case !within(
			"github.com/google/renameio/v2",     // replaces a file in one step
			"github.com/nlpodyssey/safetensors", // weights
			"golang.org/x/sys",                  // what the processor can do
		):
			t.Errorf("models and layers pull in %s, which Gorgonia does not; if they need it, say so here", p)
		}
	}
}

// dependencies returns the packages that pkgs need, themselves included.
func dependencies(t *testing.T, pkgs ...string) []string {
	t.Helper()
	cmd := exec.Command("go", append([]string{"list", "-deps"}, pkgs...)...)
	cmd.Dir = root
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v: %v\n%s", cmd, err, stderr.String())
	}
	return strings.Fields(string(out))
}

// Gorgonia imports a package that ends every program on a Go newer than itself.
// The version that accepts any Go has to be required, and directly, or `go mod
// tidy` goes back to the old one.
func TestNoMovingGC(t *testing.T) {
	const oldest = "v0.0.0-20231121144256-b99613f794b6"
	read := func(file string) string {
		text, err := os.ReadFile(filepath.Join(root, file))
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	require := regexp.MustCompile(`(?m)^\s+go4\.org/unsafe/assume-no-moving-gc (\S+)$`).FindStringSubmatch(read("go.mod"))
	if require == nil || require[1] < oldest { // these versions sort by their time
		t.Errorf("go.mod requires go4.org/unsafe/assume-no-moving-gc as %q; want %s or later, without // indirect", require, oldest)
	}
	if !strings.Contains(read("internal/op/doc.go"), `_ "go4.org/unsafe/assume-no-moving-gc"`) {
		t.Error("internal/op/doc.go does not import go4.org/unsafe/assume-no-moving-gc, which keeps it in go.mod")
	}
}
