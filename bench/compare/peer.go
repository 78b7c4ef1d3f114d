package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/pkg/errors"
)

// A peer is one side, in a process of its own, which answers a line of JSON with a
// line of JSON.
type peer struct {
	name string
	cmd  *exec.Cmd
	in   io.WriteCloser
	out  *bufio.Reader
}

// A command asks for steps; a reply has their times. peer_torch.py explains them.
type command struct {
	Model   string  `json:"model"`
	Batch   int     `json:"batch"`
	Threads int     `json:"threads"`
	Seconds float64 `json:"seconds"`
	Variant string  `json:"variant,omitempty"` // of PyTorch's program; the zoo has one
}

type reply struct {
	Error    string            `json:"error,omitempty"`
	Times    []time.Duration   `json:"times_ns"`
	Torch    string            `json:"torch,omitempty"`
	BLAS     string            `json:"blas,omitempty"`
	Settings map[string]string `json:"settings,omitempty"`
}

// installed returns those of the libraries that the system's loader lists, or
// none at all for PyTorch to take its own.
func installed(libraries ...string) (have []string) {
	list, err := exec.Command("ldconfig", "-p").Output()
	for _, l := range libraries {
		if err == nil && strings.Contains(string(list), l+" ") {
			have = append(have, l)
		}
	}
	if have == nil {
		have = []string{""}
	}
	return have
}

// hasTorch says what to do if python has no PyTorch.
func hasTorch(ctx context.Context, python string) error {
	if err := exec.CommandContext(ctx, python, "-c", "import torch").Run(); err != nil {
		return errors.Errorf("%s has no PyTorch; install it (on Debian: python3-torch, libopenblas0-pthread and libblis4-openmp) or name another Python with -python", python)
	}
	return nil
}

// startTorch starts PyTorch on a BLAS library, its own if blas is empty.
func startTorch(ctx context.Context, o options, blas string) (*peer, error) {
	return start("PyTorch", exec.CommandContext(ctx, o.python, o.script, "--threads", fmt.Sprint(o.threads), "--blas", blas))
}

// startZoo starts this program again, as the zoo's side.
func startZoo(ctx context.Context) (*peer, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, errors.WithStack(err)
	}
	return start("the zoo", exec.CommandContext(ctx, self, "-serve"))
}

func start(name string, cmd *exec.Cmd) (*peer, error) {
	p := &peer{name: name, cmd: cmd}
	p.cmd.Stderr = os.Stderr
	var err error
	if p.in, err = p.cmd.StdinPipe(); err != nil {
		return nil, errors.WithStack(err)
	}
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, errors.WithStack(err)
	}
	p.out = bufio.NewReader(out)
	return p, errors.Wrapf(p.cmd.Start(), "start %s", name)
}

// steps carries out c.
func (p *peer) steps(c command) (r reply, err error) {
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
	if len(r.Times) == 0 {
		return r, errors.Errorf("%s took no step", p.name)
	}
	return r, nil
}

// peak is the most memory, in MiB, that the process had resident so far, or 0
// where the system has no /proc. The system's ru_maxrss would not do: it counts
// from before the process became what it is, when it was a copy of its parent.
func (p *peer) peak() float64 {
	status, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	_, after, _ := strings.Cut(string(status), "VmHWM:")
	var kib float64
	if _, err := fmt.Sscanf(after, "%f kB", &kib); err != nil {
		return 0
	}
	return kib / 1024
}

func (p *peer) close() {
	p.in.Close()
	_ = p.cmd.Wait() // it has answered all that it was asked
}
