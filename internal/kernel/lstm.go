package kernel

// A Sequence is the size of what a recurrent layer computes: time steps, sequences
// side by side, and units.
type Sequence struct{ T, N, H int }

// LSTM runs a layer of long short-term memory. For each step, with σ the sigmoid and
// the gates i, f, g and o one after the other,
//
//	i, f, g, o = σ, σ, tanh, σ of pre + last h·wᵀ
//	c = f·last c + i·g
//	h = o·tanh(c)
//
//	h, c   (T+1, N, H)  of which the first step is given
//	gates  (T, N, 4H)
//	pre    (T, N, 4H)   what the input adds
//	w      (4H, H)
//
// Hochreiter & Schmidhuber, "Long short-term memory", Neural Computation 1997, with
// the forget gate of Gers, Schmidhuber & Cummins, "Learning to forget", 2000.
func LSTM[T Float](s Sequence, h, c, gates, pre, w []T) {
	h32, ok := f32(h)
	if !ok || active.lanes == 0 {
		portableLSTM(s, h, c, gates, pre, w)
		return
	}
	t := getLSTM(s, active)
	t.h = h32
	t.c, _ = f32(c)
	t.gates, _ = f32(gates)
	t.pre, _ = f32(pre)
	t.w, _ = f32(w)
	t.forward()
	t.put()
}

// LSTMGrad sets dgates to the gradient of pre, and changes dc from that of the last
// c to that of the first. With dh the gradient of a step's h, its own and what comes
// from the step after, and dc that of its c,
//
//	do = dh·tanh(c)·o·(1-o)
//	dc = dc + dh·o·(1-tanh²(c))
//	di, df, dg = dc·g·i·(1-i), dc·last c·f·(1-f), dc·i·(1-g²)
//	last dc = dc·f
//	last dh = dgates·w
//
//	dgates    (T, N, 4H)
//	dc        (N, H)
//	c, gates  as [LSTM] leaves them
//	dy        (T, N, H)   gradient of every step's h; may be nil
//	dh        (N, H)      gradient of the last h, to be added; may be nil
func LSTMGrad[T Float](s Sequence, dgates, dc, c, gates, w, dy, dh []T) {
	dgates32, ok := f32(dgates)
	if !ok || active.lanes == 0 {
		portableLSTMGrad(s, dgates, dc, c, gates, w, dy, dh)
		return
	}
	t := getLSTM(s, active)
	t.dgates = dgates32
	t.dc, _ = f32(dc)
	t.c, _ = f32(c)
	t.gates, _ = f32(gates)
	t.w, _ = f32(w)
	t.dy, _ = f32(dy)
	t.dh, _ = f32(dh)
	t.backward()
	t.put()
}
