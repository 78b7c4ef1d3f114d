// Package cuda is a device of package device: an NVIDIA GPU, by way of
// gorgonia.org/cu. A program that imports it opens cuda:0, cuda:1 and so on.
//
// It is there only with the build tag cuda, which wants CUDA's headers and
// libraries; README.md says how. A program that is built with it needs NVIDIA's
// driver to start. Without it all that this package does is to say so.
//
// What a device is asked to do goes into one stream, in order, and is done later.
// Memory comes from the driver once and is kept for the next allocation of its
// size. Kernels, in the folder kernels, are compiled by NVRTC for the GPU at hand
// when it is opened first, and kept in the user's cache.
package cuda

import "fmt"

// An Info describes a GPU.
type Info struct {
	Name         string
	Major, Minor int // compute capability
	Total, Free  int // bytes of memory
	Driver       int // CUDA's version that the driver knows, 13000 for 13.0
}

// String returns a line such as "NVIDIA T4, compute capability 7.5, 14.6 of 15.8
// GB free, driver for CUDA 13.0".
func (i Info) String() string {
	return fmt.Sprintf("%s, compute capability %d.%d, %.1f of %.1f GB free, driver for CUDA %d.%d",
		i.Name, i.Major, i.Minor, float64(i.Free)/1e9, float64(i.Total)/1e9, i.Driver/1000, i.Driver%1000/10)
}
