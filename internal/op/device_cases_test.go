package op

import (
	"fmt"
	"math"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/gorgonia-zoo/zoo/internal/golden"
)

var keys uint32

// rnd returns numbers in [-1, 1), others each time.
func rnd(shape ...int) G.Value {
	keys++
	return tensor.New(tensor.WithShape(shape...), tensor.WithBacking(golden.Noise(keys, tensor.Shape(shape).TotalSize())))
}

// changed returns v with f applied to its elements.
func changed(v G.Value, f func(i int, x float32) float32) G.Value {
	x := elements(v)
	for i := range x {
		x[i] = f(i, x[i])
	}
	return v
}

// whole are small whole numbers, sums of which are exact.
func whole(shape ...int) G.Value {
	return changed(rnd(shape...), func(_ int, x float32) float32 { return float32(math.Round(4 * float64(x))) })
}

// spoilt has NaNs and infinities here and there.
func spoilt(v G.Value) G.Value {
	return changed(v, func(i int, x float32) float32 {
		switch i % 11 {
		case 3:
			return float32(math.NaN())
		case 7:
			return float32(math.Inf(1 - i%2*2))
		}
		return x
	})
}

func positive(shape ...int) G.Value {
	return changed(rnd(shape...), func(_ int, x float32) float32 { return x + 1.25 })
}

func some(n, below int) G.Value { return someIn(below, n) }

func someIn(below int, shape ...int) G.Value {
	y := make([]int, tensor.Shape(shape).TotalSize())
	for i := range y {
		y[i] = (7919*i + i*i) % below
	}
	return tensor.New(tensor.WithShape(shape...), tensor.WithBacking(y))
}

func one(x float64) G.Value { return G.NewF32(float32(x)) }

func in(v ...G.Value) []G.Value { return v }

// done returns what c gives on the host.
func done(c computation, in ...G.Value) G.Value {
	v, err := (&Operation{c, 0}).Do(in...)
	if err != nil {
		panic(err)
	}
	return v
}

func productCases() (all []deviceCase) {
	for _, s := range [][3]int{{1, 1, 1}, {3, 5, 7}, {33, 65, 17}, {64, 10, 130}} {
		n, units, features := s[0], s[1], s[2]
		for a := Identity; a <= Tanh; a++ {
			all = append(all,
				deviceCase{name: fmt.Sprint(a, s), c: linear{true, a}, in: in(rnd(n, features), rnd(units, features), rnd(units))},
				deviceCase{name: fmt.Sprint("no bias ", a, s), c: linear{false, a}, in: in(rnd(n, features), rnd(units, features))})
		}
		for _, gate := range []bool{false, true} {
			plain, turned := in(rnd(n, features), rnd(features, units)), in(rnd(features, n), rnd(features, units))
			if gate {
				plain, turned = append(plain, rnd(n, units)), append(turned, rnd(n, units))
			}
			all = append(all,
				deviceCase{name: fmt.Sprint(gate, s), c: matmul{gate: gate}, in: plain},
				deviceCase{name: fmt.Sprint("TN ", gate, s), c: matmul{transposed: true, gate: gate}, in: turned})
		}
	}
	for _, s := range [][2]int{{1, 1}, {1, 40}, {5, 3}, {700, 1}, {1000, 6}, {4000, 33}, {65, 700}} {
		all = append(all, deviceCase{name: fmt.Sprint(s), c: sumRows{}, in: in(rnd(s[:]...))})
	}
	return all
}

