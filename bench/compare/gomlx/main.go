// Command gomlx is GoMLX's side of the speed comparison, on its backend in pure Go:
// peer.py says what it does. It has mlp, lenet and lenet5.
//
// That backend has no Reverse, Pad and SelectAndScatter, which the gradients of
// GoMLX's convolution, slices and pooling are made of. So a convolution is a gather
// of patches and a product here, in the order of the pooling windows, which a
// maximum over an axis then takes; and there is no LSTM, whose gates are slices.
// See products for the other thing that is by hand.
//
// A module of its own, so that the zoo need not depend on GoMLX.
package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/debug"
	"time"

	"github.com/pkg/errors"
)

func main() {
	if err := serve(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "gomlx:", err)
		os.Exit(1)
	}
}

type command struct {
	Model   string  `json:"model"`
	Batch   int     `json:"batch"`
	Threads int     `json:"threads"`
	Seconds float64 `json:"seconds"`
	Variant string  `json:"variant"`
	Check   int     `json:"check"`
}

type reply struct {
	Error     string          `json:"error,omitempty"`
	Times     []time.Duration `json:"times_ns,omitempty"`
	First     int64           `json:"first_unix_ns,omitempty"`
	FirstLoss float64         `json:"first_loss,omitempty"`
	Loss      float64         `json:"loss,omitempty"`
	Losses    []float64       `json:"losses,omitempty"`
	Average   float64         `json:"average,omitempty"`
	Framework string          `json:"framework"`
	Library   string          `json:"library"`
}

func serve(in io.Reader, out io.Writer) error {
	var t trainee
	commands, replies := json.NewDecoder(in), json.NewEncoder(out)
	for {
		var c command
		if err := commands.Decode(&c); err == io.EOF {
			return nil
		} else if err != nil {
			return errors.Wrap(err, "command")
		}
		r, err := t.run(c)
		if err != nil {
			t.net, r = nil, reply{Error: err.Error()}
		}
		r.Framework, r.Library = "GoMLX "+version(), "its Go backend, "+runtime.Version()
		if err := replies.Encode(r); err != nil {
			return errors.WithStack(err)
		}
	}
}

func version() string {
	info, _ := debug.ReadBuildInfo()
	for _, m := range info.Deps {
		if m.Path == "github.com/gomlx/gomlx" {
			return m.Version
		}
	}
	return "of unknown version"
}

// A trainee trains one model at a time.
type trainee struct {
	net   *net
	first reply
}

func (t *trainee) run(c command) (r reply, err error) {
	size, ok := sizes[c.Model]
	if !ok {
		return r, errors.Errorf("GoMLX has no %q here; there is mlp, lenet, lenet5", c.Model)
	}
	if c.Batch < 1 || c.Threads < 1 || !(c.Seconds > 0) && c.Check < 1 {
		return r, errors.New("batch and threads are at least 1, seconds above 0")
	}
	runtime.GOMAXPROCS(c.Threads)
	if c.Check > 0 {
		n, err := newNet(c.Model, size, c.Batch, c.Check, true)
		if err != nil {
			return r, err
		}
		for range c.Check {
			loss, err := n.step()
			if err != nil {
				return r, err
			}
			r.Losses = append(r.Losses, loss)
		}
		r.Average, err = n.magnitude()
		return r, err
	}
	if t.net == nil || t.net.model != c.Model || t.net.batch != c.Batch {
		if t.net, err = newNet(c.Model, size, c.Batch, 50, false); err != nil {
			return r, err
		}
		loss, err := t.net.step()
		if err != nil {
			return r, err
		}
		t.first = reply{FirstLoss: loss, First: time.Now().UnixNano()}
		for begin, n := time.Now(), 0; n < 20 && time.Since(begin) < 2*time.Second; n++ {
			if _, err := t.net.step(); err != nil {
				return r, err
			}
		}
	}
	if _, _, err := t.take(c.Seconds / 10); err != nil { // caches and clocks settle
		return r, err
	}
	r = t.first
	r.Times, r.Loss, err = t.take(c.Seconds)
	return r, err
}

// take takes steps for so long, at least one, and returns the time of each.
func (t *trainee) take(seconds float64) (times []time.Duration, loss float64, err error) {
	for begin := time.Now(); len(times) == 0 || time.Since(begin).Seconds() < seconds; {
		start := time.Now()
		if loss, err = t.net.step(); err != nil {
			return nil, 0, err
		}
		times = append(times, time.Since(start))
	}
	return times, loss, nil
}
