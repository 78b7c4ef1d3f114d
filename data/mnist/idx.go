package mnist

import (
	"encoding/binary"
	"io"
	"slices"

	"github.com/pkg/errors"
)

const (
	maxBytes = 1 << 30 // of elements: more than any set this format is used for
	trusted  = 4 << 20 // bytes allocated on a header's word alone
)

// readIDX reads a file of unsigned bytes in the IDX format:
//
//	magic number   uint32: 0x0800 + the number of dimensions
//	sizes          uint32 each, the outermost dimension first
//	elements       one byte each, the innermost dimension fastest
//
// Integers are big-endian, and the file ends after the elements.
func readIDX(r io.Reader, dims int) (shape []int, elements []byte, err error) {
	header := make([]byte, 4+4*dims)
	if n, err := io.ReadFull(r, header); err != nil {
		return nil, nil, damage(err, n, len(header), "header")
	}
	magic, want := binary.BigEndian.Uint32(header), uint32(0x0800+dims)
	if magic != want {
		return nil, nil, errors.Errorf("starts with 0x%08x and not 0x%08x as an IDX file of %d dimensions would; get the file again", magic, want, dims)
	}
	total := 1
	for at := 4; at < len(header); at += 4 {
		size := int64(binary.BigEndian.Uint32(header[at:]))
		if size == 0 {
			return nil, nil, errors.New("header has a size of 0; give at least one example")
		}
		if size > int64(maxBytes/total) {
			return nil, nil, errors.Errorf("header announces more than %d bytes; get the file again", maxBytes)
		}
		shape = append(shape, int(size))
		total *= int(size)
	}

	elements = make([]byte, 0, min(total, trusted))
	for len(elements) < total {
		have := len(elements)
		if have == cap(elements) {
			elements = slices.Grow(elements, min(3*have, total-have))
		}
		n, err := io.ReadFull(r, elements[have:min(cap(elements), total)])
		elements = elements[:have+n]
		if err != nil {
			return nil, nil, damage(err, have+n, total, "elements")
		}
	}

	// Looking for the end also has gzip compare its checksum.
	switch n, err := io.ReadFull(r, header[:1]); {
	case n > 0:
		return nil, nil, errors.Errorf("goes on after the %d bytes that its header announces; get the file again", total)
	case err != io.EOF:
		return nil, nil, damage(err, total, total, "elements")
	}
	return shape, elements, nil
}

// damage describes an error after n of want bytes of a part of the file.
func damage(err error, n, want int, part string) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return errors.Errorf("ends after %d of %d bytes of its %s; get the file again", n, want, part)
	}
	return errors.Errorf("breaks off after %d of %d bytes of its %s (%v); get the file again", n, want, part, err)
}
