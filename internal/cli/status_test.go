package cli

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
		{UsageError{errors.New("what?")}, 2},
		{Told(errors.New("no")), 1},
		{Told(nil), 0},
		{Interrupted{Signal: syscall.SIGINT}, 130},
		{errors.Wrap(Interrupted{Signal: syscall.SIGTERM}, "load"), 143},
		{LogError{errors.WithStack(Interrupted{Signal: syscall.SIGINT})}, 130},
	} {
		if got := Status(c.err); got != c.want {
			t.Errorf("Status(%v) = %d, want %d", c.err, got, c.want)
		}
	}
}

func TestComplain(t *testing.T) {
	for _, c := range []struct {
		err  error
		want string
	}{
		{nil, ""},
		{errors.Wrap(Told(errors.New("no")), "run"), ""},
		{errors.New("no file  x;\nlook\n"), "mnist: no file  x; look\n"},
		{LogError{errors.New("a\nb")}, `"level":"ERROR","msg":"a b"}` + "\n"},
	} {
		var b bytes.Buffer
		Complain(&b, "mnist", c.err)
		if !strings.HasSuffix(b.String(), c.want) || c.want == "" && b.Len() > 0 {
			t.Errorf("Complain(%v) prints %q, want %q", c.err, b.String(), c.want)
		}
	}
}
