package device

import (
	"slices"
	"strconv"
	"strings"

	"github.com/pkg/errors"
)

// Options are what a device is opened with.
type Options struct {
	TF32 bool // products of matrices keep 10 bits of what they multiply, and are faster

	// Exact gets each allocation from the driver and gives it back at once, so that
	// tools that check accesses know where it ends. It is slow.
	Exact bool
}

// A Kind is a kind of device.
type Kind struct {
	Count func() int // how many there are
	Open  func(index int, o Options) (Device, error)
}

var kinds = map[string]Kind{}

// Register makes a kind of device known to Open. Packages that have one call it in
// their init.
func Register(name string, k Kind) {
	if kinds[name].Open != nil {
		panic("device: " + name + " registered twice")
	}
	kinds[name] = k
}

// Any returns the name of a device, empty if there is none.
func Any() string {
	for name, k := range kinds {
		if k.Count() > 0 {
			return name + ":0"
		}
	}
	return ""
}

// Open opens the device of a name such as cuda:1; cuda alone is cuda:0.
func Open(name string, o Options) (Device, error) {
	kind, number, numbered := strings.Cut(name, ":")
	open := kinds[kind].Open
	if open == nil {
		if len(kinds) == 0 {
			return nil, errors.Errorf("device %q: this program knows no devices", name)
		}
		known := make([]string, 0, len(kinds))
		for k := range kinds {
			known = append(known, k)
		}
		slices.Sort(known)
		return nil, errors.Errorf("device %q: this program knows %s", name, strings.Join(known, ", "))
	}
	index := 0
	if numbered {
		var err error
		if index, err = strconv.Atoi(number); err != nil || index < 0 {
			return nil, errors.Errorf("device %q: want a number after the colon, such as %s:0", name, kind)
		}
	}
	return open(index, o)
}
