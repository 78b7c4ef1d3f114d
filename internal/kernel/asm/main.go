// Command asm writes the amd64 kernels of package kernel; generate.sh runs it.
package main

import (
	"github.com/mmcloughlin/avo/build"
)

func main() {
	for _, s := range []set{avx2, avx512} {
		for width := 1; width <= 2; width++ {
			for rows := 1; rows <= s.rows[width]; rows++ {
				s.micro(rows, width)
			}
		}
		s.packRows()
		s.packCols()
		s.dots()
		s.maps()
		s.rowKernels()
		s.pools()
		s.corners()
		s.optimizers()
		s.philox()
		s.batchNorm()
		s.lstm()
		s.winograd()
		s.peak()
	}
	pause()
	build.Generate()
}

// pause tells the processor that a loop is waiting.
func pause() {
	build.TEXT("pause", build.NOSPLIT, "func()")
	build.Doc("pause tells the processor that a loop is waiting.")
	build.PAUSE()
	build.RET()
}
