// Package cudatest has what tests of devices need: a device that is checked when the
// test is over, and what the emulated driver counts.
package cudatest

import (
	"testing"

	"github.com/gorgonia-zoo/zoo/internal/device"
)

// Stats are what the emulated driver has counted since it was loaded.
type Stats struct {
	Synchronizations     int64 // calls that waited for the device
	Launches             int64 // of kernels and products, those of graphs included
	GraphLaunches        int64
	Uploaded, Downloaded int64 // bytes
	Allocations, Bytes   int64 // in use, those that a device keeps for itself included
	Errors               int64 // that it has told on standard error
	Leaks                int64 // allocations that were left when a device was closed
}

// Open opens cuda:0, which the test's program must have imported package cuda for, and
// skips the test without one. When the test is over it closes the device, which must have
// no error and nothing allocated. Emulated, it must not have found one either.
func Open(t testing.TB, o device.Options) device.Device {
	t.Helper()
	if why := none(); why != "" {
		t.Skip(why)
	}
	before := Count()
	d, err := device.Open("cuda:0", o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if n, bytes := d.InUse(); n != 0 {
			t.Errorf("%d allocations were not freed, %d bytes", n, bytes)
		}
		if err := d.Close(); err != nil {
			t.Error(err)
		}
		after := Count()
		if n := after.Errors - before.Errors; n != 0 {
			t.Errorf("the emulator found %d errors, see above", n)
		}
	})
	return d
}
