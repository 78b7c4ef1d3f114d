package data

import (
	"math/bits"
	"math/rand/v2"
)

// permute fills order with a permutation of 0 … len(order)-1. Shuffle's
// comment states the algorithm. rand.Shuffle would do as well today, but Go
// promises the numbers of a PCG and not how Shuffle uses them.
func permute(order []int, seed uint64, epoch int) {
	for i := range order {
		order[i] = i
	}
	var pcg rand.PCG
	pcg.Seed(seed, uint64(epoch))
	for i := len(order) - 1; i > 0; i-- {
		j := below(&pcg, uint64(i)+1)
		order[i], order[j] = order[j], order[i]
	}
}

// below draws from 0 … n-1, all equally likely: the high word of a 128-bit
// product, drawn again where the low word shows one of the 2⁶⁴ mod n values
// too many. Lemire, Fast Random Integer Generation in an Interval, 2019.
func below(pcg *rand.PCG, n uint64) uint64 {
	hi, lo := bits.Mul64(pcg.Uint64(), n)
	if lo < n {
		for excess := -n % n; lo < excess; {
			hi, lo = bits.Mul64(pcg.Uint64(), n)
		}
	}
	return hi
}
