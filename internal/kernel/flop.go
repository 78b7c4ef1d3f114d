package kernel

// FLOP returns the floating-point operations of the products in g's forward pass in
// float32. By Winograd's algorithm, where the kernels in use take it, these are a
// fraction of what they are directly.
func (g *Conv) FLOP() float64 { return g.flop((*winograd).fits) }

// GradFLOP returns those of the gradient of the filters, and of that of the input.
func (g *Conv) GradFLOP() float64 { return g.flop((*winograd).fitsImage) }

func (g *Conv) flop(fits func(*winograd) bool) float64 {
	outH, outW := g.OutH(), g.OutW()
	if m, k := winogradFor(g); m != nil {
		var t winograd
		if t.init(g, m, k, outH, outW); fits(&t) {
			return 2 * float64(g.N*t.down*t.across) * float64(m.n*m.n) * float64(g.C*g.F)
		}
	}
	return 2 * float64(g.N*outH*outW) * float64(g.F) * float64(g.C/g.Groups*g.KH*g.KW)
}
