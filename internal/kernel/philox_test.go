package kernel

import "testing"

// The known answers that come with the authors' Random123 library.
func TestPhilox(t *testing.T) {
	for _, c := range []struct {
		counter [4]uint32
		key     [2]uint32
		want    [4]uint32
	}{
		{[4]uint32{}, [2]uint32{}, [4]uint32{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
		{[4]uint32{0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}, [2]uint32{0xffffffff, 0xffffffff}, [4]uint32{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
		{[4]uint32{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, [2]uint32{0xa4093822, 0x299f31d0}, [4]uint32{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
	} {
		if got := Philox(c.counter, c.key); got != c.want {
			t.Errorf("Philox(%x, %x) = %x, want %x", c.counter, c.key, got, c.want)
		}
	}
}

// A fill has the words of the counters in their documented places, whatever the
// instruction set and wherever a fill begins.
func TestPhiloxFill(t *testing.T) {
	const key = 0x0123456789abcdef
	eachISA(t, func(t *testing.T) {
		for _, first := range []uint64{0, 16, 1 << 31, 1<<32 - 16, 1<<32 - 32, 1 << 40} {
			for _, n := range []int{0, 1, 63, 64, 65, 128, 1000} {
				dst := make([]uint32, n)
				PhiloxFill(dst, first, key)
				for i, got := range dst {
					group, w, b := i/64, i%64/16, i%16
					c := first + uint64(group*16+b)
					want := Philox([4]uint32{uint32(c), uint32(c >> 32)}, [2]uint32{key & (1<<32 - 1), key >> 32})[w]
					if got != want {
						t.Fatalf("fill of %d from %d: word %d is %x, want %x", n, first, i, got, want)
					}
				}
			}
		}
	})
}
