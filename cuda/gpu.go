//go:build cuda

package cuda

import (
	"fmt"
	"math"

	"github.com/pkg/errors"
	"gorgonia.org/cu"

	"github.com/gorgonia-zoo/zoo/internal/device"
)

func init() {
	device.Register("cuda", device.Kind{
		Count: func() int { n, _ := cu.NumDevices(); return n },
		Open:  func(i int, o device.Options) (device.Device, error) { return open(i, o) },
	})
}

// Available reports whether there is a GPU.
func Available() bool {
	n, err := cu.NumDevices()
	return err == nil && n > 0
}

// Devices returns the GPUs, cuda:0 first.
func Devices() ([]Info, error) {
	n, err := cu.NumDevices()
	if err != nil {
		return nil, errors.Wrap(err, "cuda")
	}
	all := make([]Info, n)
	for i := range all {
		err := func() error {
			card, err := cu.GetDevice(i)
			if err != nil {
				return err
			}
			d, err := newDriver(card)
			if err != nil {
				return err
			}
			defer card.ReleasePrimaryCtx() //nolint:errcheck // nothing was asked of it
			all[i], err = describe(card, &d)
			if err2 := d.in(d.stream.Destroy); err == nil {
				err = err2
			}
			return err
		}()
		if err != nil {
			return nil, errors.Wrapf(err, "cuda:%d", i)
		}
	}
	return all, nil
}

func describe(card cu.Device, d *driver) (Info, error) {
	i := Info{Driver: cu.Version()}
	var err error
	if i.Name, err = card.Name(); err != nil {
		return i, err
	}
	if i.Major, err = card.Attribute(cu.ComputeCapabilityMajor); err != nil {
		return i, err
	}
	if i.Minor, err = card.Attribute(cu.ComputeCapabilityMinor); err != nil {
		return i, err
	}
	return i, d.in(func() error {
		free, total, err := cu.MemInfo()
		i.Free, i.Total = int(free), int(total)
		return err
	})
}

type gpu struct {
	driver
	card cu.Device
	name string
	info Info

	pool      *pool
	staging   *staging
	landing   []byte // pinned, for downloads
	modules   []cu.Module
	functions map[string]*function
	blas      blas
	workspace device.Pointer // cuBLAS'
	graphs    map[*graph]bool

	capturing bool
	closed    bool
	err       error // after which it does nothing
}

func open(index int, o device.Options) (_ *gpu, err error) {
	d := &gpu{name: fmt.Sprintf("cuda:%d", index), functions: map[string]*function{}, graphs: map[*graph]bool{}}
	n, err := cu.NumDevices()
	if err != nil {
		return nil, errors.Wrap(err, d.name)
	}
	if index >= n {
		return nil, errors.Errorf("%s: there are %d GPUs", d.name, n)
	}
	if d.card, err = cu.GetDevice(index); err != nil {
		return nil, errors.Wrap(err, d.name)
	}
	if d.driver, err = newDriver(d.card); err != nil {
		return nil, errors.Wrap(err, d.name)
	}
	d.pool = newPool(o.Exact, d.get, d.put)
	if err = d.prepare(o); err != nil {
		_ = d.Close() // the error is told
		return nil, errors.Wrap(err, d.name)
	}
	return d, nil
}

func (d *gpu) prepare(o device.Options) error {
	var err error
	if d.info, err = describe(d.card, &d.driver); err != nil {
		return err
	}
	err = d.in(func() error {
		var err error
		if d.staging, err = d.newStaging(); err != nil {
			return err
		}
		d.landing, err = d.pinned(stagingBytes)
		return err
	})
	if err != nil {
		return err
	}
	// With memory of its own cuBLAS asks for none while a graph is captured. NVIDIA's advice: 32 MiB for
	// Hopper and later, 4 MiB for others.
	workspace := 4 << 20
	if d.info.Major >= 9 {
		workspace = 32 << 20
	}
	if d.workspace, err = d.get(workspace); err != nil {
		return err
	}
	if d.blas, err = d.newBLAS(d.workspace, workspace, o.TF32); err != nil {
		return err
	}
	all, err := sources(kernels, "kernels")
	if err != nil {
		return err
	}
	return d.load(all)
}

