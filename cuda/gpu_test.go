//go:build cuda

package cuda

import (
	"bytes"
	"embed"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
	"unsafe"

	"github.com/pkg/errors"
	"gorgonia.org/cu"

	"github.com/gorgonia-zoo/zoo/cuda/cudatest"
	"github.com/gorgonia-zoo/zoo/internal/device"
)

//go:embed testdata
var testdata embed.FS

// test opens a device that has the kernels of testdata, too.
func test(t *testing.T, o device.Options) *gpu {
	t.Helper()
	d := cudatest.Open(t, o).(*gpu)
	if err := d.load(testSources(t)); err != nil {
		t.Fatal(err)
	}
	return d
}

func testSources(t *testing.T) []source {
	t.Helper()
	all, err := sources(testdata, "testdata")
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// broken opens a device that the test breaks, so nobody looks at it later.
func broken(t *testing.T) *gpu {
	t.Helper()
	if !cudatest.Emulated() {
		t.Skip("a GPU does not find these mistakes")
	}
	d, err := open(0, device.Options{Exact: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() }) // with whatever error
	if err := d.load(testSources(t)); err != nil {
		t.Fatal(err)
	}
	return d
}

// check fails the test at an error.
func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func alloc(t *testing.T, d device.Device, bytes int) device.Pointer {
	t.Helper()
	p, err := d.Alloc(bytes)
	check(t, err)
	return p
}

// put uploads values into memory that the test frees at its end.
func put[T any](t *testing.T, d device.Device, x []T) device.Pointer {
	t.Helper()
	p := alloc(t, d, int(unsafe.Sizeof(x[0]))*len(x))
	t.Cleanup(func() { d.Free(p) })
	check(t, d.Upload(p, raw(x)))
	return p
}

func get[T any](t *testing.T, d device.Device, p device.Pointer, n int) []T {
	t.Helper()
	x := make([]T, n)
	check(t, d.Download(raw(x), p))
	return x
}

func raw[T any](x []T) []byte {
	return unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(x))), len(x)*int(unsafe.Sizeof(x[0])))
}

func floats(r *rand.Rand, n int) []float32 {
	x := make([]float32, n)
	for i := range x {
		x[i] = float32(r.NormFloat64())
	}
	return x
}

func source1(n int) *rand.Rand { return rand.New(rand.NewPCG(1, uint64(n))) }

func TestDevices(t *testing.T) {
	if !Available() {
		t.Fatal("none is available")
	}
	all, err := Devices()
	check(t, err)
	for i, d := range all {
		t.Logf("cuda:%d: %v", i, d)
		if d.Name == "" || d.Major == 0 || d.Total <= 0 || d.Free <= 0 || d.Driver < 11000 {
			t.Errorf("cuda:%d: %+v", i, d)
		}
	}
	if _, err := device.Open("cuda:99", device.Options{}); err == nil || !strings.Contains(err.Error(), "GPUs") {
		t.Errorf("cuda:99: %v", err)
	}
}

// Around the sizes of the staging area, whose memory the next upload may reuse only
// when the copy is done.
func TestCopies(t *testing.T) {
	d := test(t, device.Options{})
	for _, n := range []int{1, 255, 256, 257, 1 << 20, stagingBytes - 1, stagingBytes, stagingBytes + 1, 3*stagingBytes + 5} {
		src := make([]byte, n)
		fill := func(seed int) {
			for i := range src {
				src[i] = byte(i*7 + i>>8 + seed)
			}
		}
		var at []device.Pointer
		for seed := range 5 {
			p := alloc(t, d, n)
			fill(seed)
			check(t, d.Upload(p, src))
			at = append(at, p)
		}
		copied := alloc(t, d, n)
		check(t, d.Copy(copied, at[2], n))
		check(t, d.Clear(at[3], n))
		got := make([]byte, n)
		for seed, p := range at {
			if fill(seed); seed == 3 {
				clear(src)
			}
			check(t, d.Download(got, p))
			if !bytes.Equal(got, src) {
				t.Errorf("%d bytes, upload %d: wrong", n, seed)
			}
			d.Free(p)
		}
		fill(2)
		check(t, d.Download(got, copied))
		if !bytes.Equal(got, src) {
			t.Errorf("%d bytes, copy: wrong", n)
		}
		d.Free(copied)
	}
	check(t, d.Upload(0, nil))
	check(t, d.Download(nil, 0))
	check(t, d.Copy(0, 0, 0))
	check(t, d.Clear(0, 0))
}

