package kernel

import (
	"fmt"
	"runtime"
	"testing"
	"unsafe"
)

func BenchmarkMicro(b *testing.B) {
	s := active.shapeFor(1000)
	for _, k := range []int{64, 100, 262, 320} {
		for _, rows := range []int{s.rows, s.rows - 1} {
			b.Run(fmt.Sprintf("rows=%d/k=%d", rows, k), func(b *testing.B) {
				defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
				count := 16
				a, p, c := uniform(rows*count*k, 1), uniform(k*s.panel, 2), New[float32](rows*count*s.panel)
				t := &tile{a: addr(a), b: addr(p), c: addr(c), aRow: k * 4, aCol: 4, cRow: s.panel * 4, bRow: s.panel * 4, segments: 1, k: k}
				t.setCols(s.panel, s.panel)
				for b.Loop() {
					t.a, t.c, t.count = addr(a), addr(c), count
					s.micro[rows]((*byte)(unsafe.Pointer(t)))
				}
				gf := 2 * float64(rows*count*k*s.panel*b.N) / b.Elapsed().Seconds() / 1e9
				b.ReportMetric(gf, "GFLOP/s")
				b.ReportMetric(100*gf/Peak(), "%peak")
			})
		}
	}
}
