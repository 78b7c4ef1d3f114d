package clitest

import (
	"bytes"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// Profiled checks what a run of so many steps with --profile left on standard error
// and in its folder. The table must have rows of the operations.
func Profiled(t *testing.T, stderr, folder string, steps int, operations ...string) {
	t.Helper()
	_, table, ok := strings.Cut(stderr, "where the time of "+strconv.Itoa(steps)+" steps went:\n")
	if !ok {
		t.Fatalf("no table of %d steps in %q", steps, stderr)
	}
	rows := regexp.MustCompile(`(?m)^ *(\d+\.\d) %  +(\d+\.\d+) s  .*$`).FindAllStringSubmatch(table, -1)
	if len(rows) < 3 {
		t.Fatalf("%d rows in %q", len(rows), table)
	}
	var share, total float64
	for _, r := range rows[:len(rows)-1] {
		share += number(t, r[1])
		total += number(t, r[2])
	}
	last := rows[len(rows)-1]
	if !strings.Contains(last[0], "step") || last[1] != "100.0" {
		t.Errorf("the last row is %q, want all steps", last[0])
	}
	const rounding = 0.0005 + 0.0001 // seconds a row
	if all := number(t, last[2]); total < all-rounding*float64(len(rows)) || total > all+rounding*float64(len(rows)) {
		t.Errorf("rows of %v s in all, steps of %v s", total, all)
	}
	if share < 99 || share > 101 { // rounded to a tenth, a row
		t.Errorf("shares of %v %%", share)
	}
	for _, o := range operations {
		if !strings.Contains(table, "  "+o) {
			t.Errorf("no %q in %q", o, table)
		}
	}
	CPUProfile(t, folder)
	if !strings.Contains(table, "go tool pprof -http=: "+filepath.Join(folder, "profile.pprof")) {
		t.Errorf("%q does not say how to look at the CPU profile", table)
	}
}

// CPUProfile checks that a run folder has one, which is compressed.
func CPUProfile(t *testing.T, folder string) {
	t.Helper()
	if b := Read(t, folder, "profile.pprof"); !bytes.HasPrefix(b, []byte{0x1f, 0x8b}) {
		t.Errorf("the CPU profile begins with %x", b[:min(len(b), 8)])
	}
}

// ProfiledJSON is Profiled of a log in JSON, every line of which it reads.
func ProfiledJSON(t *testing.T, stderr, folder string, steps int) {
	t.Helper()
	var share float64
	operations := map[string]bool{}
	for _, o := range Objects(t, []byte(stderr)) {
		if o["msg"] != "profile" {
			continue
		}
		name, _ := o["operation"].(string)
		operations[name] = true
		if name == "step" {
			Number(t, o, "share", 1, 1)
			Number(t, o, "calls", float64(steps), float64(steps))
			continue
		}
		s, _ := o["share"].(float64)
		share += s
	}
	if !operations["step"] || !operations["update"] || share < 0.999 || share > 1.001 {
		t.Errorf("operations %v, with %v of the time; want update, all of it, and step", operations, share)
	}
	CPUProfile(t, folder)
}

func number(t *testing.T, s string) float64 {
	t.Helper()
	v, err := strconv.ParseFloat(s, 64)
	if err != nil {
		t.Fatal(err)
	}
	return v
}
