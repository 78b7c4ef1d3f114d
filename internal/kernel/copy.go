package kernel

// Copy sets dst to src, of the same length, with all threads: one does not saturate the
// memory.
func Copy(dst, src []float32) {
	t := copies.get(func() *copying { return new(copying) })
	*t = copying{dst, src}
	Run(t, ceilDiv(len(src), copyLen))
	*t = copying{}
	copies.put(t)
}

// copyLen is the length of a piece.
const copyLen = 64 << 10

var copies freelist[copying]

type copying struct{ dst, src []float32 }

// Do implements [Task].
func (t *copying) Do(_ *Worker, piece int) {
	lo, hi := piece*copyLen, min((piece+1)*copyLen, len(t.src))
	copy(t.dst[lo:hi], t.src[lo:hi])
}
