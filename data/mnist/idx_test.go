package mnist

import (
	"bytes"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"
)

func TestIDX(t *testing.T) {
	for name, size := range map[string]int{"small": 5, "as trusted": trusted, "grown": trusted + 1, "grown twice": 4*trusted + 3} {
		want := make([]byte, size)
		for i := range want {
			want[i] = byte(i * 31)
		}
		shape, got, err := readIDX(iotest.HalfReader(bytes.NewReader(idx(want, size))), 1)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if len(shape) != 1 || shape[0] != size || !bytes.Equal(got, want) {
			t.Errorf("%s: shape %v, %d bytes, or other bytes", name, shape, len(got))
		}
	}
}

// A header may promise a gigabyte; memory is for what arrives.
func TestLyingHeader(t *testing.T) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, _, err := readIDX(bytes.NewReader(idx([]byte("little"), maxBytes)), 1)
	runtime.ReadMemStats(&after)
	contains(t, err, "ends after 6 of 1073741824 bytes of its elements")
	if used := after.TotalAlloc - before.TotalAlloc; used > 2*trusted {
		t.Errorf("%d bytes were allocated for 6", used)
	}
}

// What is read can be written again, byte for byte; all else is an error of
// one line with a remedy.
func FuzzIDX(f *testing.F) {
	f.Add(images(2))
	f.Add(labels(11))
	f.Add(images(1)[:100])
	f.Add(append(labels(3), 7))
	f.Add(idx(nil, 0))
	f.Add(idx(nil, 1<<31-1, 1<<31-1, 1<<31-1))
	f.Add(zip(labels(3)))
	f.Add(zip(labels(3))[:20])
	f.Fuzz(func(t *testing.T, file []byte) {
		for _, dims := range []int{1, 3} {
			shape, elements, err := readIDX(bytes.NewReader(file), dims)
			if err == nil && !bytes.Equal(idx(elements, shape...), file) {
				t.Errorf("%d dimensions: read %v and %d elements from %d other bytes", dims, shape, len(elements), len(file))
			}
			checkRemedy(t, err)

			r, err := unpack(bytes.NewReader(file))
			if err == nil {
				_, _, err = readIDX(r, dims)
			}
			checkRemedy(t, err)
		}
	})
}

func checkRemedy(t *testing.T, err error) {
	t.Helper()
	if err == nil {
		return
	}
	if msg := err.Error(); strings.Contains(msg, "\n") || !strings.Contains(msg, "; ") {
		t.Errorf("error %q has several lines or no remedy", msg)
	}
}
