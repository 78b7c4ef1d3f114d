package kernel

import (
	"os"
	"slices"
	"strings"

	"github.com/pkg/errors"
)

// An isa is a set of float32 kernels for one instruction set. Vector kernels
// take a multiple of lanes floats; the portable versions do the rest.
type isa struct {
	name  string
	lanes int // floats in a vector; 0 in the portable set, which has no kernels

	// Micro-kernels by the width of a panel in vectors, 1 or 2, and the height of
	// the tile in rows. t is a *tile.
	micro    [3][]func(t *byte)
	packRows func(p *byte) // n rows of a panel two vectors wide; p is a *packing
	packCols func(p *byte) // 8 columns of a panel, 8·n rows
	// y = x·wᵀ for 8 rows of w, stride bytes apart, for each group; x has k vectors and
	// those numbers beyond that mask has.
	dots func(groups, k, stride int, y, x, w *float32, mask *int32)

	apply                [maps]func(n int, y, x *float32)
	applyGrad            [maps]func(n int, dx, y, dy *float32)
	add                  func(n int, y, x *float32)                                // y += x
	sumRows              func(rows, stride int, y, x *float32)                     // y = the sum of rows of 8 vectors, stride bytes apart
	weighRows            func(rows, stride int, y, x, a *float32)                  // y += the sum of such rows, each times its number in a
	scale                func(n int, y, x *float32, a float32)                     // y = a·x
	maximum              func(n int, x, lanes *float32)                            // lanes = maxima
	expSum               func(n int, y, x *float32, shift float32, lanes *float32) // lanes = sums of exp(x - shift)
	expStore             func(n int, y, x *float32, shift float32, lanes *float32) // the same, and y = exp(x - shift)
	sgd, adam            func(u *byte)                                             // u is an *update
	squares              func(u *byte)                                             // check = sums of the squares of the decayed gradient
	winograd3, winograd5 winogradKernels
	philox               func(n int, dst *uint32, first uint64, key uint64)                             // n groups of 64 words
	dropout              func(n int, y, x *float32, threshold uint32, scale float32, first, key uint64) // the same, of elements
	peak                 func(n int)                                                                    // n rounds of 12 fused multiply-adds on registers

	// Max-pooling of c channels, mask being for those beyond whole vectors: n
	// windows of 2×2 side by side, or one window of any size. pixel and row are the
	// distances of pixels and of rows of them, in bytes.
	maxPool2     func(n, c, pixel, row int, y, x *float32, mask *int32)
	maxPool2Grad func(n, c, pixel, row int, dx, x, y, dy *float32, mask *int32)
	maxPool      func(rows, cols, c, row int, y, x *float32, mask *int32)
	maxPoolGrad  func(rows, cols, c, row int, dx, x, y, dy *float32, mask *int32)

	// The same of n windows of 2×2, with a bit a lane for the right column and one
	// for the lower row: lanes/4 bytes a vector, whole words a pixel.
	maxCorner     func(n, c, pixel, row int, y, x *float32, corner *uint32, mask *int32)
	maxCornerGrad func(n, c, pixel, row int, dx, dy *float32, corner *uint32, mask *int32)

	// Batch normalization of rows, stride bytes apart: sums of a vector of columns,
	// and rows of n floats.
	momentSums    func(rows, stride int, x, shift *float32, a, b *float64)     // a = Σ(x - shift), b = Σ(x - shift)²
	productSums   func(rows, stride int, x, dy, shift *float32, a, b *float64) // a = Σdy, b = Σdy·(x - shift)
	normalize     func(rows, n, stride int, y, x, mean, factor, add *float32)
	normalizeGrad func(rows, n, stride int, dx, x, dy, mean, factor, shift, slope *float32)

	lstm, lstmGrad func(c *byte) // c is a *cell
}

// generic is the portable set.
var generic = isa{name: "generic"}

var active, isaErr = choose(os.Getenv("ZOO_ISA"), sets())

// sets lists what this processor can run, the best last.
func sets() []*isa { return append([]*isa{&generic}, native()...) }

func choose(name string, have []*isa) (*isa, error) {
	best := have[len(have)-1]
	if name == "" {
		return best, nil
	}
	i := slices.IndexFunc(have, func(s *isa) bool { return s.name == name })
	if i < 0 {
		var names []string
		for _, s := range have {
			names = append(names, s.name)
		}
		return best, errors.Errorf("ZOO_ISA=%s: this processor has %s", name, strings.Join(names, ", "))
	}
	return have[i], nil
}

// ISA names the instruction set in use. The error says that ZOO_ISA asks for
// one that the processor lacks; the best is then used instead.
func ISA() (string, error) { return active.name, isaErr }
