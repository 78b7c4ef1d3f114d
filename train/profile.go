package train

import (
	"slices"
	"strconv"
	"strings"
	"time"

	G "gorgonia.org/gorgonia"

	"github.com/gorgonia-zoo/zoo/internal/vm"
)

// A Timing is the time that training steps have spent in one of their operations, or
// in a part of the step that is not in the graph.
type Timing struct {
	Op    string // operation, or part
	Param string // parameter that it reads, or computes the gradient of; "" for others
	Shape string // of its first inputs, and of its output; "" for parts
	Calls int
	Time  time.Duration
	FLOP  float64 // arithmetic of matrix products, of all calls; 0 where there is none
}

// Timings returns where the time of the training steps so far went, in no order:
// nothing unless Profile is set. The times add up to that of the steps. Steps end
// where the loop's body begins.
func (t *Trainer) Timings() []Timing { return t.profile.timings(t) }

// The parts of a step.
const (
	partRead = iota
	partCompile
	partRun
	partKeep
	partUpdate
	partCarry
	parts
)

var partNames = [parts]string{"read batch", "compile", "between operations", "keep last good state", "update", "carry on"}

// A profile is where the time of training goes. A nil profile measures nothing.
type profile struct {
	last     time.Time // when the part under way began
	time     [parts]time.Duration
	calls    [parts]int
	programs []*program // those that the Trainer has let go too
}

// begin begins the first part of a step.
func (p *profile) begin() {
	if p != nil {
		p.last = time.Now()
	}
}

// end ends a part, and begins the next.
func (p *profile) end(part int) {
	if p != nil {
		now := time.Now()
		p.time[part] += now.Sub(p.last)
		p.calls[part]++
		p.last = now
	}
}

// measure has the program's operations measured from now on.
func (p *profile) measure(q *program) {
	if p != nil && !slices.Contains(p.programs, q) {
		q.machine.Profile(true)
		p.programs = append(p.programs, q)
	}
}

func (p *profile) timings(t *Trainer) (list []Timing) {
	if p == nil {
		return nil
	}
	add := func(x Timing) {
		i := slices.IndexFunc(list, func(y Timing) bool { return x.Op == y.Op && x.Param == y.Param && x.Shape == y.Shape })
		if i < 0 {
			list = append(list, x)
			return
		}
		list[i].Calls += x.Calls
		list[i].Time += x.Time
		list[i].FLOP += x.FLOP
	}
	between := p.time[partRun]
	for _, q := range p.programs {
		of := q.gradientsOf()
		for _, c := range q.machine.Timings() {
			if c.View || c.Calls == 0 {
				continue
			}
			between -= c.Time
			add(Timing{Op: c.Op, Param: t.paramOf(c, of), Shape: shapeOf(c), Calls: c.Calls, Time: c.Time, FLOP: float64(c.Calls) * c.FLOP})
		}
	}
	for i, name := range partNames {
		x := Timing{Op: name, Calls: p.calls[i], Time: p.time[i]}
		switch i {
		case partRun:
			x.Time = between
		case partCompile:
			x.Calls = len(p.programs)
		}
		if x.Calls > 0 {
			add(x)
		}
	}
	return list
}

// gradientsOf names the parameters by the nodes that compute their gradients; where
// one computes several, the first.
func (p *program) gradientsOf() map[*G.Node]string {
	views := map[*G.Node]*G.Node{}
	for _, c := range p.machine.Timings() {
		if c.View {
			views[c.Node] = c.In[0]
		}
	}
	names := map[*G.Node]string{}
	for i, n := range p.grads {
		for views[n] != nil {
			n = views[n]
		}
		if names[n] == "" {
			names[n] = p.trained[i].Name
		}
	}
	return names
}

func (t *Trainer) paramOf(c vm.Timing, gradientsOf map[*G.Node]string) string {
	if name := gradientsOf[c.Node]; name != "" {
		return name
	}
	for _, n := range c.In {
		if n.Op() == nil && t.Params.Get(n.Name()) != nil {
			return n.Name()
		}
	}
	return ""
}

// shapeOf writes the shapes of a product's factors, or what stands in their place, and
// of the result.
func shapeOf(c vm.Timing) string {
	var in []string
	for _, n := range c.In[:min(2, len(c.In))] {
		in = append(in, dims(n))
	}
	return strings.Join(in, " · ") + " → " + dims(c.Node)
}

func dims(n *G.Node) string {
	if n.IsScalar() {
		return "1"
	}
	var s []string
	for _, d := range n.Shape() {
		s = append(s, strconv.Itoa(d))
	}
	return strings.Join(s, "×")
}
