//go:build !cuda

package cuda

import (
	"strings"
	"testing"

	"github.com/gorgonia-zoo/zoo/internal/device"
)

func TestWithoutTheTag(t *testing.T) {
	if Available() {
		t.Error("a GPU is available")
	}
	for _, name := range []string{"cuda", "cuda:1"} {
		_, err := device.Open(name, device.Options{})
		if err == nil || !strings.Contains(err.Error(), "-tags cuda") || strings.Contains(err.Error(), "\n") {
			t.Errorf("Open(%q): %v, want one line with -tags cuda", name, err)
		}
	}
	if _, err := Devices(); err == nil {
		t.Error("Devices returns no error")
	}
}
