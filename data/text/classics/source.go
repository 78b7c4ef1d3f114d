package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/pkg/errors"
)

// A source is a file that Go has or gets.
type source struct {
	module string // with its version; empty: Go's own source tree
	file   string // below the module's or Go's folder
	sum    string // SHA-256
}

var (
	newton = source{
		file: "src/testdata/Isaac.Newton-Opticks.txt",
		sum:  "d4a9ac22462b35e7821a4f2706c211093da678620a8f9997989ee7cf8d507bbd",
	}
	twain = source{
		module: "github.com/klauspost/compress@v1.18.0",
		file:   "testdata/Mark.Twain-Tom.Sawyer.txt",
		sum:    "2a17996ae0fbb92571233a11f490f92a9bceb852468acb894d70c70a1e44b770",
	}
)

// read returns the book.
func (s source) read(ctx context.Context) (string, error) {
	dir, err := s.folder(ctx)
	if err != nil {
		return "", err
	}
	b, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(s.file)))
	if err != nil {
		return "", errors.Errorf("%v; use a Go that has its source tree with it, as those of go.dev", err)
	}
	if sum := sha256.Sum256(b); hex.EncodeToString(sum[:]) != s.sum {
		return "", errors.Errorf("%s in %s is not the edition that is known here; look what changed, then change its sum", s.file, dir)
	}
	return string(b), nil
}

func (s source) folder(ctx context.Context) (string, error) {
	if s.module == "" {
		out, err := exec.CommandContext(ctx, "go", "env", "GOROOT").Output()
		return strings.TrimSpace(string(out)), errors.Wrap(err, "go env GOROOT")
	}
	cmd := exec.CommandContext(ctx, "go", "mod", "download", "-json", s.module)
	cmd.Dir = os.TempDir() // outside any module, so that no go.mod has a say
	out, err := cmd.Output()
	var reply struct{ Dir, Error string }
	if jsonErr := json.Unmarshal(out, &reply); err == nil {
		err = jsonErr
	}
	if reply.Error != "" {
		err = errors.New(reply.Error)
	}
	return reply.Dir, errors.Wrapf(err, "go mod download %s", s.module)
}
