package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/pkg/errors"
)

// A process is one side, which answers a line of JSON with a line of JSON.
type process struct {
	name    string
	started time.Time
	cmd     *exec.Cmd
	in      io.WriteCloser
	out     *bufio.Reader
}

// A command asks for training steps or predictions; a reply has their times. peer.py explains them.
type command struct {
	Model   string  `json:"model"`
	Batch   int     `json:"batch"`
	Threads int     `json:"threads"`
	Seconds float64 `json:"seconds"`
	Variant string  `json:"variant,omitempty"` // of a peer's program; the zoo has one
	Check   int     `json:"check,omitempty"`
	Predict bool    `json:"predict,omitempty"`

	Epochs int    `json:"epochs,omitempty"`
	Data   string `json:"data,omitempty"`  // a folder
	Limit  int    `json:"limit,omitempty"` // of steps
}

type reply struct {
	Error     string            `json:"error,omitempty"`
	Times     []time.Duration   `json:"times_ns,omitempty"`
	First     int64             `json:"first_unix_ns,omitempty"` // when the first step ended
	FirstLoss float64           `json:"first_loss,omitempty"`
	Loss      float64           `json:"loss,omitempty"`
	Losses    []float64         `json:"losses,omitempty"`
	Average   float64           `json:"average,omitempty"` // mean magnitude of the moving averages
	Outputs   []float32         `json:"outputs,omitempty"` // logits
	Steps     int               `json:"steps,omitempty"`   // of epochs, as are the next two
	Wall      float64           `json:"wall_s,omitempty"`
	Score     float64           `json:"score,omitempty"`
	Framework string            `json:"framework,omitempty"`
	Library   string            `json:"library,omitempty"`
	Settings  map[string]string `json:"settings,omitempty"`
}

func start(name string, cmd *exec.Cmd, stderr io.Writer) (*process, error) {
	p := &process{name: name, cmd: cmd}
	p.cmd.Stderr = stderr
	var err error
	if p.in, err = p.cmd.StdinPipe(); err != nil {
		return nil, errors.WithStack(err)
	}
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, errors.WithStack(err)
	}
	p.out = bufio.NewReader(out)
	p.started = time.Now()
	return p, errors.Wrapf(p.cmd.Start(), "start %s", name)
}

// ask carries out c.
func (p *process) ask(c command) (r reply, err error) {
	if err := json.NewEncoder(p.in).Encode(c); err != nil {
		return r, errors.Wrapf(err, "ask %s", p.name)
	}
	line, err := p.out.ReadBytes('\n')
	if err != nil {
		return r, errors.Wrapf(err, "%s ended", p.name)
	}
	if err := json.Unmarshal(line, &r); err != nil {
		return r, errors.Wrapf(err, "reply of %s", p.name)
	}
	if r.Error != "" {
		return r, errors.Errorf("%s: %s", p.name, r.Error)
	}
	if !r.answers(c) {
		return r, errors.Errorf("%s took no step", p.name)
	}
	return r, nil
}

// answers reports whether r has what c asks for.
func (r reply) answers(c command) bool {
	switch {
	case c.Epochs > 0:
		return r.Steps > 0 && r.Wall > 0
	case c.Check == 0:
		return len(r.Times) > 0
	case c.Predict:
		return len(r.Outputs) > 0
	}
	return len(r.Losses) == c.Check
}

// startup is the time from the process's start to the end of its first step.
func (p *process) startup(r reply) time.Duration {
	if r.First == 0 {
		return 0
	}
	return time.Unix(0, r.First).Sub(p.started)
}

// peak is the most memory, in MiB, that the process had resident so far, or 0
// where the system has no /proc. The system's ru_maxrss would not do: it counts
// from before the process became what it is, when it was a copy of its parent.
func (p *process) peak() float64 {
	status, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	_, after, _ := strings.Cut(string(status), "VmHWM:")
	var kib float64
	if _, err := fmt.Sscanf(after, "%f kB", &kib); err != nil {
		return 0
	}
	return kib / 1024
}

func (p *process) close() {
	p.in.Close()
	_ = p.cmd.Wait() // it has answered all that it was asked
}
