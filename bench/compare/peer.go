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

	"github.com/pkg/errors"
)

// A peer is another framework in a process of its own, which answers a line of
// JSON with a line of JSON.
type peer struct {
	cmd *exec.Cmd
	in  io.WriteCloser
	out *bufio.Reader
}

// A command asks for steps; a reply has their times. peer_torch.py explains them.
type command struct {
	Model   string `json:"model"`
	Batch   int    `json:"batch"`
	Threads int    `json:"threads"`
	Steps   int    `json:"steps"`
}

type reply struct {
	Error    string            `json:"error"`
	Chunks   [][]int64         `json:"chunks_ns"`
	Torch    string            `json:"torch"`
	BLAS     string            `json:"blas"`
	Settings map[string]string `json:"settings"`
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

// startPeer starts PyTorch on a BLAS library, its own if blas is empty.
func startPeer(ctx context.Context, o options, blas string) (*peer, error) {
	if err := exec.CommandContext(ctx, o.python, "-c", "import torch").Run(); err != nil {
		return nil, errors.Errorf("%s has no PyTorch; install it (on Debian: python3-torch, libopenblas0-pthread and libblis4-openmp) or name another Python with -python", o.python)
	}
	p := &peer{cmd: exec.CommandContext(ctx, o.python, o.script, "--threads", fmt.Sprint(o.threads), "--blas", blas)}
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
	return p, errors.Wrap(p.cmd.Start(), "start PyTorch")
}

// steps carries out c.
func (p *peer) steps(c command) (r reply, err error) {
	if err := json.NewEncoder(p.in).Encode(c); err != nil {
		return r, errors.Wrap(err, "ask PyTorch")
	}
	line, err := p.out.ReadBytes('\n')
	if err != nil {
		return r, errors.Wrap(err, "PyTorch ended")
	}
	if err := json.Unmarshal(line, &r); err != nil {
		return r, errors.Wrap(err, "PyTorch's reply")
	}
	if r.Error != "" {
		return r, errors.Errorf("PyTorch: %s", r.Error)
	}
	return r, nil
}

func (p *peer) close() {
	p.in.Close()
	_ = p.cmd.Wait() // it has answered all that it was asked
}
