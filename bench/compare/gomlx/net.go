package main

import (
	"math"
	"math/rand/v2"

	"github.com/gomlx/gomlx/backends"
	"github.com/gomlx/gomlx/backends/simplego"
	. "github.com/gomlx/gomlx/pkg/core/graph"
	"github.com/gomlx/gomlx/pkg/core/shapes"
	"github.com/gomlx/gomlx/pkg/core/tensors"
	"github.com/pkg/errors"
)

// A size is peer.py's.
type size struct {
	convs      []conv
	dense      []int
	rate, drop float64
	allDecay   bool // convolutions' weights have L2, too
}

// A conv is one of 5 by 5 with pooling, on square images.
type conv struct{ side, in, out, pad int }

var sizes = map[string]size{
	"mlp":    {dense: []int{784, 500, 10}, rate: 0.8, allDecay: true},
	"lenet":  {convs: []conv{{28, 1, 32, 2}, {14, 32, 64, 2}}, dense: []int{3136, 512, 10}, rate: 0.01, drop: 0.5},
	"lenet5": {convs: []conv{{28, 1, 6, 2}, {14, 6, 16, 0}}, dense: []int{400, 120, 84, 10}, rate: 0.01, allDecay: true},
}

const l2, average = 1e-4, 0.99

// A net has parameters and their averages, in one slice as the step's function
// takes and returns them: weights (in, out), of images channels last.
type net struct {
	model        string
	batch, steps int
	size         size
	drop         float64
	x            []float32
	y            []int32
	order        []int
	state        []any // parameters, averages, the generator's state
	backend      backends.Backend
	exec         *Exec
	batchX       []float32
	batchY       []int32
}

func newNet(model string, s size, batch, pool int, check bool) (n *net, err error) {
	n = &net{model: model, batch: batch, size: s, drop: s.drop, x: uniform(0, batch*pool*784), y: make([]int32, batch*pool)}
	n.batchX, n.batchY = make([]float32, batch*784), make([]int32, batch)
	for i, u := range uniform(1, len(n.y)) {
		n.y[i] = int32(u * 10)
		n.order = append(n.order, i)
	}
	if check {
		n.drop = 0
	} else {
		rand.New(rand.NewPCG(1, 1)).Shuffle(len(n.order), func(i, j int) { n.order[i], n.order[j] = n.order[j], n.order[i] })
	}
	for range 2 {
		seed := uint32(2)
		add := func(v []float32, dims ...int) {
			n.state = append(n.state, tensors.FromFlatDataAndDimensions(v, dims...))
			seed++
		}
		for _, c := range s.convs { // (out, in, 25) to (25·in, out)
			add(permute(values(seed, c.out*c.in*25), c.out, c.in, 25, [3]int{2, 1, 0}), 25*c.in, c.out)
			add(values(seed, c.out), c.out)
		}
		for k, out := range s.dense[1:] {
			in, channels := s.dense[k], 1
			if k == 0 && len(s.convs) > 0 {
				channels = s.convs[len(s.convs)-1].out
			}
			add(permute(values(seed, out*in), out, channels, in/channels, [3]int{2, 1, 0}), in, out)
			add(values(seed, out), out)
		}
	}
	rng, err := RNGStateFromSeed(1)
	if err != nil {
		return nil, err
	}
	n.state = append(n.state, rng)
	if n.backend, err = simplego.New(""); err != nil {
		return nil, err
	}
	n.exec, err = NewExec(n.backend, n.update)
	return n, err
}

// step trains on the next batch, copied in, and returns its loss.
func (n *net) step() (float64, error) {
	at := n.steps * n.batch % len(n.order)
	for i, from := range n.order[at : at+n.batch] {
		copy(n.batchX[784*i:784*(i+1)], n.x[784*from:784*(from+1)])
		n.batchY[i] = n.y[from]
	}
	rate := n.size.rate * math.Pow(0.99, float64(n.steps)/550)
	n.steps++
	decay := min(average, float64(1+n.steps)/float64(10+n.steps))
	args := make([]any, 0, len(n.state)+4)
	for _, s := range n.state { // the step may reuse their memory
		donated, err := DonateTensorBuffer(s.(*tensors.Tensor), n.backend, 0)
		if err != nil {
			return 0, err
		}
		args = append(args, donated)
	}
	args = append(args, tensors.FromFlatDataAndDimensions(n.batchX, n.batch, 784), tensors.FromFlatDataAndDimensions(n.batchY, n.batch, 1),
		float32(rate), float32(decay))
	out, err := n.exec.Exec(args...)
	if err != nil {
		return 0, err
	}
	for i, t := range out[1:] {
		n.state[i] = t
	}
	loss := float64(tensors.ToScalar[float32](out[0]))
	if math.IsNaN(loss) || math.IsInf(loss, 0) {
		return 0, errors.Errorf("the loss became %v in step %d", loss, n.steps)
	}
	return loss, nil
}

