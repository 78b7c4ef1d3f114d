package text

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/pkg/errors"
)

// Words with a meaning of their own.
const (
	End     = "<eos>" // the word that ends a line
	Unknown = "<unk>" // the word that stands for all that are not in the vocabulary
)

// A Vocab numbers the words of a corpus: ids 0 to Len()-1.
//
// Its file, vocab.txt, has one word a line in the order of ids, in UTF-8.
type Vocab struct {
	words []string
	ids   map[string]int
}

// newVocab takes words that differ from each other, in the order of ids.
func newVocab(words []string) *Vocab {
	v := &Vocab{words, make(map[string]int, len(words))}
	for id, w := range words {
		v.ids[w] = id
	}
	return v
}

// ReadVocab reads what [Vocab.WriteTo] wrote. Lines may end as on Windows.
func ReadVocab(r io.Reader) (*Vocab, error) {
	b, err := io.ReadAll(r)
	if err != nil {
		return nil, err
	}
	v := newVocab(nil)
	for line := range bytes.Lines(b) {
		w := string(bytes.TrimSuffix(bytes.TrimSuffix(line, []byte("\n")), []byte("\r")))
		number := len(v.words) + 1
		if fault := v.fault(w); fault != "" {
			return nil, errors.Errorf("line %d %s; give one word a line, each once", number, fault)
		}
		v.ids[w] = number - 1
		v.words = append(v.words, w)
	}
	if v.Len() == 0 {
		return nil, errors.New("no words; give one word a line")
	}
	return v, nil
}

// fault says why w can't be the next word.
func (v *Vocab) fault(w string) string {
	first, again := v.ids[w]
	switch {
	case w == "":
		return "is empty"
	case !utf8.ValidString(w) || strings.ContainsRune(w, 0):
		return "is not text"
	case strings.ContainsFunc(w, unicode.IsSpace):
		return "has white space in it"
	case again:
		return fmt.Sprintf("repeats %q of line %d", w, first+1)
	}
	return ""
}

// Len returns the number of words.
func (v *Vocab) Len() int { return len(v.words) }

// ID returns a word's id, and whether it has one.
func (v *Vocab) ID(word string) (id int, ok bool) {
	id, ok = v.ids[word]
	return id, ok
}

// Word returns the word with this id, or nothing if there is none.
func (v *Vocab) Word(id int) string {
	if id < 0 || id >= len(v.words) {
		return ""
	}
	return v.words[id]
}

// WriteTo writes vocab.txt.
func (v *Vocab) WriteTo(w io.Writer) (int64, error) {
	n, err := w.Write(v.file())
	return int64(n), err
}

// Sum returns the SHA-256 sum of vocab.txt in hexadecimal: two models with the
// same sum give their words the same ids.
func (v *Vocab) Sum() string {
	sum := sha256.Sum256(v.file())
	return hex.EncodeToString(sum[:])
}

func (v *Vocab) file() []byte {
	var b bytes.Buffer
	for _, w := range v.words {
		b.WriteString(w)
		b.WriteByte('\n')
	}
	return b.Bytes()
}