// A step that uploads its batch and launches kernels waits for nothing.
func TestNoSynchronization(t *testing.T) {
	d := test(t, device.Options{})
	const n, steps = 100 * 784, 20
	x := floats(source1(n), n)
	p, q := put(t, d, x), alloc(t, d, 4*n)
	defer d.Free(q)
	before := cudatest.Count()
	for range steps {
		check(t, d.Upload(p, raw(x)))
		check(t, d.Launch("scale", device.Over(n), p.Arg(), q.Arg(), device.Float(2), device.Int(n)))
	}
	after := cudatest.Count()
	// The staging area is full after 13 steps, and each half of it again then.
	if n := after.Synchronizations - before.Synchronizations; n > 1 {
		t.Errorf("%d synchronizations in %d steps", n, steps)
	}
	check(t, d.Wait())
	if after = cudatest.Count(); cudatest.Emulated() && (after.Launches-before.Launches != steps || after.Uploaded-before.Uploaded < 4*n*steps) {
		t.Errorf("%+v, then %+v", before, after)
	}
}

func TestAllocations(t *testing.T) {
	d := test(t, device.Options{})
	p := alloc(t, d, 1000)
	if p%256 != 0 {
		t.Errorf("at %#x", p)
	}
	if n, b := d.InUse(); n != 1 || b != 1000 {
		t.Errorf("in use: %d, %d bytes", n, b)
	}
	d.Free(p)
	if q := alloc(t, d, 900); q != p {
		t.Errorf("memory that was freed is not used again: %#x, %#x", p, q)
	}
	d.Free(p)
	d.Free(0)
	for n := range 5000 {
		if size := d.pool.size(n); size < n || n > 512 && float64(size) > 1.25*float64(n) {
			t.Fatalf("%d bytes take %d", n, size)
		}
	}
	if _, err := d.Alloc(-1); err == nil {
		t.Error("-1 bytes")
	}
}

func TestOutOfMemory(t *testing.T) {
	d := test(t, device.Options{})
	total := d.info.Total
	// What was freed goes back to the driver before anybody is told that there is none.
	a := alloc(t, d, total/2)
	d.Free(a)
	b := alloc(t, d, total*2/3)
	defer d.Free(b)
	_, err := d.Alloc(total / 2)
	if err == nil {
		t.Fatal("more memory than there is")
	}
	t.Log(err)
	for _, want := range []string{"out of memory", size(total / 2), size(total), "smaller batch"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%v: does not say %q", err, want)
		}
	}
	check(t, d.Wait()) // it goes on
}

func TestLaunch(t *testing.T) {
	d := test(t, device.Options{Exact: true})
	x := floats(source1(1000), 1000)
	p, q := put(t, d, x), put(t, d, make([]float32, 1000))
	check(t, d.Launch("scale", device.Over(1000), p.Arg(), q.Arg(), device.Float(-2.5), device.Int(1000)))
	for i, y := range get[float32](t, d, q, 1000) {
		if y != -2.5*x[i] {
			t.Fatalf("scale: %d: %v, want %v", i, y, -2.5*x[i])
		}
	}

	w := put(t, d, make([]int64, 2*3*4*32))
	for range 2 {
		check(t, d.Launch("where", device.Layout{X: 4, Y: 3, Z: 2, Threads: 32}, w.Arg()))
		for i, y := range get[int64](t, d, w, 2*3*4*32) {
			if b := i / 32; y != int64(b%4+100*(b/4%3)+10000*(b/12)+1000000*(i%32)) {
				t.Fatalf("where: %d: %d", i, y)
			}
		}
	}

	const rows, n = 3, 15000 // 60 KB, more than a kernel may ask for as it is
	x = floats(source1(n), rows*n)
	p = put(t, d, x)
	check(t, d.Launch("reverse", device.Layout{X: rows, Threads: 128, Shared: 4 * n}, p.Arg(), device.Int(n)))
	for i, y := range get[float32](t, d, p, rows*n) {
		if want := x[i/n*n+n-1-i%n]; y != want {
			t.Fatalf("reverse: %d: %v, want %v", i, y, want)
		}
	}

	for _, n := range []int{1, 31, 1000, 15000} {
		check(t, d.Clear(q, 4))
		check(t, d.Launch("sum", device.Layout{X: 5, Threads: 256}, p.Arg(), q.Arg(), device.Int(n)))
		want, scale := 0.0, 0.0
		for _, v := range get[float32](t, d, p, n) {
			want += float64(v)
			scale += math.Abs(float64(v))
		}
		if got := get[float32](t, d, q, 1)[0]; math.Abs(float64(got)-want) > 1e-6*scale {
			t.Errorf("sum of %d: %v, want %v", n, got, want)
		}
	}

	s := put(t, d, make([]int64, 5*64))
	check(t, d.Launch("shuffles", device.Layout{Threads: 64}, s.Arg()))
	y := get[int64](t, d, s, 5*64)
	for i := range 64 {
		lane, warp := i%32, i/32*32
		down, up := i+3, i-3
		if lane >= 29 {
			down = i
		}
		if lane < 3 {
			up = i
		}
		ballot := int64(0)
		for l := range 8 {
			if (warp+l)%3 == 0 {
				ballot |= 1 << l
			}
		}
		want := []int64{int64(down), int64(up), int64(warp + lane ^ 5), int64(warp + lane/16*16 + 7), ballot}
		want[2] = int64(warp + (lane ^ 5))
		for k, w := range want {
			if y[64*k+i] != w {
				t.Errorf("shuffle %d, thread %d: %d, want %d", k, i, y[64*k+i], w)
			}
		}
	}
}

