//go:build cuda

package cuda

import (
	"testing"

	"github.com/gorgonia-zoo/zoo/cuda/cudatest"
	"github.com/gorgonia-zoo/zoo/internal/device"
)

// What a launch costs the host; the GPU's time is elsewhere.
func BenchmarkLaunch(b *testing.B) {
	d := cudatest.Open(b, device.Options{}).(*gpu)
	all, err := sources(testdata, "testdata")
	if err != nil {
		b.Fatal(err)
	}
	if err := d.load(all); err != nil {
		b.Fatal(err)
	}
	const n = 256
	p, err := d.Alloc(4 * n)
	if err != nil {
		b.Fatal(err)
	}
	defer d.Free(p)
	args := []device.Arg{p.Arg(), p.Arg(), device.Float(1), device.Int(n)}
	for b.Loop() {
		if err := d.Launch("scale", device.Over(n), args...); err != nil {
			b.Fatal(err)
		}
	}
}