func elementCases() (all []deviceCase) {
	for _, n := range []int{1, 255, 257, 1000} {
		for a := ReLU; a <= Tanh; a++ {
			all = append(all,
				deviceCase{name: fmt.Sprint(a, n), c: activation{a, 1}, in: in(changed(rnd(n), func(_ int, x float32) float32 { return 20 * x * x * x }))},
				deviceCase{name: fmt.Sprint(a, n), c: activationGrad{a, 1}, in: in(rnd(n), rnd(n))})
		}
		all = append(all,
			deviceCase{name: fmt.Sprint("NaN", n), c: activation{ReLU, 1}, in: in(spoilt(rnd(n))), exact: true},
			deviceCase{name: fmt.Sprint("NaN", n), c: activationGrad{ReLU, 1}, in: in(spoilt(rnd(n)), spoilt(rnd(n))), exact: true},
			deviceCase{name: fmt.Sprint(n), c: add{1}, in: in(rnd(n), rnd(n)), exact: true},
			deviceCase{name: fmt.Sprint(n), c: blend{1, 0.1, 1.25}, in: in(rnd(n), rnd(n))},
			deviceCase{name: fmt.Sprint(n), c: reshape{tensor.Shape{n}, tensor.Shape{n, 1}}, in: in(rnd(n)), exact: true},
			deviceCase{name: fmt.Sprint(n), c: part{tensor.Shape{2*n + 3}, 3, tensor.Shape{n, 2}}, in: in(rnd(2*n + 3)), exact: true},
			deviceCase{name: fmt.Sprint(n), c: placed{tensor.Shape{2*n + 3}, 2, tensor.Shape{n, 2}}, in: in(rnd(n, 2)), exact: true},
			deviceCase{name: fmt.Sprint(n), c: head{}, in: in(rnd(n)), exact: true})
		for _, rate := range []float64{0, 0.1, 0.5, 1 - 1e-11} {
			for _, step := range []int{0, 3, 1 << 31} {
				at := tensor.New(tensor.WithShape(1), tensor.WithBacking([]int{step}))
				all = append(all, deviceCase{name: fmt.Sprint(rate, step, n), c: dropout{rate, 0xDEADBEEF12345678, 1}, in: in(spoilt(rnd(n)), at), exact: true})
			}
		}
	}
	all = append(all, deviceCase{name: "a number", c: scale{1.5, 2}, in: in(one(-0.3))})
	for _, s := range [][]int{{1, 1, 1, 1}, {2, 3, 4, 5}, {3, 7, 9, 33}, {1, 8, 8, 64}} {
		all = append(all,
			deviceCase{name: fmt.Sprint(s), c: channels{true}, in: in(rnd(s...)), exact: true},
			deviceCase{name: fmt.Sprint(s), c: channels{false}, in: in(rnd(s...)), exact: true})
	}
	for _, s := range [][3]int{{1, 1, 1}, {7, 3, 5}, {300, 20, 33}, {600, 1000, 9}} { // ids, size, units
		n, size, units := s[0], s[1], s[2]
		all = append(all,
			deviceCase{name: fmt.Sprint(s), c: embedding{"embed", 1}, in: in(rnd(size, units), some(n, size)), exact: true},
			deviceCase{name: fmt.Sprint("steps", s), c: embedding{"embed", 2}, in: in(rnd(size, units), someIn(size, n, 2)), exact: true},
			deviceCase{name: fmt.Sprint(s), c: embeddingGrad{embedding{"embed", 1}, n, tensor.Shape{size, units}}, in: in(some(n, size), rnd(n, units)), exact: true})
	}
	return all
}

