//go:build !cuda

package cuda

import (
	"github.com/pkg/errors"

	"github.com/gorgonia-zoo/zoo/internal/device"
)

var errNone = errors.New("this program is built without CUDA; build it with -tags cuda, as cuda/README.md says")

func init() {
	device.Register("cuda", device.Kind{
		Count: func() int { return 0 },
		Open:  func(int, device.Options) (device.Device, error) { return nil, errNone },
	})
}

// Available reports whether there is a GPU.
func Available() bool { return false }

// Devices returns the GPUs, cuda:0 first.
func Devices() ([]Info, error) { return nil, errNone }