func TestLaunchErrors(t *testing.T) {
	for _, c := range []struct {
		name   string
		launch func(d *gpu) error
		want   string
	}{
		{"no such kernel", func(d *gpu) error { return d.Launch("nothing", device.Over(1)) }, "nothing"},
		{"too many threads", func(d *gpu) error { return d.Launch("where", device.Layout{Threads: 2048}, 0) }, "2048 threads"},
		{"too much shared memory", func(d *gpu) error {
			return d.Launch("reverse", device.Layout{Threads: 1, Shared: 1 << 30}, 0, 0)
		}, "reverse"},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := broken(t)
			err := c.launch(d)
			if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "cuda:0") {
				t.Fatalf("%v, want an error with %q", err, c.want)
			}
			if again := d.Wait(); !errors.Is(again, err) {
				t.Errorf("then %v", again)
			}
		})
	}
}

// The reference is in float64. A sum of k products of float32s in any order is within
// k·2⁻²⁴ of the sum of their magnitudes, and one more rounding for β.
func TestMatMul(t *testing.T) {
	d := test(t, device.Options{Exact: true})
	sizes := [][3]int{{1, 1, 1}, {3, 5, 7}, {16, 16, 16}, {33, 17, 65}, {1, 100, 50}, {50, 1, 100}, {10, 20, 1}, {64, 10, 784}}
	for _, s := range sizes {
		for bits := range 32 {
			m := device.MatMul{M: s[0], N: s[1], K: s[2], TransA: bits&1 != 0, TransB: bits&2 != 0}
			if bits&4 != 0 {
				m.Beta = 0.5
			}
			gap := 0
			if bits&8 != 0 {
				gap = 3
			}
			count := 1
			if bits&16 != 0 {
				count = 3
			}
			testMatMul(t, d, m, gap, count, 1.0/(1<<24))
		}
	}
}

