package layers

import (
	"hash/fnv"
	"math"
	"math/rand/v2"

	"gorgonia.org/tensor"

	"github.com/gorgonia-zoo/zoo/internal/kernel"
)

// An Init returns what draws the elements of a new parameter of the given
// shape, in order, from r. The order and number of draws are part of what a seed
// means.
type Init func(shape tensor.Shape, r *rand.Rand) func() float64

// Zeros is the constant 0.
func Zeros(tensor.Shape, *rand.Rand) func() float64 { return func() float64 { return 0 } }

// Constant is the constant c.
func Constant(c float64) Init {
	return func(tensor.Shape, *rand.Rand) func() float64 { return func() float64 { return c } }
}

// Uniform draws from [-a, a).
func Uniform(a float64) Init {
	return func(_ tensor.Shape, r *rand.Rand) func() float64 {
		return func() float64 { return a * (2*unit(r) - 1) }
	}
}

// Normal draws from the normal distribution with mean 0 and the given standard
// deviation.
func Normal(stddev float64) Init {
	return func(_ tensor.Shape, r *rand.Rand) func() float64 {
		z := normal(r)
		return func() float64 { return stddev * z() }
	}
}

// TruncatedNormal is Normal with values beyond two standard deviations drawn
// again, as TensorFlow's truncated_normal does. The deviation of what is left is
// 0.88 of stddev.
func TruncatedNormal(stddev float64) Init {
	return func(_ tensor.Shape, r *rand.Rand) func() float64 {
		z := normal(r)
		return func() float64 {
			for {
				if v := z(); math.Abs(v) <= 2 {
					return stddev * v
				}
			}
		}
	}
}

// GlorotUniform draws from [-a, a), a = √(6/(fan in + fan out)).
//
// Glorot & Bengio, "Understanding the difficulty of training deep feedforward
// neural networks", AISTATS 2010.
func GlorotUniform(s tensor.Shape, r *rand.Rand) func() float64 {
	in, out := fans(s)
	return Uniform(math.Sqrt(6/(in+out)))(s, r)
}

// GlorotNormal draws from the normal distribution with deviation
// √(2/(fan in + fan out)), of the same paper.
func GlorotNormal(s tensor.Shape, r *rand.Rand) func() float64 {
	in, out := fans(s)
	return Normal(math.Sqrt(2/(in+out)))(s, r)
}

// HeUniform draws from [-a, a), a = √(6/fan in).
//
// He, Zhang, Ren, Sun, "Delving deep into rectifiers", ICCV 2015.
func HeUniform(s tensor.Shape, r *rand.Rand) func() float64 {
	in, _ := fans(s)
	return Uniform(math.Sqrt(6/in))(s, r)
}

// HeNormal draws from the normal distribution with deviation √(2/fan in), of
// the same paper.
func HeNormal(s tensor.Shape, r *rand.Rand) func() float64 {
	in, _ := fans(s)
	return Normal(math.Sqrt(2/in))(s, r)
}

// fans returns the fan in and fan out of a weight (out, in, …), where what
// follows is the receptive field.
func fans(s tensor.Shape) (in, out float64) {
	if len(s) < 2 {
		n := float64(s.TotalSize())
		return n, n
	}
	field := 1.0
	for _, d := range s[2:] {
		field *= float64(d)
	}
	return float64(s[1]) * field, float64(s[0]) * field
}

// unit draws from [0, 1), 53 bits deep.
func unit(r *rand.Rand) float64 { return float64(r.Uint64()>>11) / (1 << 53) }

// normal draws from the standard normal distribution, by Box and Muller (1958).
func normal(r *rand.Rand) func() float64 {
	var next float64
	var have bool
	return func() float64 {
		if have {
			have = false
			return next
		}
		radius := math.Sqrt(-2 * math.Log(1-unit(r)))
		sin, cos := math.Sincos(2 * math.Pi * unit(r))
		next, have = radius*sin, true
		return radius * cos
	}
}

// stream is a [rand.Source] of random words that depend on a seed and a name.
type stream struct {
	key     [2]uint32
	counter uint64
	words   [4]uint32
	used    int
}

func newStream(seed uint64, name string) *stream {
	return &stream{key: newKey(seed, name), used: 4}
}

// newKey is the generator's key for what is called name.
func newKey(seed uint64, name string) [2]uint32 {
	h := fnv.New64a()
	h.Write([]byte(name))
	k := seed ^ h.Sum64()
	// One round of the generator parts seeds whose difference equals that of two names.
	w := kernel.Philox([4]uint32{uint32(seed), uint32(seed >> 32), 0, 0}, [2]uint32{uint32(k), uint32(k >> 32)})
	return [2]uint32{w[0], w[1]}
}

// Uint64 implements [rand.Source].
func (s *stream) Uint64() uint64 {
	if s.used == 4 {
		s.words = kernel.Philox([4]uint32{uint32(s.counter), uint32(s.counter >> 32)}, s.key)
		s.counter++
		s.used = 0
	}
	v := uint64(s.words[s.used]) | uint64(s.words[s.used+1])<<32
	s.used += 2
	return v
}
