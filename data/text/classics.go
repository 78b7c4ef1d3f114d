package text

import (
	"bytes"
	"compress/gzip"
	_ "embed"
	"io"
	"path/filepath"

	"github.com/pkg/errors"
)

//go:generate go run ./classics classics.txt.gz

// classics holds the three files of a corpus, one after the other, each a gzip
// member that has its name.
//
//go:embed classics.txt.gz
var classics []byte

// Classics returns the corpus that comes with this package: Newton's Opticks and
// Mark Twain's The Adventures of Tom Sawyer, 204,000 words with the line ends.
func Classics() (*Corpus, error) {
	files, err := unpack(classics)
	if err != nil {
		return nil, errors.Wrap(err, "the embedded classics are damaged")
	}
	return read("classics", names[0], func(path string) ([]byte, error) { return files[filepath.Base(path)], nil })
}

// unpack returns the members of a gzip file by name.
func unpack(packed []byte) (map[string][]byte, error) {
	files := map[string][]byte{}
	for r := bytes.NewReader(packed); r.Len() > 0; {
		z, err := gzip.NewReader(r)
		if err != nil {
			return nil, err
		}
		z.Multistream(false)
		if files[z.Name], err = io.ReadAll(z); err != nil {
			return nil, err
		}
	}
	return files, nil
}