func testMatMul(t *testing.T, d *gpu, m device.MatMul, gap, count int, rounding float64) {
	t.Helper()
	shape := func(rows, columns int, trans bool) (int, int) {
		if trans {
			rows, columns = columns, rows
		}
		return rows, columns + gap
	}
	var aRows, bRows int
	aRows, m.LDA = shape(m.M, m.K, m.TransA)
	bRows, m.LDB = shape(m.K, m.N, m.TransB)
	m.LDC = m.N + gap
	if count > 1 {
		m.Count = count
		m.StrideA, m.StrideB, m.StrideC = aRows*m.LDA+gap, 0, m.M*m.LDC+gap // B is shared
	}
	r := source1(m.M + 100*m.N + 10000*m.K)
	// No floats after the last row's last, so that the emulator's guard pages begin there.
	extent := func(rows, ld, stride int) int { return (count-1)*stride + rows*ld - gap }
	a, b, c := floats(r, extent(aRows, m.LDA, m.StrideA)), floats(r, extent(bRows, m.LDB, m.StrideB)), floats(r, extent(m.M, m.LDC, m.StrideC))
	if m.Beta == 0 {
		for i := range c { // which a product must not read
			c[i] = float32(math.NaN())
		}
	}
	var at [3]device.Pointer
	for i, x := range [][]float32{a, b, c} {
		at[i] = alloc(t, d, 4*len(x))
		check(t, d.Upload(at[i], raw(x)))
	}
	m.A, m.B, m.C = at[0], at[1], at[2]
	check(t, d.MatMul(m))
	got := get[float32](t, d, m.C, len(c))
	for _, p := range at {
		d.Free(p)
	}
	written := make([]bool, len(c))
	for n := range count {
		for i := range m.M {
			for j := range m.N {
				at := n*m.StrideC + i*m.LDC + j
				written[at] = true
				sum, scale := 0.0, 0.0
				for k := range m.K {
					x, y := n*m.StrideA+i*m.LDA+k, n*m.StrideB+k*m.LDB+j
					if m.TransA {
						x = n*m.StrideA + k*m.LDA + i
					}
					if m.TransB {
						y = n*m.StrideB + j*m.LDB + k
					}
					p := float64(a[x]) * float64(b[y])
					sum += p
					scale += math.Abs(p)
				}
				if m.Beta != 0 {
					p := float64(m.Beta) * float64(c[at])
					sum += p
					scale += math.Abs(p)
				}
				if diff := math.Abs(float64(got[at]) - sum); !(diff <= float64(m.K+2)*rounding*scale) {
					t.Fatalf("%+v: product %d, element (%d, %d): %v, want %v", m, n, i, j, got[at], sum)
				}
			}
		}
	}
	for i, w := range written {
		if !w && math.Float32bits(got[i]) != math.Float32bits(c[i]) {
			t.Fatalf("%+v: wrote between the rows, at %d", m, i)
		}
	}
}

// TF32 keeps 10 bits: relative to each factor an error of 2⁻¹¹, of the product of 2⁻¹⁰.
func TestTF32(t *testing.T) {
	d := test(t, device.Options{Exact: true, TF32: true})
	testMatMul(t, d, device.MatMul{M: 33, N: 17, K: 64}, 0, 1, 1.0/(1<<10))
	if cudatest.Emulated() { // other GPUs may have none
		p := put(t, d, []float32{1 + 1.0/(1<<20)})
		check(t, d.MatMul(device.MatMul{M: 1, N: 1, K: 1, LDA: 1, LDB: 1, LDC: 1, A: p, B: p, C: p}))
		if y := get[float32](t, d, p, 1)[0]; y != 1 {
			t.Errorf("%v² is %v in TF32, want 1", 1+1.0/(1<<20), y)
		}
	}
}

func TestMatMulErrors(t *testing.T) {
	for _, m := range []device.MatMul{
		{M: 2, N: 3, K: 4, LDA: 3, LDB: 3, LDC: 3},
		{M: 2, N: 3, K: 4, LDA: 4, LDB: 2, LDC: 3},
		{M: 2, N: 3, K: 4, LDA: 4, LDB: 3, LDC: 2},
		{M: 2, N: 3, K: 4, LDA: 1, LDB: 3, LDC: 3, TransA: true},
		{M: 2, N: 3, K: 4, LDA: 4, LDB: 3, LDC: 3, TransB: true},
		{M: -2, N: 3, K: 4, LDA: 4, LDB: 3, LDC: 3},
		{M: 2, N: 3, K: 1 << 32, LDA: 1 << 32, LDB: 3, LDC: 3},
	} {
		d := broken(t)
		if err := d.MatMul(m); err == nil || !strings.Contains(err.Error(), "product of") {
			t.Errorf("%+v: %v", m, err)
		}
	}
	d := test(t, device.Options{})
	check(t, d.MatMul(device.MatMul{M: 0, N: 3, K: 4}))
	c := put(t, d, []float32{1, 2})
	check(t, d.MatMul(device.MatMul{M: 1, N: 2, K: 0, LDB: 2, LDC: 2, C: c})) // a sum of nothing
	if y := get[float32](t, d, c, 2); y[0] != 0 || y[1] != 0 {
		t.Errorf("a product over no terms is %v", y)
	}
}

