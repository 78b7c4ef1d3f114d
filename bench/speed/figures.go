package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"os"
	"runtime"
	"strings"

	"github.com/pkg/errors"
)

// figures is what the file holds.
type figures struct {
	Machines []*entry `json:"machines"`
}

// An entry has the figures of one kind of machine.
type entry struct {
	machine
	Note string             `json:"note,omitempty"` // of figures that were not measured by -write
	Peak map[string]float64 `json:"percent_of_peak"`
}

// A machine is what figures depend on.
type machine struct {
	Processor string `json:"processor"`
	ISA       string `json:"isa"`
	Threads   int    `json:"threads"`
}

func (m machine) String() string {
	return fmt.Sprintf("%s with %s and %d threads", m.Processor, m.ISA, m.Threads)
}

func readFigures(file string) (*figures, error) {
	b, err := os.ReadFile(file)
	if err != nil {
		return nil, errors.Errorf("%v; run this in the repository's root, or name the file with -figures", err)
	}
	f := new(figures)
	if err := json.Unmarshal(b, f); err != nil {
		return nil, errors.Errorf("%s: %v; restore it from git", file, err)
	}
	for _, e := range f.Machines {
		for name, v := range e.Peak {
			if !(v > 0 && v <= 100) {
				return nil, errors.Errorf("%s: %s has %v %% of the peak; write it anew with -write", file, name, v)
			}
		}
	}
	return f, nil
}

// find returns the entry of machines like m, or of such with fewer threads, of which m
// can have as many; nil if there is none.
func (f *figures) find(m machine) (best *entry) {
	for _, e := range f.Machines {
		if e.Processor == m.Processor && e.ISA == m.ISA && e.Threads <= m.Threads && (best == nil || e.Threads > best.Threads) {
			best = e
		}
	}
	return best
}

// set puts figures, to the tenth, in the place of those of the same machine.
func (f *figures) set(m machine, peak map[string]float64) {
	rounded := maps.Clone(peak)
	for name, v := range rounded {
		rounded[name] = math.Round(10*v) / 10
	}
	for _, e := range f.Machines {
		if e.machine == m {
			e.Note, e.Peak = "", rounded
			return
		}
	}
	f.Machines = append(f.Machines, &entry{machine: m, Peak: rounded})
}

func (f *figures) write(file string) error {
	b, err := json.MarshalIndent(f, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(file, append(b, '\n'), 0o644)
}

// cpuInfo returns what Linux says of the processors, or nothing.
func cpuInfo() string {
	b, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		return ""
	}
	return string(b)
}

// processor names a kind of processor by what tells its microarchitecture. The
// marketing name does not: a virtual machine may have a part of it alone.
func processor(info string) string {
	first, _, _ := strings.Cut(info, "\n\n")
	field := map[string]string{}
	for line := range strings.Lines(first) {
		if key, value, ok := strings.Cut(line, ":"); ok {
			field[strings.TrimSpace(key)] = strings.TrimSpace(value)
		}
	}
	if field["vendor_id"] == "" {
		return "unknown " + runtime.GOARCH
	}
	return fmt.Sprintf("%s family %s model %s", field["vendor_id"], field["cpu family"], field["model"])
}
