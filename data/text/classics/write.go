package main

import (
	"bytes"
	"compress/gzip"
	"io"
	"os"

	"github.com/pkg/errors"
)

// names are those of the gzip file's members, in order.
var names = [3]string{"train.txt", "valid.txt", "test.txt"}

// write writes the parts to a file, unless it holds them already: versions of
// Go pack the same text into different bytes. It reports whether it wrote.
func write(file string, parts [3]part) (bool, error) {
	var packed bytes.Buffer
	for i, p := range parts {
		z, err := gzip.NewWriterLevel(&packed, gzip.BestCompression)
		if err != nil {
			return false, err
		}
		z.Name = names[i]
		if _, err := io.WriteString(z, p.lines()); err != nil {
			return false, err
		}
		if err := z.Close(); err != nil {
			return false, err
		}
	}
	if old, err := os.ReadFile(file); err == nil && holds(old, parts) {
		return false, nil
	}
	return true, errors.WithStack(os.WriteFile(file, packed.Bytes(), 0o644))
}

// holds reports whether a gzip file has the parts as members, and no more.
func holds(file []byte, parts [3]part) bool {
	r := bytes.NewReader(file)
	for i, p := range parts {
		z, err := gzip.NewReader(r)
		if err != nil {
			return false
		}
		z.Multistream(false)
		if text, err := io.ReadAll(z); err != nil || z.Name != names[i] || string(text) != p.lines() {
			return false
		}
	}
	return r.Len() == 0
}
