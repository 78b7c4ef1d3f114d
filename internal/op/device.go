package op

import (
	"github.com/pkg/errors"
	"gorgonia.org/tensor"

	"github.com/gorgonia-zoo/zoo/internal/device"
)

// A launcher is a computation that a device can run.
type launcher interface {
	computation
	// launch asks for all that fills c.out, and waits for nothing.
	launch(c *call)
}

// Launchers that need memory of their own say how many bytes, for inputs of the
// given shapes.
type scratcher interface {
	launcher
	scratch(in []tensor.Shape) int
}

// A checked computation looks at its input of ints, which a device does not: there
// a label or an id that means nothing makes NaNs.
type checked interface {
	check(x []int, in []tensor.Shape) error
}

// launchers are the computations with kernels: all of them.
var launchers = []launcher{
	linear{}, matmul{}, sumRows{}, activation{}, activationGrad{}, add{}, scale{}, blend{},
	reshape{}, part{}, placed{}, head{}, channels{},
	crossEntropy{}, crossEntropyGrad{}, linearCrossEntropy{}, linearCrossEntropyGrad{},
	softmax{}, softmaxGrad{}, squaredError{}, squaredErrorGrad{}, correct{},
	conv{}, convDataGrad{}, convWeightGrad{}, convGrads{}, convPool{}, maxCornerGrad{},
	maxPool{}, maxPoolGrad{}, avgPool{}, avgPoolGrad{},
	moments{}, batchNorm{}, batchNormSums{}, batchNormGrad{},
	dropout{}, embedding{}, embeddingGrad{}, lstm{}, lstmGrad{}, rnn{}, rnnGrad{},
}

// OnDevice reports whether a device can run o.
func (o *Operation) OnDevice() bool {
	_, ok := o.computation.(launcher)
	return ok
}

// Scratch returns the bytes of memory that [Operation.Launch] needs besides its
// arrays, for inputs of the given shapes.
func (o *Operation) Scratch(in []tensor.Shape) int {
	if s, ok := o.computation.(scratcher); ok {
		return s.scratch(in)
	}
	return 0
}

// Launch asks d to fill out, of float32s. It may be recorded: what it asks for
// depends on places and shapes, not on values. A gradient that is a [RowSparse] on
// the host is the whole matrix there.
func (o *Operation) Launch(d device.Device, scratch device.Pointer, out device.Array, in []device.Array) error {
	l, ok := o.computation.(launcher)
	if !ok {
		return errors.Errorf("%v has no kernel", o.computation)
	}
	if out.Dtype != tensor.Float32 {
		return errors.Errorf("%v of %v; devices have kernels for float32", o.computation, out.Dtype)
	}
	c := call{device: d, scratch: scratch, out: out, in: in}
	l.launch(&c)
	return c.err
}

// Check returns what is wrong with the ints x as an input of o, whose inputs have the
// given shapes: what [Operation.Do] would find, and a device does not look for.
func (o *Operation) Check(x []int, in []tensor.Shape) error {
	if c, ok := o.computation.(checked); ok {
		return c.check(x, in)
	}
	return nil
}

// A call is a run of an operation on a device. After an error it asks for nothing.
type call struct {
	device  device.Device
	scratch device.Pointer
	out     device.Array
	in      []device.Array
	err     error
}

func (c *call) launch(kernel string, l device.Layout, args ...device.Arg) {
	if c.err == nil {
		c.err = errors.Wrap(c.device.Launch(kernel, l, args...), kernel)
	}
}

// each launches a thread for each of n elements.
func (c *call) each(kernel string, n int, args ...device.Arg) {
	if n > 0 {
		c.launch(kernel, device.Over(n), args...)
	}
}

func (c *call) matMul(m device.MatMul) {
	if c.err == nil {
		c.err = errors.Wrap(c.device.MatMul(m), "product")
	}
}

// copy copies n floats.
func (c *call) copy(dst, src device.Pointer, n int) {
	if c.err == nil && n > 0 {
		c.err = c.device.Copy(dst, src, 4*n)
	}
}

// clear sets n floats to 0.
func (c *call) clear(dst device.Pointer, n int) {
	if c.err == nil && n > 0 {
		c.err = c.device.Clear(dst, 4*n)
	}
}

// shape returns that of an input.
func (c *call) shape(i int) tensor.Shape { return c.in[i].Shape }

// p returns an input's address as an argument.
func (c *call) p(i int) device.Arg { return c.in[i].Arg() }

// null is the argument for an array that there is none of.
const null = device.Arg(0)

func flag(b bool) device.Arg {
	if b {
		return 1
	}
	return 0
}

func ceilDiv(a, b int) int { return (a + b - 1) / b }

func roundUp(n, to int) int { return ceilDiv(n, to) * to }
