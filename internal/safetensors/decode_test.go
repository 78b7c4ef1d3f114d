package safetensors

import (
	"bytes"
	"encoding/binary"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestTruncated(t *testing.T) {
	_, b := writeSample(t)
	for n := range b {
		if _, _, err := decode(b[:n:n]); err == nil {
			t.Errorf("no error after %d of %d bytes", n, len(b))
		}
	}
	if _, _, err := decode(append(b, 0)); err == nil {
		t.Error("no error with a byte too many")
	}
}

// raw returns a file with the header and n bytes of elements.
func raw(header string, n int) []byte {
	b := binary.LittleEndian.AppendUint64(nil, uint64(len(header)))
	return append(append(b, header...), make([]byte, n)...)
}

// corrupt are files that must give an error.
var corrupt = map[string][]byte{
	"no header":      binary.LittleEndian.AppendUint64(nil, 0),
	"not JSON":       raw("{", 0),
	"no object":      raw("[]", 0),
	"large header":   binary.LittleEndian.AppendUint64(nil, 1<<26),
	"huge header":    append(binary.LittleEndian.AppendUint64(nil, math.MaxUint64), "{}"...),
	"wrapped header": append(binary.LittleEndian.AppendUint64(nil, math.MaxUint64-7), "{}"...),
	"signed header":  append(binary.LittleEndian.AppendUint64(nil, 1<<63), "{}"...),
	"pickle":         []byte("\x80\x02}q\x00(X\n\x00\x00\x00fc1.weight"),

	"float64":       raw(`{"w":{"dtype":"F64","shape":[1],"data_offsets":[0,8]}}`, 8),
	"unknown dtype": raw(`{"w":{"dtype":"F8","shape":[1],"data_offsets":[0,1]}}`, 1),
	"no dtype":      raw(`{"w":{"shape":[1],"data_offsets":[0,4]}}`, 4),
	"null":          raw(`{"w":null}`, 0),
	"null shape":    raw(`{"w":{"dtype":"F32","shape":null,"data_offsets":[0,4]}}`, 4),
	"empty tensor":  raw(`{"w":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}}`, 0),
	"zero of huge":  raw(`{"w":{"dtype":"F32","shape":[18446744073709551615,0],"data_offsets":[0,0]}}`, 0),
	"wrong size":    raw(`{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}`, 4),
	"negative size": raw(`{"w":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}`, 4),
	"overflow":      raw(`{"w":{"dtype":"F32","shape":[4294967296,4294967296,4],"data_offsets":[0,0]}}`, 0),
	"overflow by 4": raw(`{"w":{"dtype":"F32","shape":[4611686018427387905],"data_offsets":[0,4]}}`, 4),
	"gap":           raw(`{"w":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}`, 8),
	"overlap":       raw(`{"v":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}`, 4),
	"backwards":     raw(`{"w":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}`, 4),
	"beyond":        raw(`{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}`, 3),
	"left over":     raw(`{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}`, 5),
	"metadata":      raw(`{"__metadata__":{"a":1}}`, 0),
}

func TestCorrupt(t *testing.T) {
	for name, b := range corrupt {
		tensors, _, err := decode(b)
		if err == nil {
			t.Errorf("%s: read as %v", name, tensors)
			continue
		}
		if strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %q has several lines", name, err)
		}
	}
}

// FuzzDecode: no input makes decode panic, and what it reads it can write and
// read again.
func FuzzDecode(f *testing.F) {
	_, b := writeSample(f)
	f.Add(b)
	f.Add(b[:len(b)/2])
	f.Add(raw(`{}`, 0))
	f.Add(raw(`null`, 0))
	for _, b := range corrupt {
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		tensors, metadata, err := decode(b)
		if err != nil {
			return
		}
		var again bytes.Buffer
		if err := encode(&again, tensors, metadata); err != nil {
			t.Fatal(err)
		}
		got, _, err := decode(again.Bytes())
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(bits(tensors), bits(got)); d != "" {
			t.Errorf("tensors (-read +read again):\n%s", d)
		}
	})
}
