package kernel

import (
	"slices"
	"testing"
)

func TestCopy(t *testing.T) {
	for _, n := range []int{0, 1, copyLen - 1, copyLen, 3*copyLen + 5} {
		src := uniform(n, 1)
		dst := make([]float32, n+1)
		dst[n] = 7
		Copy(dst[:n], src)
		if !slices.Equal(dst[:n], src) || dst[n] != 7 {
			t.Errorf("%d elements are not copied", n)
		}
	}
}