func lossCases() (all []deviceCase) {
	for _, s := range [][2]int{{1, 1}, {1, 10}, {100, 10}, {3, 129}, {7, 1500}} {
		n, classes := s[0], s[1]
		wide := func() G.Value { return changed(rnd(n, classes), func(_ int, x float32) float32 { return 30 * x }) }
		all = append(all,
			deviceCase{name: fmt.Sprint(s), c: softmax{}, in: in(wide())},
			deviceCase{name: fmt.Sprint(s), c: softmaxGrad{}, in: in(done(softmax{}, rnd(n, classes)), rnd(n, classes))},
			deviceCase{name: fmt.Sprint(s), c: crossEntropyGrad{}, in: in(wide(), some(n, classes), one(-1.5))},
			deviceCase{name: fmt.Sprint(s), c: correct{}, in: in(whole(n, classes), some(n, classes)), exact: true},
			deviceCase{name: fmt.Sprint("NaN", s), c: correct{}, in: in(spoilt(whole(n, classes)), some(n, classes)), exact: true},
			deviceCase{name: fmt.Sprint(s), c: squaredError{2}, in: in(rnd(n, classes), rnd(n, classes))},
			deviceCase{name: fmt.Sprint(s), c: squaredErrorGrad{2}, in: in(rnd(n, classes), rnd(n, classes), one(0.7))})
		if classes > 1 {
			all = append(all, deviceCase{name: fmt.Sprint(s), c: crossEntropy{}, in: in(wide(), some(n, classes))})
		}
	}
	for _, s := range [][3]int{{1, 1, 1024}, {9, 5, 1500}, {70, 33, 1100}} { // rows, features, classes
		for _, bias := range []bool{true, false} {
			rows, features, classes := s[0], s[1], s[2]
			values := in(rnd(rows, features), rnd(classes, features))
			if bias {
				values = append(values, rnd(classes))
			}
			values = append(values, some(rows, classes))
			l := linearCrossEntropy{bias}
			g := linearCrossEntropyGrad{of: l, size: lineOf(1)}
			parts := [][2]int{{0, 1}}
			for _, v := range values[:len(values)-1] {
				n := v.Shape().TotalSize()
				parts = append(parts, [2]int{g.size, n})
				g.first = append(g.first, g.size)
				g.size += lineOf(n)
			}
			all = append(all,
				deviceCase{name: fmt.Sprint(bias, s), c: l, in: values},
				deviceCase{name: fmt.Sprint(bias, s), c: g, in: append(values[:len(values):len(values)], one(0.5)), parts: parts})
		}
	}
	return all
}

// Geometries that leave tiles of threads a rest.
var convs = []struct {
	x, w []int
	g    Geometry
}{
	{[]int{1, 1, 1, 1}, []int{1, 1, 1, 1}, Geometry{Stride: 1, Dilation: 1, Groups: 1}},
	{[]int{2, 9, 8, 1}, []int{6, 1, 5, 5}, Geometry{Stride: 1, Dilation: 1, Groups: 1, Top: 2, Left: 2, Bottom: 2, Right: 2}},
	{[]int{3, 6, 7, 6}, []int{17, 6, 3, 2}, Geometry{Stride: 1, Dilation: 1, Groups: 1, Top: 1, Right: 1}},
	{[]int{2, 7, 7, 8}, []int{33, 8, 3, 3}, Geometry{Stride: 1, Dilation: 1, Groups: 1, Top: 1, Left: 1, Bottom: 1, Right: 1}},
	{[]int{2, 11, 9, 3}, []int{5, 3, 3, 3}, Geometry{Stride: 2, Dilation: 1, Groups: 1, Top: 1, Left: 1, Bottom: 1, Right: 1}},
	{[]int{1, 13, 12, 4}, []int{70, 4, 3, 4}, Geometry{Stride: 3, Dilation: 2, Groups: 1, Top: 2, Left: 3, Bottom: 1}},
	{[]int{2, 8, 6, 6}, []int{9, 2, 3, 3}, Geometry{Stride: 1, Dilation: 1, Groups: 3, Left: 1, Right: 1}},
	{[]int{1, 6, 6, 8}, []int{34, 4, 3, 3}, Geometry{Stride: 2, Dilation: 1, Groups: 2, Top: 1, Left: 1}},
	{[]int{1, 5, 6, 5}, []int{10, 1, 3, 3}, Geometry{Stride: 1, Dilation: 1, Groups: 5, Top: 1, Left: 1, Bottom: 1, Right: 1}},
	{[]int{4, 12, 12, 2}, []int{4, 2, 2, 2}, Geometry{Stride: 1, Dilation: 1, Groups: 1}},
}

