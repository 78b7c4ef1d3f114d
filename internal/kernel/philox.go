package kernel

import "math/bits"

// Philox is the counter-based generator Philox4×32-10: four random words that
// depend on the counter and the key alone.
//
// Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011.
func Philox(counter [4]uint32, key [2]uint32) [4]uint32 {
	const (
		m0, m1 = 0xD2511F53, 0xCD9E8D57
		w0, w1 = 0x9E3779B9, 0xBB67AE85
	)
	c, k := counter, key
	for range 10 {
		h0, l0 := bits.Mul32(m0, c[0])
		h1, l1 := bits.Mul32(m1, c[2])
		c = [4]uint32{h1 ^ c[1] ^ k[0], l1, h0 ^ c[3] ^ k[1], l0}
		k[0] += w0
		k[1] += w1
	}
	return c
}

// group is the number of words that sixteen counters give.
const group = 64

// PhiloxFill fills dst with random words. Each group of 64 comes from sixteen
// counters in a row, the first group's from (first, 0): word 16·w + b of a
// group is word w of its counter b. A last group may be cut short. first is a
// multiple of 16.
func PhiloxFill(dst []uint32, first, key uint64) {
	if n := len(dst) / group; n > 0 && active.philox != nil {
		active.philox(n, &dst[0], first, key)
		dst, first = dst[n*group:], first+uint64(n)*group/4
	}
	k := [2]uint32{uint32(key), uint32(key >> 32)}
	for len(dst) > 0 {
		for b := range 16 {
			c := first + uint64(b)
			for w, v := range Philox([4]uint32{uint32(c), uint32(c >> 32)}, k) {
				if i := 16*w + b; i < len(dst) {
					dst[i] = v
				}
			}
		}
		dst = dst[min(group, len(dst)):]
		first += group / 4
	}
}
