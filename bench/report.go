package bench

import (
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/pkg/errors"
)

// WriteReport writes what a command has measured to name.json, in a folder that it
// makes if need be.
func WriteReport(name string, report any) error {
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return errors.WithStack(err)
	}
	b, err := json.MarshalIndent(report, "", "  ")
	if err != nil {
		return errors.WithStack(err)
	}
	return errors.WithStack(os.WriteFile(name+".json", append(b, '\n'), 0o644))
}

// Chart draws the report name.json as name.png. The program that does, bench/compare/chart
// as seen from here, is a module of its own, for what it depends on.
func Chart(ctx context.Context, program, name string) error {
	name, err := filepath.Abs(name)
	if err != nil {
		return errors.WithStack(err)
	}
	out, err := exec.CommandContext(ctx, "go", "-C", program, "run", ".", name+".json", name+".png").CombinedOutput()
	return errors.Wrapf(err, "no chart of %s.json: go -C %s run .: %s", name, program, strings.TrimSpace(string(out)))
}