func TestGraph(t *testing.T) {
	for _, exact := range []bool{false, true} {
		d := test(t, device.Options{Exact: exact})
		const n = 64
		x := floats(source1(n), n)
		p, y := put(t, d, x), put(t, d, make([]float32, n))
		before, _ := d.InUse()
		var inside device.Pointer
		g, err := d.Capture(func() error {
			tmp, err := d.Alloc(4 * n)
			if err != nil {
				return err
			}
			inside = tmp
			if err := d.Launch("scale", device.Over(n), p.Arg(), tmp.Arg(), device.Float(2), device.Int(n)); err != nil {
				return err
			}
			if err := d.MatMul(device.MatMul{M: 8, N: 8, K: 8, LDA: 8, LDB: 8, LDC: 8, A: tmp, B: tmp, C: y}); err != nil {
				return err
			}
			if err := d.Copy(p, tmp, 4*n); err != nil { // so that each time differs
				return err
			}
			d.Free(tmp)
			again, err := d.Alloc(4 * n)
			if again != tmp {
				t.Errorf("what a graph freed is not its next allocation: %#x, %#x", tmp, again)
			}
			d.Free(again)
			return err
		})
		check(t, err)
		if got := get[float32](t, d, p, n); got[0] != x[0] {
			t.Error("it was done while it was captured")
		}
		other := alloc(t, d, 4*n)
		if other == inside {
			t.Error("a graph's memory was given to somebody else")
		}
		stats := cudatest.Count()
		for step := range 3 {
			check(t, g.Launch())
			want, scale := 0.0, 0.0
			f := math.Pow(4, float64(step+1))
			for k := range 8 {
				want += f * float64(x[k]) * float64(x[8*k])
				scale += f * math.Abs(float64(x[k])*float64(x[8*k]))
			}
			if got := float64(get[float32](t, d, y, 1)[0]); math.Abs(got-want) > 1e-6*scale {
				t.Errorf("replay %d: %v, want %v", step, got, want)
			}
		}
		if now := cudatest.Count(); cudatest.Emulated() && (now.GraphLaunches-stats.GraphLaunches != 3 || now.Synchronizations-stats.Synchronizations != 3) {
			t.Errorf("%+v, then %+v", stats, now)
		}
		d.Free(other)
		g.Close()
		g.Close()
		if g.Launch() == nil {
			t.Error("a closed graph is launched")
		}
		if after, _ := d.InUse(); after != before {
			t.Errorf("%d allocations, then %d", before, after)
		}
	}
}

func TestCaptureErrors(t *testing.T) {
	d := test(t, device.Options{})
	p := put(t, d, make([]float32, 64))
	mine := errors.New("mine")
	for what, do := range map[string]func() error{
		"upload":   func() error { return d.Upload(p, make([]byte, 4)) },
		"download": func() error { return d.Download(make([]byte, 4), p) },
		"wait":     d.Wait,
		"capture":  func() error { _, err := d.Capture(func() error { return nil }); return err },
		"mine":     func() error { return mine },
	} {
		g, err := d.Capture(func() error {
			tmp, err := d.Alloc(256)
			if err != nil {
				return err
			}
			d.Free(tmp)
			return do()
		})
		if g != nil || err == nil || !strings.Contains(err.Error(), what) {
			t.Errorf("%s: %v", what, err)
		}
		check(t, d.Wait()) // it goes on
	}
}

// Memory that is freed while work that uses it waits is given to somebody else only in
// so far as that comes later.
func TestFreeInUse(t *testing.T) {
	for _, exact := range []bool{false, true} {
		d := test(t, device.Options{Exact: exact})
		const n = 1000
		x := floats(source1(n), n)
		y := put(t, d, make([]float32, n))
		p := alloc(t, d, 4*n)
		check(t, d.Upload(p, raw(x)))
		check(t, d.Launch("scale", device.Over(n), p.Arg(), y.Arg(), device.Float(3), device.Int(n)))
		d.Free(p)
		q := alloc(t, d, 4*n)
		if !exact && q != p {
			t.Errorf("not the same memory: %#x, %#x", p, q)
		}
		check(t, d.Clear(q, 4*n))
		for i, v := range get[float32](t, d, y, n) {
			if v != 3*x[i] {
				t.Fatalf("%d: %v, want %v", i, v, 3*x[i])
			}
		}
		d.Free(q)
	}
}

