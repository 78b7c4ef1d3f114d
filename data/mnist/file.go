package mnist

import (
	"bufio"
	"compress/gzip"
	"context"
	"io"
	"os"

	"github.com/pkg/errors"
)

// readFile reads an IDX file, gzipped or plain.
func readFile(ctx context.Context, path string, dims int) (shape []int, elements []byte, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, nil, errors.Errorf("%v; make the file readable", err)
	}
	defer f.Close()
	r, err := unpack(&reader{ctx, f})
	if err != nil {
		return nil, nil, errors.WithMessage(err, path)
	}
	shape, elements, err = readIDX(r, dims)
	return shape, elements, errors.WithMessage(err, path)
}

// unpack unpacks what is gzipped, whatever its name says.
func unpack(r io.Reader) (io.Reader, error) {
	b := bufio.NewReaderSize(r, 64<<10)
	if magic, _ := b.Peek(2); string(magic) != "\x1f\x8b" {
		return b, nil // readIDX will meet the error that Peek met
	}
	z, err := gzip.NewReader(b)
	if err != nil {
		return nil, errors.Errorf("gzip header is damaged (%v); get the file again", err)
	}
	return z, nil
}

// A reader stops when its context does.
type reader struct {
	ctx context.Context
	r   io.Reader
}

func (r *reader) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.r.Read(p)
}