func (d *gpu) Name() string { return d.name }

// do does what may not be done during a capture, if so, with the context set. An error
// of the GPU is the last thing that d does.
func (d *gpu) do(what string, duringCapture bool, f func() error) error {
	if err := d.check(what, duringCapture); err != nil {
		return err
	}
	return d.failed(what, d.in(f))
}

func (d *gpu) check(what string, duringCapture bool) error {
	switch {
	case d.err != nil:
		return d.err
	case d.closed:
		return errors.Errorf("%s: %s after Close", d.name, what)
	case d.capturing && !duringCapture:
		return errors.Errorf("%s: %s while a graph is captured", d.name, what)
	}
	return nil
}

// failed keeps an error. What went wrong may be something that was asked for earlier.
func (d *gpu) failed(what string, err error) error {
	if err != nil {
		d.err = errors.Wrapf(err, "%s: %s, or what came before it", d.name, what)
	}
	return d.err
}

// get and put are the driver's side of the pool.
func (d *gpu) get(bytes int) (p device.Pointer, err error) {
	err = d.in(func() error {
		at, err := cu.MemAlloc(int64(bytes))
		p = device.Pointer(at)
		return err
	})
	return p, err
}

// put waits first: what is in the stream may use the memory.
func (d *gpu) put(p device.Pointer) error {
	return d.in(func() error {
		if err := d.stream.Synchronize(); err != nil {
			return err
		}
		return cu.MemFree(cu.DevicePtr(p))
	})
}

func (d *gpu) Alloc(bytes int) (device.Pointer, error) {
	if bytes < 0 {
		return 0, errors.Errorf("%s: allocation of %d bytes", d.name, bytes)
	}
	if err := d.check("allocation", true); err != nil {
		return 0, err
	}
	p, err := d.pool.alloc(bytes)
	if errors.Is(err, outOfMemory) && d.pool.kept > 0 && !d.capturing {
		if err := d.failed("giving memory back", d.pool.trim()); err != nil {
			return 0, err
		}
		p, err = d.pool.alloc(bytes)
	}
	if errors.Is(err, outOfMemory) {
		return 0, d.outOfMemory(bytes)
	}
	return p, d.failed("allocation", err)
}

func (d *gpu) outOfMemory(bytes int) error {
	var free, total int64
	err := d.in(func() (err error) {
		free, total, err = cu.MemInfo()
		return err
	})
	if err != nil {
		return d.failed("asking for the free memory", err)
	}
	return errors.Errorf("%s: out of memory: %s more are needed, %s of %s are free, and this program uses %s; a smaller batch needs less",
		d.name, size(bytes), size(int(free)), size(int(total)), size(d.pool.used))
}

// size writes bytes for people.
func size(bytes int) string {
	switch {
	case bytes >= 1e9:
		return fmt.Sprintf("%.1f GB", float64(bytes)/1e9)
	case bytes >= 1e6:
		return fmt.Sprintf("%.1f MB", float64(bytes)/1e6)
	default:
		return fmt.Sprintf("%d bytes", bytes)
	}
}

func (d *gpu) Free(p device.Pointer) {
	if p == 0 || d.closed {
		return
	}
	known, err := d.pool.release(p)
	if !known && d.err == nil {
		err = errors.Errorf("%#x was not allocated", uintptr(p))
	}
	if d.err == nil {
		_ = d.failed("free", err) // the next call tells
	}
}

func (d *gpu) InUse() (allocations, bytes int) {
	for _, b := range d.pool.live {
		bytes += b.asked
	}
	return len(d.pool.live), bytes
}

func (d *gpu) Upload(dst device.Pointer, src []byte) error {
	return d.do("upload", false, func() error { return d.upload(dst, src) })
}

