package main

import (
	"math"
	"testing"
)

func TestOthers(t *testing.T) {
	before := readClock("cpu  100 10 20 800 5 1 2 3 0 0\ncpu0 1 2 3\n", "7 (a b) c) R 1 7 7 0 -1 4194304 100 0 0 0 30 5 0 0 20 0\n")
	if want := (clock{941, 136, 35}); before != want {
		t.Fatalf("%+v, want %+v", before, want)
	}
	for _, c := range []struct {
		name         string
		system, self string
		want         float64
	}{
		// 200 ticks later, of which this process had 100 and others 50, 10 of them
		// below the virtual machine.
		{"shared", "cpu 220 30 20 850 5 1 2 13 0 0", "7 (x) R 1 7 7 0 -1 0 0 0 0 0 120 15 0 0", 0.25},
		{"alone", "cpu 200 10 20 900 5 1 2 3 0 0", "7 (x) R 1 7 7 0 -1 0 0 0 0 0 130 5 0 0", 0},
		{"own time ahead", "cpu 200 10 20 900 5 1 2 3 0 0", "7 (x) R 1 7 7 0 -1 0 0 0 0 0 132 5 0 0", 0},
		{"unreadable", "", "", 0},
		{"another system", "intr 1", "7 (x) R", 0},
	} {
		if got := before.others(readClock(c.system, c.self)); math.Abs(got-c.want) > 1e-9 {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
	if got := (clock{}).others(before); got != 0 {
		t.Errorf("%v from nothing, want 0", got)
	}
}
