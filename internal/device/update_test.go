package device_test

import (
	"fmt"
	"math"
	"slices"
	"testing"

	_ "github.com/gorgonia-zoo/zoo/cuda"
	"github.com/gorgonia-zoo/zoo/cuda/cudatest"
	"github.com/gorgonia-zoo/zoo/internal/device"
	"github.com/gorgonia-zoo/zoo/internal/golden"
	"github.com/gorgonia-zoo/zoo/internal/kernel"
)

// A fit is a parameter on the host, as kernel.Update has it, and the same on a device.
type fit struct {
	host kernel.Update
	dev  device.Update
}

func (f *fit) arrays() map[string][]float32 {
	return map[string][]float32{"w": f.host.W, "m": f.host.M, "v": f.host.V, "average": f.host.Average}
}

func (f *fit) pointer(name string) device.Pointer {
	return map[string]device.Pointer{"w": f.dev.W, "m": f.dev.M, "v": f.dev.V, "average": f.dev.Average}[name]
}

// Three steps on parameters of sizes that leave blocks a rest, by each rule with all
// that may go with it: what package kernel does, and the same bits each time.
func TestUpdatesAgreeWithHost(t *testing.T) {
	const tolerance = 1e-6 // the device fuses products and sums
	d := cudatest.Open(t, device.Options{Exact: true})
	for _, rule := range []string{"sgd", "momentum", "nesterov", "adam"} {
		for _, most := range []float64{0, 0.5} { // of the norm
			for _, penalties := range []bool{false, true} {
				t.Run(fmt.Sprint(rule, " clip ", most, " penalties ", penalties), func(t *testing.T) {
					var first [][]float32
					for range 2 {
						got := train(t, d, rule, most, penalties, tolerance)
						if first == nil {
							first = got
						}
						for i := range got {
							if !slices.Equal(got[i], first[i]) {
								t.Error("not the same bits again")
							}
						}
					}
				})
			}
		}
	}
}

// train returns the weights after three steps, which it compares with the host's.
func train(t *testing.T, d device.Device, rule string, most float64, penalties bool, tolerance float64) (weights [][]float32) {
	t.Helper()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	upload := func(x []float32) device.Pointer {
		p, err := d.Alloc(4 * len(x))
		must(err)
		t.Cleanup(func() { d.Free(p) })
		must(d.Upload(p, device.Bytes(x)))
		return p
	}
	sizes := []int{1, 33, 4097, 10_000}
	u, err := device.NewUpdater(d, 8, sizes...)
	must(err)
	defer u.Close()
	var fits []*fit
	for i, n := range sizes {
		f := &fit{host: kernel.Update{W: golden.Noise(uint32(i), n), Average: golden.Noise(uint32(10+i), n)}}
		if penalties {
			f.host.L2, f.host.L1 = 0.01, 0.002
			f.host.W[n/2] = 0 // whose sign is 0
		}
		switch rule {
		case "momentum", "nesterov":
			f.host.V = golden.Noise(uint32(20+i), n)
			f.host.Momentum, f.host.Nesterov = 0.9, rule == "nesterov"
			f.dev.M = upload(f.host.V)
		case "adam":
			f.host.M, f.host.V = golden.Noise(uint32(20+i), n), make([]float32, n)
			f.host.Beta1, f.host.New1, f.host.Beta2, f.host.New2, f.host.Epsilon = 0.9, float32(1-0.9), 0.99, float32(1-0.99), 1e-6
			f.dev.M, f.dev.V = upload(f.host.M), upload(f.host.V)
		}
		f.dev.N, f.dev.W, f.dev.Average, f.dev.G = n, upload(f.host.W), upload(f.host.Average), upload(f.host.W)
		f.dev.L2, f.dev.L1, f.dev.Momentum, f.dev.Nesterov = float64(f.host.L2), float64(f.host.L1), float64(f.host.Momentum), f.host.Nesterov
		f.dev.Beta1, f.dev.Beta2, f.dev.Epsilon = 0.9, 0.99, 1e-6
		fits = append(fits, f)
	}
	var updates []device.Update
	for _, f := range fits {
		updates = append(updates, f.dev)
	}
	for step := 1; step <= 3; step++ {
		now := device.Numbers{Step: float64(step), Rate: 0.1 / float64(step), Blend: 0.25 / float64(step), Root: 1 + float64(step)}
		must(u.Begin(now))
		var norm float64
		for i, f := range fits {
			f.host.G = golden.Noise(uint32(100*step+i), f.dev.N)
			must(d.Upload(f.dev.G, device.Bytes(f.host.G)))
			norm += kernel.SquaredNorm(&f.host)
		}
		scale := 1.0
		if most > 0 {
			scale = min(1, most/math.Sqrt(norm))
			must(u.Clip(updates, most))
		}
		for _, f := range fits {
			f.host.Rate, f.host.Blend, f.host.Root, f.host.Scale = float32(now.Rate), float32(now.Blend), float32(now.Root), float32(scale)
			if rule == "adam" {
				kernel.Adam(&f.host)
				must(u.Adam(f.dev))
			} else {
				kernel.SGD(&f.host)
				must(u.SGD(f.dev))
			}
		}
	}
	for _, f := range fits {
		for name, want := range f.arrays() {
			at := f.pointer(name)
			if name == "v" && rule != "adam" {
				at = f.dev.M
			}
			if want == nil {
				continue
			}
			got := make([]float32, len(want))
			must(d.Download(device.Bytes(got), at))
			for i, w := range want {
				if diff := math.Abs(float64(got[i]) - float64(w)); !(diff <= tolerance*max(1, math.Abs(float64(w)))) {
					t.Fatalf("%s[%d] of %d is %v, want %v", name, i, len(want), got[i], w)
				}
			}
			if name == "w" {
				weights = append(weights, got)
			}
		}
	}
	if step, _, err := u.Bad(); step != 0 || err != nil {
		t.Errorf("bad in step %d, %v", step, err)
	}
	return weights
}