func TestFreeUnknown(t *testing.T) {
	d := broken(t)
	p := alloc(t, d, 100)
	d.Free(p)
	d.Free(p)
	if err := d.Wait(); err == nil || !strings.Contains(err.Error(), "not allocated") {
		t.Errorf("a second Free: %v", err)
	}
}

func TestClose(t *testing.T) {
	d, err := open(0, device.Options{})
	check(t, err)
	p := alloc(t, d, 1000)
	g, err := d.Capture(func() error { return d.Clear(p, 1000) })
	check(t, err)
	before := cudatest.Count()
	check(t, d.Close())
	check(t, d.Close())
	after := cudatest.Count()
	if after.Allocations != 0 || after.Leaks != before.Leaks {
		t.Errorf("after Close: %+v", after)
	}
	d.Free(p)
	g.Close()
	for what, err := range map[string]error{
		"upload": d.Upload(p, make([]byte, 1)), "wait": d.Wait(), "graph": g.Launch(), "launch": d.Launch("scale", device.Over(1)),
		"product": d.MatMul(device.MatMul{}),
	} {
		if err == nil {
			t.Errorf("%s after Close: no error", what)
		}
	}
	if _, err := d.Alloc(1); err == nil {
		t.Error("allocation after Close: no error")
	}
}

// Devices are used from whatever thread.
func TestThreads(t *testing.T) {
	d := test(t, device.Options{})
	turn := make(chan device.Pointer)
	go func() { turn <- put(t, d, []float32{1, 2, 3}) }()
	p := <-turn
	done := make(chan bool)
	for range 20 {
		go func() {
			check(t, d.Launch("scale", device.Over(3), p.Arg(), p.Arg(), device.Float(1), device.Int(3)))
			done <- true
		}()
		<-done
	}
	if y := get[float32](t, d, p, 3); y[2] != 3 {
		t.Errorf("%v", y)
	}
}

// TestLaunchAllocates holds a launch to no allocation.
func TestLaunchAllocates(t *testing.T) {
	d := test(t, device.Options{})
	p := put(t, d, make([]float32, 10))
	args := []device.Arg{p.Arg(), p.Arg(), device.Float(1), device.Int(10)}
	m := device.MatMul{M: 1, N: 1, K: 1, LDA: 1, LDB: 1, LDC: 1, A: p, B: p, C: p.Add(1)}
	src := make([]byte, 40)
	n := testing.AllocsPerRun(100, func() {
		if d.Launch("scale", device.Over(10), args...) != nil || d.Upload(p, src) != nil || d.Clear(p, 40) != nil || d.MatMul(m) != nil {
			t.Error("error")
		}
	})
	if n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// ---- What the emulator has to find ----

func TestMistakesAreFound(t *testing.T) {
	const n = 64
	for _, c := range []struct {
		kernel string
		want   string
		args   func(p device.Pointer) []device.Arg
	}{
		{"readBeyond", "CUDA_ERROR_ILLEGAL_ADDRESS", func(p device.Pointer) []device.Arg {
			return []device.Arg{p.Arg(), p.Arg(), device.Int(n)}
		}},
		{"writeBeyond", "CUDA_ERROR_ILLEGAL_ADDRESS", func(p device.Pointer) []device.Arg { return []device.Arg{p.Arg(), device.Int(n)} }},
		{"writeBeyond", "CUDA_ERROR_ILLEGAL_ADDRESS", func(p device.Pointer) []device.Arg { return []device.Arg{p.Arg(), device.Int(-1)} }},
		{"misaligned", "CUDA_ERROR_MISALIGNED_ADDRESS", func(p device.Pointer) []device.Arg { return []device.Arg{p.Arg()} }},
		{"sharedBeyond", "CUDA_ERROR_ILLEGAL_ADDRESS", func(p device.Pointer) []device.Arg { return []device.Arg{p.Arg(), device.Int(32)} }},
		{"divergent", "CUDA_ERROR_LAUNCH_FAILED", func(p device.Pointer) []device.Arg { return []device.Arg{p.Arg()} }},
		{"halfWarp", "CUDA_ERROR_LAUNCH_FAILED", func(p device.Pointer) []device.Arg { return []device.Arg{p.Arg()} }},
		{"overflow", "CUDA_ERROR_LAUNCH_FAILED", func(p device.Pointer) []device.Arg { return []device.Arg{p.Arg(), device.Int(1 << 20)} }},
	} {
		t.Run(c.kernel, func(t *testing.T) {
			d := broken(t)
			p := alloc(t, d, 4*n)
			before := cudatest.Count()
			threads := n
			if c.kernel == "sharedBeyond" {
				threads = 32
			}
			check(t, d.Launch(c.kernel, device.Layout{Threads: threads}, c.args(p)...)) // it is done later
			err := d.Wait()
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v, want %s", err, c.want)
			}
			if after := cudatest.Count(); after.Errors == before.Errors {
				t.Error("not counted")
			}
			if d.Clear(p, 4) == nil {
				t.Error("it goes on after an error")
			}
		})
	}
}

