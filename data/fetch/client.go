package fetch

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/pkg/errors"
)

// patience is how long a server may send nothing in mid-file.
var patience = 30 * time.Second // a variable for the tests

// errRange says that the server has nothing from the requested byte on.
var errRange = errors.New("no such range")

// client gives up on servers that don't answer. It asks for no compression,
// which Go would undo: a .gz file would arrive unpacked.
var client = &http.Client{Transport: &http.Transport{
	Proxy:                 http.ProxyFromEnvironment,
	DialContext:           (&net.Dialer{Timeout: 10 * time.Second}).DialContext,
	TLSHandshakeTimeout:   10 * time.Second,
	ResponseHeaderTimeout: 20 * time.Second,
	IdleConnTimeout:       10 * time.Second,
	ForceAttemptHTTP2:     true,
	DisableCompression:    true,
}}

// get requests url from byte have on. The body starts at byte at: at have, or
// at 0 if the server sends all of it.
func get(ctx context.Context, url string, have int64) (b *body, at int64, err error) {
	ctx, cancel := context.WithCancelCause(ctx)
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		cancel(nil)
		return nil, 0, err
	}
	if have > 0 {
		req.Header.Set("Range", fmt.Sprintf("bytes=%d-", have))
	}
	resp, err := client.Do(req)
	if err != nil {
		cancel(nil)
		return nil, 0, err
	}
	b = &body{ReadCloser: resp.Body, ctx: ctx, cancel: cancel}
	b.timer = time.AfterFunc(patience, func() { cancel(errors.Errorf("nothing arrived for %v", patience)) })
	continues := strings.HasPrefix(resp.Header.Get("Content-Range"), fmt.Sprintf("bytes %d-", have))
	switch code := resp.StatusCode; {
	case code == http.StatusPartialContent && continues:
		return b, have, nil
	case code == http.StatusOK:
		return b, 0, nil
	case code == http.StatusRequestedRangeNotSatisfiable:
		err = errRange
	default:
		err = errors.New(resp.Status)
	}
	b.Close()
	return nil, 0, errors.WithMessage(err, url)
}

// A body is a response's body that ends with an error when nothing arrives.
type body struct {
	io.ReadCloser
	ctx    context.Context
	cancel context.CancelCauseFunc
	timer  *time.Timer
}

func (b *body) Read(p []byte) (int, error) {
	b.timer.Reset(patience)
	n, err := b.ReadCloser.Read(p)
	if err != nil && b.ctx.Err() != nil {
		err = context.Cause(b.ctx)
	}
	return n, err
}

func (b *body) Close() error {
	b.timer.Stop()
	b.cancel(nil)
	return b.ReadCloser.Close()
}