func (d *gpu) Download(dst []byte, src device.Pointer) error {
	return d.do("download", false, func() error { return d.download(dst, src) })
}

func (d *gpu) Copy(dst, src device.Pointer, bytes int) error {
	if bytes == 0 {
		return d.err
	}
	return d.do("copy", true, func() error {
		return cu.MemcpyDtoDAsync(cu.DevicePtr(dst), cu.DevicePtr(src), int64(bytes), d.stream)
	})
}

func (d *gpu) Clear(dst device.Pointer, bytes int) error {
	if bytes == 0 {
		return d.err
	}
	return d.do("clear", true, func() error { return cu.MemsetD8Async(cu.DevicePtr(dst), 0, int64(bytes), d.stream) })
}

func (d *gpu) Launch(kernel string, l device.Layout, args ...device.Arg) error {
	f := d.functions[kernel]
	if f == nil || l.Shared > f.shared {
		err := d.do(kernel, true, func() (err error) {
			if f, err = d.function(kernel); err != nil {
				return err
			}
			if l.Shared > f.shared {
				return d.allowShared(f, l.Shared)
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	if err := d.check(kernel, true); err != nil {
		return err
	}
	if err := d.launch(f, l, args); err != nil {
		return d.failed(fmt.Sprintf("%s, %d×%d×%d blocks of %d threads with %d bytes of shared memory", kernel, l.X, l.Y, l.Z, l.Threads, l.Shared), err)
	}
	return nil
}

func (d *gpu) MatMul(m device.MatMul) error {
	if err := d.check("product", true); err != nil {
		return err
	}
	if m.M == 0 || m.N == 0 {
		return nil
	}
	if err := checkMatMul(&m); err != nil {
		return d.failed("product", err)
	}
	if err := d.multiply(d.blas, &m); err != nil {
		return d.failed(fmt.Sprintf("product of (%d, %d) and (%d, %d)", m.M, m.K, m.K, m.N), err)
	}
	return nil
}

func checkMatMul(m *device.MatMul) error {
	a, b := m.K, m.N // columns as given
	if m.TransA {
		a = m.M
	}
	if m.TransB {
		b = m.K
	}
	if m.M < 0 || m.N < 0 || m.K < 0 || m.Count < 0 {
		return errors.Errorf("product of (%d, %d) and (%d, %d), %d times", m.M, m.K, m.K, m.N, m.Count)
	}
	if m.LDA < a || m.LDB < b || m.LDC < m.N {
		return errors.Errorf("product of (%d, %d) and (%d, %d): rows %d, %d and %d apart, but %d, %d and %d long", m.M, m.K, m.K, m.N, m.LDA, m.LDB, m.LDC, a, b, m.N)
	}
	if max(m.M, m.N, m.K, m.LDA, m.LDB, m.LDC, m.Count) > math.MaxInt32 {
		return errors.Errorf("product of (%d, %d) and (%d, %d): more than cuBLAS takes", m.M, m.K, m.K, m.N)
	}
	return nil
}

func (d *gpu) Wait() error {
	return d.do("wait", false, d.stream.Synchronize)
}

func (d *gpu) Close() error {
	if d.closed {
		return nil
	}
	first := d.err
	if first == nil {
		first = d.Wait()
	}
	d.closed = true
	note := func(err error) {
		if err != nil && first == nil {
			first = errors.Wrapf(err, "%s: close", d.name)
		}
	}
	for g := range d.graphs {
		note(g.close())
	}
	if d.blas.handle != nil {
		note(d.closeBLAS(d.blas))
	}
	if d.workspace != 0 {
		note(d.put(d.workspace))
	}
	note(d.in(func() error {
		for _, m := range d.modules {
			note(m.Unload())
		}
		if d.staging != nil {
			note(d.staging.close())
		}
		if d.landing != nil {
			note(freePinned(d.landing))
		}
		return nil
	}))
	note(d.pool.close())
	note(d.in(d.stream.Destroy))
	note(d.card.ReleasePrimaryCtx())
	return first
}
