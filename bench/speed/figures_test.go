package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestProcessor(t *testing.T) {
	const zen4 = "processor\t: 0\nvendor_id\t: AuthenticAMD\ncpu family\t: 25\nmodel\t\t: 17\nmodel name\t: AMD EPYC\n\nprocessor\t: 1\nmodel\t\t: 99\n"
	for info, want := range map[string]string{zen4: "AuthenticAMD family 25 model 17"} {
		if got := processor(info); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	for _, info := range []string{"", "processor\t: 0\nCPU implementer\t: 0x41\n"} {
		if got := processor(info); !strings.HasPrefix(got, "unknown ") {
			t.Errorf("%q of %q", got, info)
		}
	}
}

func TestFind(t *testing.T) {
	f := &figures{Machines: []*entry{
		{machine: machine{"x", "avx2", 1}}, {machine: machine{"x", "avx2", 4}}, {machine: machine{"x", "avx512", 2}},
	}}
	for _, c := range []struct {
		have machine
		want int // threads of what is found; 0: nothing
	}{
		{machine{"x", "avx2", 4}, 4},
		{machine{"x", "avx2", 64}, 4}, // limited to as many
		{machine{"x", "avx2", 3}, 1},
		{machine{"x", "avx512", 1}, 0},
		{machine{"x", "generic", 4}, 0},
		{machine{"y", "avx2", 4}, 0},
	} {
		got := 0
		if e := f.find(c.have); e != nil {
			got = e.Threads
		}
		if got != c.want {
			t.Errorf("%v: figures of %d threads, want %d", c.have, got, c.want)
		}
	}
}

// Figures are written beside those of other machines, and read back.
func TestFiguresFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "figures.json")
	f := new(figures)
	a, b := machine{"x", "avx2", 2}, machine{"x", "avx512", 2}
	f.set(a, map[string]float64{"step": 50.04})
	f.set(b, map[string]float64{"step": 60})
	f.Machines[0].Note = "a guess" // which a measurement replaces
	f.set(a, map[string]float64{"step": 70.06})
	if err := f.write(file); err != nil {
		t.Fatal(err)
	}
	got, err := readFigures(file)
	if err != nil {
		t.Fatal(err)
	}
	want := &figures{Machines: []*entry{{machine: a, Peak: map[string]float64{"step": 70.1}}, {machine: b, Peak: map[string]float64{"step": 60}}}}
	if d := cmp.Diff(want, got, cmp.AllowUnexported(entry{})); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

func TestBadFigures(t *testing.T) {
	for content, remedy := range map[string]string{
		"{": "; restore it from git",
		`{"machines":[{"percent_of_peak":{"a":0}}]}`:   "; write it anew",
		`{"machines":[{"percent_of_peak":{"a":101}}]}`: "; write it anew",
	} {
		file := filepath.Join(t.TempDir(), "figures.json")
		if err := os.WriteFile(file, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := readFigures(file); err == nil || !strings.Contains(err.Error(), remedy) {
			t.Errorf("%q: %v, want %q", content, err, remedy)
		}
	}
	if _, err := readFigures(filepath.Join(t.TempDir(), "none")); err == nil || !strings.Contains(err.Error(), "; run this in") {
		t.Errorf("no file: %v", err)
	}
}

// The file that is committed has figures of things that are measured, and of all
// training steps.
func TestCommitted(t *testing.T) {
	f, err := readFigures("../figures.json")
	if err != nil {
		t.Fatal(err)
	}
	measured := map[string]bool{}
	for _, s := range subjects() {
		measured[s.name] = true
	}
	if len(f.Machines) == 0 {
		t.Error("no machine has figures")
	}
	for _, e := range f.Machines {
		for name := range e.Peak {
			if !measured[name] {
				t.Errorf("%v: nothing measures %s", e.machine, name)
			}
		}
		for name := range measured {
			if strings.HasPrefix(name, "TrainStep/") && e.Peak[name] == 0 {
				t.Errorf("%v: no figure of %s", e.machine, name)
			}
		}
	}
}

// A machine without figures passes, and is told so; other mistakes are errors.
func TestRun(t *testing.T) {
	file := filepath.Join(t.TempDir(), "figures.json")
	if err := new(figures).write(file); err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	if err := run([]string{"-figures", file}, &out); err != nil || !strings.HasPrefix(out.String(), "WARNING: NO SPEED WAS CHECKED") {
		t.Errorf("%v: %q", err, out.String())
	}
	if err := run([]string{"-figures", file, "x"}, &out); err == nil || !strings.Contains(err.Error(), "; see -help") {
		t.Errorf("%v", err)
	}
}
