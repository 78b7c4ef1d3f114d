package device

// An Update is what an optimizer does to a parameter of N numbers in each step. What
// is 0 is left out.
//
// The gradient in use is g = scale·(G + L2·W + L1·sign(W)), where clipping sets the
// scale. In one pass over memory:
//
//	SGD   M ← Momentum·M + g      W ← W - rate·M     (without M: W - rate·g)
//	      with Nesterov           W ← W - rate·(g + Momentum·M)
//	Adam  M ← Beta1·M + (1-Beta1)·g    V ← Beta2·V + (1-Beta2)·g²
//	                              W ← W - rate·M / (√V·root + Epsilon)
//	both  Average ← Average + blend·(W - Average)
type Update struct {
	N                   int
	W, G, M, V, Average Pointer
	L2, L1              float64
	Momentum            float64
	Nesterov            bool
	Beta1, Beta2        float64
	Epsilon             float64
}

// Numbers of a step, which the updates read from a device's memory, so that they may
// change while what is launched stays the same.
type Numbers struct {
	Step  float64 // from 1
	Rate  float64 // for Adam, divided by 1-β₁ⁿ
	Blend float64
	Root  float64 // 1/√(1-β₂ⁿ)
}

// An Updater launches updates. It has the step in which something was first not
// finite: after that updates change nothing.
type Updater struct {
	d       Device
	numbers Pointer // 4 doubles, then scale and norm
	bad     Pointer // a long long
	losses  Pointer // of the last steps: that of step n at n-1, and so on around
	memory  int     // so many
	part    Pointer // sums of squares
	parts   int
}

const (
	numbersBytes = 6 * 8
	chunk        = 4096 // numbers whose squares a block adds up
)

// NewUpdater returns an updater for parameters of so many numbers, which remembers
// some losses.
func NewUpdater(d Device, memory int, sizes ...int) (u *Updater, err error) {
	u = &Updater{d: d, memory: memory}
	for _, n := range sizes {
		u.parts += blocks(n)
	}
	for _, m := range []struct {
		at    *Pointer
		bytes int
	}{{&u.numbers, numbersBytes}, {&u.bad, 8}, {&u.losses, 4 * memory}, {&u.part, 8 * max(u.parts, 1)}} {
		if *m.at, err = d.Alloc(m.bytes); err != nil {
			return nil, err
		}
	}
	return u, d.Clear(u.bad, 8)
}

func blocks(n int) int { return (n + chunk - 1) / chunk }

// Begin gives the numbers of the next step.
func (u *Updater) Begin(n Numbers) error {
	return u.d.Upload(u.numbers, Bytes([]float64{n.Step, n.Rate, n.Blend, n.Root, 1, 0}))
}

// CheckLoss notes it if the loss is not finite, and remembers it.
func (u *Updater) CheckLoss(loss Pointer) error {
	return u.d.Launch("check_loss", Layout{Threads: 1}, loss.Arg(), u.numbers.Arg(), u.bad.Arg(), u.losses.Arg(), Int(u.memory))
}

// Losses waits, and copies those that are remembered: that of step n to n-1, and so on
// around.
func (u *Updater) Losses(to []float32) error { return u.d.Download(Bytes(to), u.losses) }

// Clip sets the scale so that the global norm of the gradients is at most most.
func (u *Updater) Clip(all []Update, most float64) error {
	at := u.part
	for _, p := range all {
		err := u.d.Launch("squares", Layout{X: blocks(p.N), Threads: 256}, at.Arg(), p.G.Arg(), p.W.Arg(), Int(p.N), Float(p.L2), Float(p.L1))
		if err != nil {
			return err
		}
		at += Pointer(8 * blocks(p.N))
	}
	return u.d.Launch("clip", Layout{Threads: 256}, u.part.Arg(), Int(int(at-u.part)/8), Float(most), u.numbers.Arg(), u.bad.Arg())
}

// SGD does p as stochastic gradient descent.
func (u *Updater) SGD(p Update) error {
	nesterov := 0
	if p.Nesterov {
		nesterov = 1
	}
	return u.d.Launch("sgd", Over(p.N), p.W.Arg(), p.G.Arg(), p.M.Arg(), p.Average.Arg(), Int(p.N),
		Float(p.L2), Float(p.L1), Float(p.Momentum), Int(nesterov), u.numbers.Arg(), u.bad.Arg())
}

// Adam does p by the method of Kingma & Ba (2015).
func (u *Updater) Adam(p Update) error {
	return u.d.Launch("adam", Over(p.N), p.W.Arg(), p.G.Arg(), p.M.Arg(), p.V.Arg(), p.Average.Arg(), Int(p.N),
		Float(p.L2), Float(p.L1), Float(p.Beta1), Float(p.Beta2), Float(p.Epsilon), u.numbers.Arg(), u.bad.Arg())
}

// Bad waits, and returns the step in which something was first not finite, or 0, and
// whether that was the loss.
func (u *Updater) Bad() (step int, loss bool, err error) {
	var b [1]int
	err = u.d.Download(Bytes(b[:]), u.bad)
	if b[0] < 0 {
		return -b[0], true, err
	}
	return b[0], false, err
}

// Mend forgets that something was not finite.
func (u *Updater) Mend() error { return u.d.Clear(u.bad, 8) }

// Close gives the memory back.
func (u *Updater) Close() {
	u.d.Free(u.numbers)
	u.d.Free(u.bad)
	u.d.Free(u.losses)
	u.d.Free(u.part)
}
