//go:build cuda

package cuda

import (
	"github.com/pkg/errors"

	"github.com/gorgonia-zoo/zoo/internal/device"
)

// A graph is replayed with the addresses it was captured with; it holds the memory
// that was freed meanwhile.
type graph struct {
	d      *gpu
	exec   execGraph
	memory *holding // nil after close
}

func (d *gpu) Capture(do func() error) (device.Graph, error) {
	if err := d.check("capture", false); err != nil {
		return nil, err
	}
	if err := d.failed("capture", d.beginCapture()); err != nil {
		return nil, err
	}
	g := &graph{d: d}
	d.capturing = true
	g.memory = d.pool.capture()
	err := do()
	d.capturing = false
	d.pool.graph = nil
	if err != nil {
		d.abandonCapture()
		if err2 := d.pool.yield(g.memory); err2 != nil {
			_ = d.failed("free", err2) // the next call tells; this one has an error already
		}
		return nil, err
	}
	if g.exec, err = d.endCapture(); err != nil {
		_ = d.pool.yield(g.memory) // no more is done anyway
		return nil, d.failed("capture", err)
	}
	d.graphs[g] = true
	return g, nil
}

func (g *graph) Launch() error {
	if g.memory == nil {
		return errors.Errorf("%s: graph after Close", g.d.name)
	}
	if err := g.d.check("graph", false); err != nil {
		return err
	}
	if err := g.d.replay(g.exec); err != nil {
		return g.d.failed("graph", err)
	}
	return nil
}

// Close may come while the graph runs: the driver keeps what it needs.
func (g *graph) Close() {
	if g.memory == nil || g.d.closed {
		return
	}
	if err := g.close(); err != nil && g.d.err == nil {
		_ = g.d.failed("free", err) // the next call tells
	}
}

func (g *graph) close() error {
	destroyGraph(g.exec)
	memory := g.memory
	g.memory = nil
	delete(g.d.graphs, g)
	return g.d.pool.yield(memory)
}
