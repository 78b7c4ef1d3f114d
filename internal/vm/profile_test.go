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
	if len(ts) != 2 || ts[0].Node != "nap" || ts[0].Op != "add" || !strings.HasPrefix(ts[1].Node, "tanh") || ts[1].Op != "tanh" {
		t.Fatalf("%+v, want nap and tanh", ts)
	}
	if ts[0].Time < 2*nap || ts[1].Time <= 0 || ts[1].Time > ts[0].Time {
		t.Errorf("%v and %v in two runs, want at least %v and something less", ts[0].Time, ts[1].Time, 2*nap)
	}
	m.Profile(true)
	if ts := m.Timings(); ts[0].Time != 0 {
		t.Errorf("%v after Profile began anew", ts[0].Time)
	}
}
