package main

import (
	"bytes"
	"strings"
	"syscall"
	"testing"

	"github.com/pkg/errors"
)

func TestStatus(t *testing.T) {
	for _, c := range []struct {
		err  error
		want int
	}{
		{nil, 0},
		{errors.New("no"), 1},
		{usageError{errors.New("what?")}, 2},
		{interrupted{Signal: syscall.SIGINT}, 130},
		{errors.Wrap(interrupted{Signal: syscall.SIGTERM}, "load"), 143},
		{logError{errors.WithStack(interrupted{Signal: syscall.SIGINT})}, 130},
	} {
		if got := status(c.err); got != c.want {
			t.Errorf("status(%v) = %d, want %d", c.err, got, c.want)
		}
	}
}

func TestComplain(t *testing.T) {
	for _, c := range []struct {
		err  error
		want string
	}{
		{nil, ""},
		{errors.New("no file  x;\nlook\n"), "mnist: no file  x; look\n"},
		{logError{errors.New("a\nb")}, `"level":"ERROR","msg":"a b"}` + "\n"},
	} {
		var b bytes.Buffer
		complain(&b, c.err)
		if !strings.HasSuffix(b.String(), c.want) || c.want == "" && b.Len() > 0 {
			t.Errorf("complain(%v) prints %q, want %q", c.err, b.String(), c.want)
		}
	}
}
