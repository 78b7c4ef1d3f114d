package main

import (
	"os"
	"strconv"
	"strings"
)

// A clock is the time, in ticks, that the processors have had, that they were at
// work, those of the machine below included, and that this process has used of it.
type clock struct{ all, busy, own float64 }

// now reads the clock; where the system does not tell, all is 0.
func now() (c clock) {
	system, err := os.ReadFile("/proc/stat")
	if err != nil {
		return clock{}
	}
	self, err := os.ReadFile("/proc/self/stat")
	if err != nil {
		return clock{}
	}
	return readClock(string(system), string(self))
}

// readClock reads what Linux says in /proc/stat and /proc/self/stat, see proc(5).
func readClock(system, self string) (c clock) {
	first, _, _ := strings.Cut(system, "\n")
	fields := strings.Fields(first)
	if len(fields) < 9 || fields[0] != "cpu" {
		return clock{}
	}
	for i, f := range fields[1:9] { // user, nice, system, idle, iowait, irq, softirq, steal
		v, err := strconv.ParseFloat(f, 64)
		if err != nil {
			return clock{}
		}
		c.all += v
		if i != 3 && i != 4 {
			c.busy += v
		}
	}
	fields = strings.Fields(self[strings.LastIndexByte(self, ')')+1:]) // after the program's name, which may have spaces
	if len(fields) < 13 {
		return clock{}
	}
	for _, f := range fields[11:13] { // utime, stime
		v, err := strconv.ParseFloat(f, 64)
		if err != nil {
			return clock{}
		}
		c.own += v
	}
	return c
}

// others returns the share of the processors that others had between c and a later
// clock; 0 where the system does not tell.
func (c clock) others(later clock) float64 {
	if c.all == 0 || later.all <= c.all {
		return 0
	}
	return max((later.busy-c.busy)-(later.own-c.own), 0) / (later.all - c.all)
}
