package safetensors

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"io"
	"maps"
	"os"

	"github.com/pkg/errors"
	"gorgonia.org/tensor"

	"github.com/gorgonia-zoo/zoo/internal/replace"
)

// sumKey is where metadata have the checksum of a file: the SHA-256 of all its bytes,
// those of the checksum taken as the digit 0.
const sumKey = "sha256"

const sumLen = 2 * sha256.Size // in hexadecimal

var zeros = bytes.Repeat([]byte("0"), sumLen)

// WriteSummed is [WriteFile] with a checksum over every byte of the file but its own
// digits, which [ReadSummed] looks at.
func WriteSummed(name string, tensors map[string]*tensor.Dense, metadata map[string]string) error {
	metadata = maps.Clone(metadata)
	if metadata == nil {
		metadata = map[string]string{}
	}
	metadata[sumKey] = string(zeros)
	var size int
	for _, t := range tensors {
		if t != nil {
			size += 4 * t.Shape().TotalSize()
		}
	}
	err := replace.File(name, func(f *os.File) error {
		sum, head, b := sha256.New(), &head{half: size / 2, name: name}, bufio.NewWriterSize(f, 64<<10)
		if err := encode(io.MultiWriter(b, sum, head), tensors, metadata); err != nil {
			return err
		}
		if err := b.Flush(); err != nil {
			return err
		}
		at, ok := sumPlace(head.b)
		if !ok {
			return errors.New("the header has no room for the checksum")
		}
		_, err := f.WriteAt(hex.AppendEncode(nil, sum.Sum(nil)), int64(at))
		return err
	})
	return errors.Wrapf(err, "write %s", name)
}

// head keeps the beginning of what is written to it, the header of a file.
type head struct {
	b    []byte
	n    int
	half int // bytes; 0: the hook was told
	name string
}

func (h *head) Write(b []byte) (int, error) {
	if missing := headerEnd(h.b) - len(h.b); missing > 0 {
		h.b = append(h.b, b[:min(missing, len(b))]...)
	}
	if h.n += len(b); h.half > 0 && h.n > h.half {
		h.half = 0
		replace.Hook(h.name, replace.HalfWritten)
	}
	return len(b), nil
}

// headerEnd is where the header ends in a file that begins with b; where b is too
// short to tell, where it can be told.
func headerEnd(b []byte) int {
	if len(b) < 8 {
		return 8
	}
	const most = 100 << 20 // as the format has it
	return 8 + int(min(binary.LittleEndian.Uint64(b), most))
}

// sumPlace returns where the digits of the checksum are. JSON escapes quotes within
// strings, so that no metadata can look like the key.
func sumPlace(b []byte) (at int, ok bool) {
	b = b[:min(len(b), headerEnd(b))]
	key := []byte(`"` + sumKey + `":"`)
	at = bytes.Index(b, key)
	if at < 0 || at+len(key)+sumLen > len(b) {
		return 0, false
	}
	return at + len(key), true
}

// ReadSummed reads a file that [WriteSummed] wrote. It is an error if a single byte is
// another than was written.
func ReadSummed(name string) (tensors map[string]*tensor.Dense, metadata map[string]string, err error) {
	b, err := os.ReadFile(name)
	if err != nil {
		return nil, nil, errors.WithStack(err)
	}
	tensors, metadata, err = decodeSummed(b)
	return tensors, metadata, errors.Wrap(err, name)
}

func decodeSummed(b []byte) (map[string]*tensor.Dense, map[string]string, error) {
	at, ok := sumPlace(b)
	if !ok {
		return nil, nil, errors.New("is damaged: it has no checksum")
	}
	digits := string(b[at : at+sumLen])
	copy(b[at:], zeros)
	if sum := sha256.Sum256(b); hex.EncodeToString(sum[:]) != digits {
		return nil, nil, errors.New("is damaged: its checksum is another than that of its contents")
	}
	tensors, metadata, err := decode(b)
	delete(metadata, sumKey)
	return tensors, metadata, err
}

// ReadMetadata reads a file's metadata alone, unverified.
func ReadMetadata(name string) (map[string]string, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, errors.WithStack(err)
	}
	defer f.Close()
	var size [8]byte
	if _, err := io.ReadFull(f, size[:]); err != nil {
		return nil, errors.Wrap(err, name)
	}
	b, err := io.ReadAll(io.LimitReader(f, int64(headerEnd(size[:])-len(size))))
	if err != nil {
		return nil, errors.Wrap(err, name)
	}
	var header struct {
		Metadata map[string]string `json:"__metadata__"`
	}
	if err := json.Unmarshal(b, &header); err != nil {
		return nil, errors.Wrap(err, name)
	}
	delete(header.Metadata, sumKey)
	return header.Metadata, nil
}