// Sizes that are no multiple of 256 bytes end before the forbidden page. The emulator
// looks at what is between.
func TestWritesBeyondOddSizesAreFound(t *testing.T) {
	d := broken(t)
	p := alloc(t, d, 4*10)
	check(t, d.Launch("writeBeyond", device.Layout{Threads: 1}, p.Arg(), device.Int(10)))
	if err := d.Wait(); err == nil {
		t.Error("not found")
	}
}

func TestUseAfterFreeIsFound(t *testing.T) {
	d := broken(t)
	p := alloc(t, d, 4*64)
	d.Free(p)
	check(t, d.Launch("writeBeyond", device.Layout{Threads: 1}, p.Arg(), device.Int(0)))
	if err := d.Wait(); err == nil {
		t.Error("not found")
	}
}

// A kernel that lacks a barrier, or reads what nobody has written, gives wrong results.
func TestUnorderedThreadsAreFound(t *testing.T) {
	d := broken(t)
	x := floats(source1(64), 64)
	p, y := put(t, d, x), put(t, d, x)
	check(t, d.Launch("missingBarrier", device.Layout{Threads: 64}, p.Arg(), y.Arg()))
	wrong := 0
	for i, v := range get[float32](t, d, y, 64) {
		if v != x[63-i] {
			wrong++
		}
	}
	if wrong == 0 {
		t.Error("a missing barrier changes nothing")
	}
	check(t, d.Launch("unset", device.Layout{Threads: 64}, y.Arg()))
	if v := get[float32](t, d, y, 64)[0]; v == v { // NaN
		t.Errorf("shared memory that nobody has written is %v", v)
	}
}

func TestLeaksAreFound(t *testing.T) {
	d := broken(t)
	before := cudatest.Count()
	err := d.in(func() error {
		_, err := cu.MemAlloc(100)
		return err
	})
	check(t, err)
	check(t, d.Close())
	if n := cudatest.Count().Leaks - before.Leaks; n != 1 {
		t.Errorf("%d leaks, want 1", n)
	}
}

func TestCompileErrors(t *testing.T) {
	d := broken(t)
	err := d.load([]source{{name: "wrong.cu", text: "#line 1 \"wrong.cu\"\nextern \"C\" __global__ void f(float *x) { x = nothing; }\n"}})
	if err == nil || !strings.Contains(err.Error(), "wrong.cu") || !strings.Contains(err.Error(), "nothing") {
		t.Errorf("%v", err)
	}
	err = d.load([]source{{name: "small.cu", text: "extern \"C\" __global__ void f(float *x, int n) {}\n"}})
	if cudatest.Emulated() && (err == nil || !strings.Contains(err.Error(), "8 bytes")) {
		t.Errorf("a parameter of 4 bytes: %v", err)
	}
}

// A second compilation is a file's reading.
func TestCompiledKernelsAreKept(t *testing.T) {
	d := broken(t)
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	n := newNVRTC()
	s := source{name: "kept.cu", text: fmt.Sprintf("// %d\nextern \"C\" __global__ void f(float *x) {}\n", os.Getpid())}
	a, err := image(n, &s, d.info)
	check(t, err)
	b, err := image(&nvrtc{major: n.major, minor: n.minor}, &s, d.info) // which cannot compile
	check(t, err)
	if a != b {
		t.Error("they differ")
	}
	if _, err := image(nil, &s, d.info); err == nil || !strings.Contains(err.Error(), "libnvrtc") {
		t.Errorf("without NVRTC: %v", err)
	}
	s.ptx = "// PTX"
	if got, err := image(nil, &s, d.info); got != s.ptx || err != nil {
		t.Errorf("without NVRTC: %q, %v", got, err)
	}
}