// update is the step: state, images, labels, rate and decay to loss and state.
func (n *net) update(in []*Node) []*Node {
	k := len(n.state) / 2
	p, averages, rng := in[:k], in[k:2*k], in[2*k]
	x, y, rate, decay := in[2*k+1], in[2*k+2], in[2*k+3], in[2*k+4]
	var ps products
	z, rng := n.forward(&ps, p, x, rng)
	hot := OneHot(Squeeze(y, 1), 10, z.DType())
	loss := MulScalar(ReduceAllSum(Mul(LogSoftmax(z), hot)), -1/float64(n.batch))
	out := []*Node{loss}
	var after []*Node
	for i, g := range ps.gradient(loss) {
		if i%2 == 0 && (n.size.allDecay || i >= 2*len(n.size.convs)) {
			g = Add(g, MulScalar(p[i], l2))
		}
		out = append(out, Sub(p[i], Mul(g, rate)))
	}
	for i, a := range averages {
		after = append(after, Add(Mul(a, decay), Mul(out[1+i], OneMinus(decay))))
	}
	return append(append(out, after...), rng)
}

func (n *net) forward(ps *products, p []*Node, x, rng *Node) (z, newRNG *Node) {
	h := x
	if len(n.size.convs) > 0 {
		h = InsertAxes(TransposeAllDims(x, 1, 0), -1) // (pixels, N, channels)
		for _, c := range n.size.convs {
			h, p = n.block(ps, c, h, p[0], p[1]), p[2:]
		}
		h = Reshape(TransposeAllDims(h, 1, 0, 2), n.batch, -1)
	}
	for len(p) > 2 {
		h, p = MaxScalar(ps.affine(h, p[0], p[1]), 0), p[2:]
	}
	if n.drop > 0 {
		var u *Node
		rng, u = RandomUniform(rng, h.Shape())
		h = Where(LessThan(u, Scalar(u.Graph(), u.DType(), n.drop)), ZerosLike(h), MulScalar(h, 1/(1-n.drop)))
	}
	return ps.affine(h, p[0], p[1]), rng
}

// block is convolution, max-pool 2, ReLU: the same as ReLU first, on a quarter of
// the numbers.
func (n *net) block(ps *products, c conv, x, w, b *Node) *Node {
	x = Concatenate([]*Node{x, Zeros(x.Graph(), shapes.Make(x.DType(), 1, n.batch, c.in))}, 0) // a pixel of padding
	h := c.side + 2*c.pad - 4
	patches := Gather(x, Const(x.Graph(), c.pixels()))                             // (h·h, 25, N, in)
	patches = Reshape(TransposeAllDims(patches, 0, 2, 1, 3), h*h*n.batch, 25*c.in) // of each pixel and image
	y := ps.affine(patches, w, b)                                                  // in the order of the windows
	return MaxScalar(ReduceMax(Reshape(y, h*h/4, 4, n.batch, c.out), 1), 0)
}

// pixels returns which pixels of the input the patches have, by pooling window.
func (c conv) pixels() (index [][][]int32) {
	h := c.side + 2*c.pad - 4
	for window := range h * h / 4 {
		for part := range 4 {
			top, left := 2*(window/(h/2))+part/2-c.pad, 2*(window%(h/2))+part%2-c.pad
			var patch [][]int32
			for k := range 25 {
				i, j, pixel := top+k/5, left+k%5, c.side*c.side
				if 0 <= i && i < c.side && 0 <= j && j < c.side {
					pixel = c.side*i + j
				}
				patch = append(patch, []int32{int32(pixel)})
			}
			index = append(index, patch)
		}
	}
	return index
}

// magnitude is the mean of the averages' absolute values.
func (n *net) magnitude() (mean float64, err error) {
	count, k := 0, len(n.state)/2
	for _, a := range n.state[k : 2*k] {
		err = tensors.ConstFlatData(a.(*tensors.Tensor), func(v []float32) {
			for _, w := range v {
				mean += math.Abs(float64(w))
			}
			count += len(v)
		})
		if err != nil {
			return 0, err
		}
	}
	return mean / float64(count), nil
}

// uniform returns peer.py's numbers in [0, 1).
func uniform(seed uint32, n int) []float32 {
	u := make([]float32, n)
	for i := range u {
		h := uint32(i) + seed<<24
		h = (h ^ h>>16) * 0x85EBCA6B
		h = (h ^ h>>13) * 0xC2B2AE35
		u[i] = float32((h^h>>16)>>8) / (1 << 24)
	}
	return u
}

// values are those a parameter begins with.
func values(seed uint32, n int) []float32 {
	v := uniform(seed, n)
	for i := range v {
		v[i] = 0.1 * (v[i] - 0.5)
	}
	return v
}

// permute exchanges the axes of v, of shape (a, b, c): axis i of the result is axis
// order[i].
func permute(v []float32, a, b, c int, order [3]int) []float32 {
	dims, strides := [3]int{a, b, c}, [3]int{b * c, c, 1}
	out := make([]float32, 0, len(v))
	for i := range dims[order[0]] {
		for j := range dims[order[1]] {
			for k := range dims[order[2]] {
				out = append(out, v[i*strides[order[0]]+j*strides[order[1]]+k*strides[order[2]]])
			}
		}
	}
	return out
}
