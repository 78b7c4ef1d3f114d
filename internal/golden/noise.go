package golden

// Noise returns n numbers in [-1, 1), multiples of 2⁻²³, exact in float32: golden.py's noise, where a case is too big to commit its inputs.
// Number i is the murmur3 finalizer (Appleby, 2011) of i·0x9E3779B1 + key, its upper 24 bits scaled.
func Noise(key uint32, n int) []float32 {
	x := make([]float32, n)
	for i := range x {
		h := uint32(i)*0x9E3779B1 + key
		h ^= h >> 16
		h *= 0x85EBCA6B
		h ^= h >> 13
		h *= 0xC2B2AE35
		h ^= h >> 16
		x[i] = float32(h>>8)/(1<<23) - 1
	}
	return x
}
