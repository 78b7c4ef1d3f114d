package device

import (
	"strings"
	"testing"
)

func TestOpen(t *testing.T) {
	defer func(k map[string]Kind) { kinds = k }(kinds)
	kinds = map[string]Kind{}
	fails := func(name, want string) {
		t.Helper()
		if _, err := Open(name, Options{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Open(%q): %v, want an error with %q", name, err, want)
		}
	}
	fails("cuda:0", "knows no devices")
	var opened []int
	count := 0
	Register("cuda", Kind{
		Count: func() int { return count },
		Open: func(i int, o Options) (Device, error) {
			opened = append(opened, i)
			if !o.TF32 {
				t.Error("options are not passed on")
			}
			return nil, nil
		},
	})
	if any := Any(); any != "" {
		t.Errorf("Any() = %q of none", any)
	}
	count = 2
	if any := Any(); any != "cuda:0" {
		t.Errorf("Any() = %q, want cuda:0", any)
	}
	fails("tpu:0", "knows cuda")
	fails("cuda:", "want a number")
	fails("cuda:-1", "want a number")
	fails("cuda:x", "want a number")
	for _, name := range []string{"cuda", "cuda:0", "cuda:3"} {
		if _, err := Open(name, Options{TF32: true}); err != nil {
			t.Error(err)
		}
	}
	if len(opened) != 3 || opened[0] != 0 || opened[1] != 0 || opened[2] != 3 {
		t.Errorf("opened %v", opened)
	}
}