func convCases() (all []deviceCase) {
	for _, v := range convs {
		g := v.g
		g.Direct = true // as the device
		name := fmt.Sprint(v.x, v.w, v.g)
		xs, ws := tensor.Shape(v.x), tensor.Shape(v.w)
		k := g.kernel(xs, ws)
		full := outputShape(&k)
		for a := Identity; a <= Tanh; a++ {
			all = append(all, deviceCase{name: a.String() + name, c: conv{g, true, a}, in: in(rnd(v.x...), rnd(v.w...), rnd(v.w[0]))})
		}
		all = append(all,
			deviceCase{name: "no bias" + name, c: conv{g, false, Identity}, in: in(rnd(v.x...), rnd(v.w...))},
			deviceCase{name: name, c: convDataGrad{g, xs}, in: in(rnd(full...), rnd(v.w...))},
			deviceCase{name: name, c: convWeightGrad{g, ws, false}, in: in(rnd(v.x...), rnd(full...))})
		both := [][2]int{{0, xs.TotalSize()}, {xs.TotalSize(), ws.TotalSize()}}
		for _, gate := range []bool{false, true} {
			all = append(all, deviceCase{name: fmt.Sprint(gate, name), c: convGrads{g, xs, ws, false, gate}, in: in(rnd(v.x...), rnd(v.w...), rnd(full...)), parts: both})
		}
		if min(full[1], full[2]) < 2 {
			continue
		}
		pooled := pooledShape(full)
		for _, a := range []Activation{Identity, ReLU} {
			// Which corner is the largest hangs on the last bit, unless sums are exact.
			c := convPool{conv{g, true, a}}
			all = append(all, deviceCase{name: a.String() + name, c: c, in: in(whole(v.x...), whole(v.w...), whole(v.w[0])), exact: true})
			packed := done(c, whole(v.x...), whole(v.w...), whole(v.w[0]))
			dy := rnd(pooled...)
			all = append(all,
				deviceCase{name: a.String() + name, c: maxCornerGrad{full}, in: in(packed, dy), exact: true},
				deviceCase{name: a.String() + "pooled" + name, c: convWeightGrad{g, ws, true}, in: in(rnd(v.x...), dy, packed)},
				deviceCase{name: a.String() + "pooled" + name, c: convGrads{g, xs, ws, true, a == ReLU}, in: in(rnd(v.x...), rnd(v.w...), dy, packed), parts: both})
		}
		all = append(all, deviceCase{name: "no bias" + name, c: convPool{conv{g, false, ReLU}}, in: in(whole(v.x...), whole(v.w...)), exact: true})
	}
	return all
}

func poolCases() (all []deviceCase) {
	for _, v := range []struct {
		x []int
		w windows
	}{
		{[]int{1, 1, 1, 1}, windows{1, 1, 1, 0}},
		{[]int{2, 7, 6, 5}, windows{2, 2, 2, 0}},
		{[]int{3, 9, 8, 3}, windows{3, 3, 2, 1}},
		{[]int{2, 8, 9, 4}, windows{3, 3, 1, 1}},
		{[]int{2, 8, 9, 2}, windows{2, 2, 3, 0}},
		{[]int{1, 6, 7, 17}, windows{4, 3, 1, 1}},
	} {
		name := fmt.Sprint(v.x, v.w)
		y, err := v.w.shape(v.x)
		if err != nil {
			panic(err)
		}
		for i, x := range []G.Value{rnd(v.x...), whole(v.x...), spoilt(whole(v.x...))} {
			p := maxPool{v.w}
			all = append(all,
				deviceCase{name: fmt.Sprint(i, name), c: p, in: in(x), exact: true},
				deviceCase{name: fmt.Sprint(i, name), c: maxPoolGrad(p), in: in(x, done(p, x), rnd(y...))})
		}
		a := avgPool{v.w, false}
		all = append(all,
			deviceCase{name: name, c: a, in: in(rnd(v.x...))},
			deviceCase{name: name, c: avgPoolGrad{a, v.x}, in: in(rnd(y...))})
		g := avgPool{windows{v.x[1], v.x[2], 1, 0}, true}
		all = append(all,
			deviceCase{name: "global" + name, c: g, in: in(rnd(v.x...))},
			deviceCase{name: "global" + name, c: avgPoolGrad{g, v.x}, in: in(rnd(v.x[0], v.x[3]))})
	}
	return all
}

