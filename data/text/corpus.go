package text

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"github.com/pkg/errors"
)

// A Corpus is a text in three parts, word by word as ids of its vocabulary,
// which is that of Train.
type Corpus struct {
	Train, Valid, Test []int

	Vocab  *Vocab
	Origin string // the folder the files were read from, or what else it is
}

// names are what the three files of a corpus may be called.
var names = [][3]string{
	{"train.txt", "valid.txt", "test.txt"},
	{"ptb.train.txt", "ptb.valid.txt", "ptb.test.txt"},
}

// Open reads a corpus from a folder with the files train.txt, valid.txt and
// test.txt, or ptb.train.txt, ptb.valid.txt and ptb.test.txt.
func Open(dir string) (*Corpus, error) {
	files, err := choose(dir)
	if err != nil {
		return nil, errors.Errorf("corpus folder %s: %v; put the three files there, or name another folder", dir, err)
	}
	return read(dir, files, os.ReadFile)
}

// choose returns the names under which a folder has the three files. If it has
// them under none, the error is about those of which it has most.
func choose(dir string) (files [3]string, err error) {
	info, err := os.Stat(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return files, errors.New("no such folder")
	case err != nil:
		return files, reason(err)
	case !info.IsDir():
		return files, errors.New("is a file, not a folder")
	}
	most := 0
	err = errors.Errorf("has neither %s nor %s", strings.Join(names[0][:], ", "), strings.Join(names[1][:], ", "))
	for _, set := range names {
		var missing []string
		for _, name := range set {
			info, statErr := os.Stat(filepath.Join(dir, name))
			switch {
			case statErr != nil && !errors.Is(statErr, fs.ErrNotExist):
				return files, reason(statErr)
			case statErr != nil || !info.Mode().IsRegular():
				missing = append(missing, name)
			}
		}
		switch n := len(set) - len(missing); {
		case n == len(set):
			return set, nil
		case n > most:
			most, err = n, errors.Errorf("no %s", strings.Join(missing, " and no "))
		}
	}
	return files, err
}

// read reads a corpus from its three files in origin.
func read(origin string, files [3]string, get func(path string) ([]byte, error)) (*Corpus, error) {
	c := &Corpus{Origin: origin}
	for i, ids := range []*[]int{&c.Train, &c.Valid, &c.Test} {
		path := filepath.Join(origin, files[i])
		text, err := get(path)
		if err != nil {
			return nil, errors.Errorf("%s: %v; make the file readable", path, reason(err))
		}
		text = bytes.TrimPrefix(text, []byte("\ufeff")) // with which some editors start a file
		if err := check(text); err != nil {
			return nil, errors.WithMessage(err, path)
		}
		if i == 0 {
			*ids, c.Vocab = number(text)
		} else {
			var missing string
			var line int
			if *ids, missing, line = lookUp(text, c.Vocab); missing != "" {
				return nil, errors.Errorf("%s, line %d: %s is not in %s, which has no %s to stand for it; write %s for rare words in all three files",
					path, line, show(missing), files[0], Unknown, Unknown)
			}
		}
		if n := len(*ids); n < 2 {
			return nil, errors.Errorf("%s: holds %d word; give at least 2, one to predict the other from", path, n)
		}
	}
	return c, nil
}

// reason returns err without the path that it names.
func reason(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}

// check says why a file's content is not a text to learn from.
func check(content []byte) error {
	switch at := foreign(content); {
	case len(content) == 0:
		return errors.New("is empty; put text into it")
	case at < len(content):
		return errors.Errorf("is not text: byte %d is 0x%02x; save it as plain text in UTF-8", at, content[at])
	case len(bytes.TrimSpace(content)) == 0:
		return errors.New("holds only white space; put text into it")
	}
	return nil
}

// foreign returns the position of the first byte that text in UTF-8 does not
// have, or else the content's length.
func foreign(content []byte) int {
	for i := 0; i < len(content); {
		r, size := rune(content[i]), 1
		if r >= utf8.RuneSelf {
			r, size = utf8.DecodeRune(content[i:])
		}
		if r == 0 || r == utf8.RuneError && size == 1 {
			return i
		}
		i += size
	}
	return len(content)
}

// show quotes a word for an error, the beginning of a long one.
func show(word string) string {
	const most = 40 // runes
	if word == End {
		return `"` + End + `", the end of a line,`
	}
	if runes := []rune(word); len(runes) > most {
		word = string(runes[:most]) + "…"
	}
	return fmt.Sprintf("%q", word)
}
