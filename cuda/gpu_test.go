//go:build cuda

package cuda

import (
	"testing"

	"github.com/gorgonia-zoo/zoo/internal/device"
)

func TestCopies(t *testing.T) {
	d, err := device.Open("cuda:0", device.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
}