func batchNormCases() (all []deviceCase) {
	const epsilon = 1e-5
	for _, s := range [][]int{{2, 1}, {3, 5}, {2, 3, 4, 33}, {4, 20, 20, 6}} {
		c := s[len(s)-1]
		// Far from zero, where a sum of squares alone would have no digits left.
		far := changed(rnd(s...), func(_ int, x float32) float32 { return x + 300 })
		name, dims := fmt.Sprint(s), len(s)
		all = append(all,
			deviceCase{name: name, c: moments{dims}, in: in(rnd(s...))},
			deviceCase{name: "variance far from zero" + name, c: moments{dims}, in: in(far), parts: [][2]int{{c, c}}},
			deviceCase{name: name, c: batchNorm{dims, epsilon, true}, in: in(rnd(s...), rnd(c), positive(c), rnd(c), rnd(c))},
			deviceCase{name: name, c: batchNormSums{dims, epsilon, true}, in: in(rnd(s...), rnd(s...), rnd(c), positive(c))},
			deviceCase{name: "batch" + name, c: batchNormGrad{dims, epsilon, true}, in: in(rnd(s...), rnd(s...), rnd(c), positive(c), rnd(c), rnd(2*c))},
			deviceCase{name: "fixed" + name, c: batchNormGrad{dims, epsilon, false}, in: in(rnd(s...), rnd(s...), rnd(c), positive(c), rnd(c))})
	}
	return all
}

func recurrentCases() (all []deviceCase) {
	for _, s := range [][3]int{{1, 1, 1}, {3, 2, 5}, {4, 20, 33}} {
		steps, n, h := s[0], s[1], s[2]
		w := func(gates int) G.Value { return rnd(gates*h, h) }
		l, lw := lstm{steps}, w(4)
		ran := done(l, rnd(steps*n, 4*h), lw, rnd(n, h), rnd(n, h))
		all = append(all, deviceCase{name: fmt.Sprint(s), c: l, in: in(rnd(steps*n, 4*h), w(4), rnd(n, h), rnd(n, h))})
		for given := range 8 {
			g := lstmGrad{steps: steps}
			values := in(ran, lw)
			for i, shape := range [][]int{{steps, n, h}, {n, h}, {n, h}} {
				if g.given[i] = given>>i&1 == 1; g.given[i] {
					values = append(values, rnd(shape...))
				}
			}
			if given > 0 {
				all = append(all, deviceCase{name: fmt.Sprint(g.given, s), c: g, in: values})
			}
		}
		r, rw := rnn{steps}, w(1)
		ran = done(r, rnd(steps*n, h), rw, rnd(n, h))
		all = append(all, deviceCase{name: fmt.Sprint(s), c: r, in: in(rnd(steps*n, h), w(1), rnd(n, h))})
		for given := 1; given < 4; given++ {
			g := rnnGrad{steps: steps}
			values := in(ran, rw)
			for i, shape := range [][]int{{steps, n, h}, {n, h}} {
				if g.given[i] = given>>i&1 == 1; g.given[i] {
					values = append(values, rnd(shape...))
				}
			}
			all = append(all, deviceCase{name: fmt.Sprint(g.given, s), c: g, in: values})
		}
	}
	return all
}
