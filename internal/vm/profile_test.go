package vm_test

import (
	"strings"
	"testing"
	"time"

	G "gorgonia.org/gorgonia"

	"github.com/gorgonia-zoo/zoo/internal/op"
)

// sleeping is an addition that takes its time.
type sleeping struct {
	*op.Operation
	time time.Duration
}

func (s sleeping) Do(in ...G.Value) (G.Value, error) {
	time.Sleep(s.time)
	return s.Operation.Do(in...)
}

func TestProfile(t *testing.T) {
	const nap = 2 * time.Millisecond
	g := G.NewGraph()
	x := input(g, "x", noise(1, 3, 4))
	y := G.Must(G.ApplyOpWithName(sleeping{op.Sum(2), nap}, "nap", x, x))
	z := G.Must(op.Activate(op.Tanh, y))
	m := compile(t, z)
	run(t, m)
	if ts := m.Timings(); ts[0].Time != 0 {
		t.Errorf("%v spent before Profile", ts[0].Time)
	}
	m.Profile(true)
	run(t, m)
	run(t, m)
	m.Profile(false)
	run(t, m)
	ts := m.Timings()
	if len(ts) != 2 || ts[0].Name != "nap" || ts[0].Op != "add" || !strings.HasPrefix(ts[1].Name, "tanh") || ts[1].Op != "tanh" {
		t.Fatalf("%+v, want nap and tanh", ts)
	}
	if ts[0].Node != y || len(ts[0].In) != 2 || ts[0].In[0] != x || ts[0].Calls != 2 || ts[0].FLOP != 0 {
		t.Errorf("%+v, want y, computed twice from x and x", ts[0])
	}
	if ts[0].Time < 2*nap || ts[1].Time <= 0 || ts[1].Time > ts[0].Time {
		t.Errorf("%v and %v in two runs, want at least %v and something less", ts[0].Time, ts[1].Time, 2*nap)
	}
	m.Profile(true)
	if ts := m.Timings(); ts[0].Time != 0 || ts[0].Calls != 0 {
		t.Errorf("%+v after Profile began anew", ts[0])
	}
}

// Arithmetic is that of the products: y = x·wᵀ, and dw = dyᵀ·x; nobody asks for dx.
func TestTimingFLOP(t *testing.T) {
	const n, in, out = 3, 5, 7
	g := G.NewGraph()
	x, w := input(g, "x", noise(1, n, in)), input(g, "w", noise(2, out, in))
	loss := G.Must(op.SquaredError(G.Must(op.Linear(x, w, nil)), input(g, "target", noise(3, n, out))))
	grads, err := G.Grad(loss, w)
	if err != nil {
		t.Fatal(err)
	}
	m := compile(t, append(grads, loss)...)
	run(t, m)
	flop := map[string]float64{}
	for _, c := range m.Timings() {
		flop[c.Op] += c.FLOP
	}
	if flop["linear"] != 2*n*in*out || flop["matmulTN"] != 2*n*in*out || flop["squaredError"] != 0 {
		t.Errorf("%v, want %d for linear and for matmulTN alone", flop, 2*n*in*out)
	}
}