// What is not finite is known by its step, and nothing changes from then on: with
// clipping, nor does it in that step.
func TestUpdatesStop(t *testing.T) {
	d := cudatest.Open(t, device.Options{Exact: true})
	const n = 300
	w, err := d.Alloc(4 * n)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Free(w)
	g, err := d.Alloc(4 * n)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Free(g)
	u, err := device.NewUpdater(d, 8, n)
	if err != nil {
		t.Fatal(err)
	}
	defer u.Close()
	p := device.Update{N: n, W: w, G: g}
	for _, bad := range []string{"gradient", "norm", "loss"} {
		before := golden.Noise(1, n)
		if err := d.Upload(w, device.Bytes(before)); err != nil {
			t.Fatal(err)
		}
		for step := 1; step <= 3; step++ {
			grad, loss := golden.Noise(2, n), []float32{1}
			if step == 2 {
				switch bad {
				case "gradient":
					grad[170] = float32(math.NaN())
				case "norm":
					grad[299] = float32(math.Inf(-1))
				case "loss":
					loss[0] = float32(math.Inf(1))
				}
			}
			check := func(err error) {
				t.Helper()
				if err != nil {
					t.Fatal(err)
				}
			}
			check(d.Upload(g, device.Bytes(grad)))
			check(u.Begin(device.Numbers{Step: float64(step), Rate: 0.1}))
			at, err := d.Alloc(4)
			check(err)
			check(d.Upload(at, device.Bytes(loss)))
			check(u.CheckLoss(at))
			if bad == "norm" {
				check(u.Clip([]device.Update{p}, 1e9))
			}
			check(u.SGD(p))
			d.Free(at)
			now := make([]float32, n)
			check(d.Download(device.Bytes(now), w))
			changes := step == 1 || step == 2 && bad == "gradient"
			if same := slices.Equal(now, before); same == changes {
				t.Errorf("%s, step %d: weights are the same: %v", bad, step, same)
			}
			before = now
			wrong, ofLoss, err := u.Bad()
			if want := 2 * min(step/2, 1); err != nil || wrong != want || ofLoss != (bad == "loss" && want > 0) {
				t.Errorf("%s, step %d: bad in step %d, of the loss %v, %v", bad, step, wrong, ofLoss, err)
			}
		}
		if err := u.Mend(); err != nil {
			t.Fatal(err)
		}
		if step, _, err := u.Bad(); step != 0 || err != nil {
			t.Errorf("mended, but bad in step %d, %v", step, err)
		}
	}
}
