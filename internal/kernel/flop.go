package kernel

// FLOP returns the floating-point operations of the products in one pass of g in
// float32: forward, or one of the two gradients. By Winograd's algorithm, where the
// kernels in use have it, these are a fraction of what they are directly.
func (g *Conv) FLOP() float64 {
	outH, outW := g.OutH(), g.OutW()
	if m, _ := winogradFor(g); m != nil {
		tiles := g.N * ceilDiv(outH, winogradTile) * ceilDiv(outW, winogradTile)
		return 2 * float64(tiles) * float64(m.n*m.n) * float64(g.C*g.F)
	}
	return 2 * float64(g.N*outH*outW) * float64(g.F) * float64(g.C/g.Groups*g.KH*g.KW)
}
