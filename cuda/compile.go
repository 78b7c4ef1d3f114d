//go:build cuda

package cuda

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"sync"

	"github.com/google/renameio/v2"
	"github.com/pkg/errors"
	"gorgonia.org/cu"
)

//go:embed kernels
var kernels embed.FS

// A source is the source of some kernels, and what a compiler made of it.
type source struct {
	name string // relu.cu
	text string
	ptx  string // for any GPU since compute capability 7.5; may be empty
}

func itoa(n int) string { return strconv.Itoa(n) }

// sources returns the kernels of a folder, each preceded by common.cuh.
func sources(files embed.FS, folder string) ([]source, error) {
	common, err := files.ReadFile(path.Join(folder, "common.cuh"))
	if err == nil {
		common = append([]byte("#line 1 \"common.cuh\"\n"), common...)
	}
	entries, err := files.ReadDir(folder)
	if err != nil {
		return nil, err
	}
	var all []source
	for _, e := range entries {
		name := e.Name()
		if path.Ext(name) != ".cu" {
			continue
		}
		text, err := files.ReadFile(path.Join(folder, name))
		if err != nil {
			return nil, err
		}
		ptx, _ := files.ReadFile(path.Join(folder, name[:len(name)-len(".cu")]+".ptx")) // none is fine
		all = append(all, source{name, string(common) + fmt.Sprintf("\n#line 1 %q\n", name) + string(text), string(ptx)})
	}
	return all, nil
}

// load compiles kernels, or finds what was compiled before, and loads the modules.
func (d *gpu) load(all []source) error {
	n := newNVRTC()
	images := make([]string, len(all))
	errs := make([]error, len(all))
	var wait sync.WaitGroup
	for i := range all {
		wait.Go(func() { images[i], errs[i] = image(n, &all[i], d.info) })
	}
	wait.Wait()
	for i, s := range all {
		if errs[i] != nil {
			return errs[i]
		}
		err := d.in(func() error {
			m, err := cu.LoadData(images[i])
			if err == nil {
				d.modules = append(d.modules, m)
			}
			return err
		})
		if err != nil {
			return errors.Wrap(err, s.name)
		}
	}
	return nil
}

// image returns what the driver loads: machine code for the GPU, or PTX.
func image(n *nvrtc, s *source, gpu Info) (string, error) {
	if n == nil {
		if s.ptx == "" {
			return "", errors.New("no libnvrtc.so, which compiles the kernels; it is part of the CUDA toolkit, whose folder of libraries LD_LIBRARY_PATH has to name")
		}
		return s.ptx, nil
	}
	options := []string{fmt.Sprintf("--gpu-architecture=sm_%d%d", gpu.Major, gpu.Minor), "--std=c++17"}
	h := sha256.New()
	fmt.Fprintf(h, "%d.%d %q\n%s\n%s", n.major, n.minor, options, s.name, s.text)
	file := ""
	if dir, err := os.UserCacheDir(); err == nil {
		file = filepath.Join(dir, "gorgonia-zoo", "kernels", hex.EncodeToString(h.Sum(nil)[:16])+".cubin")
		if code, err := os.ReadFile(file); err == nil {
			return string(code), nil
		}
	}
	code, err := n.compile(s.name, s.text, options...)
	if err != nil {
		if s.ptx != "" {
			return s.ptx, nil
		}
		return "", err
	}
	if file != "" && os.MkdirAll(filepath.Dir(file), 0o755) == nil {
		_ = renameio.WriteFile(file, code, 0o644) // next time, then
	}
	return string(code), nil
}

// function finds a kernel by its name.
func (d *gpu) function(name string) (*function, error) {
	if f := d.functions[name]; f != nil {
		return f, nil
	}
	for _, m := range d.modules {
		f, err := m.Function(name)
		if errors.Is(plain(err), notFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		// The driver may load a kernel at its first launch, and wait for the GPU then. This
		// has it loaded now.
		if _, err := f.Attribute(cu.NumRegs); err != nil {
			return nil, err
		}
		d.functions[name] = newFunction(f)
		return d.functions[name], nil
	}
	return nil, errors.New("no kernel has this name")
}
