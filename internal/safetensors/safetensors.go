// Package safetensors reads and writes tensors in the file format of that name,
// which PyTorch and its relatives read too.
//
// It adds to github.com/nlpodyssey/safetensors what the zoo needs around it:
// tensors in Gorgonia's form, and files that are replaced in one step.
package safetensors

import (
	"bufio"
	"encoding/binary"
	"io"
	"math"
	"os"
	"slices"
	"strings"
	"unsafe"

	"github.com/nlpodyssey/safetensors"
	"github.com/pkg/errors"
	"gorgonia.org/tensor"

	"github.com/gorgonia-zoo/zoo/internal/replace"
)

// WriteFile writes float32 tensors and metadata to the file called name. Equal
// arguments give equal bytes. A crash or an error leaves the old file, or none.
func WriteFile(name string, tensors map[string]*tensor.Dense, metadata map[string]string) error {
	err := replace.File(name, func(f *os.File) error {
		b := bufio.NewWriterSize(f, 64<<10)
		if err := encode(b, tensors, metadata); err != nil {
			return err
		}
		return b.Flush()
	})
	return errors.Wrapf(err, "write %s", name)
}

func encode(w io.Writer, tensors map[string]*tensor.Dense, metadata map[string]string) error {
	views := make(map[string]view, len(tensors))
	for k, t := range tensors {
		if err := check(k, t); err != nil {
			return err
		}
		views[k] = view{t}
	}
	return safetensors.SerializeToWriter(views, metadata, w)
}

// check says why the tensor t cannot be written under the name k.
func check(k string, t *tensor.Dense) error {
	switch {
	case k == "__metadata__":
		return errors.Errorf("the format keeps %s for itself; call the tensor something else", k)
	case t == nil || t.Dtype().Type == nil || t.Shape().TotalSize() == 0:
		return errors.Errorf("%s has no elements; give it one", k)
	case t.Dtype() != tensor.Float32:
		return errors.Errorf("%s is %v; only float32 is written", k, t.Dtype())
	case t.RequiresIterator() || t.DataOrder().IsColMajor():
		return errors.Errorf("%s is not in row-major order; materialize it first", k)
	}
	return nil
}

var littleEndian = binary.NativeEndian.Uint16([]byte{1, 0}) == 1

// A view has the library see a tensor.
type view struct{ t *tensor.Dense }

func (v view) DType() safetensors.DType { return safetensors.F32 }

func (v view) Shape() []uint64 {
	shape := []uint64{} // for a scalar too, whose shape is [] and not null
	for _, d := range v.t.Shape() {
		shape = append(shape, uint64(d))
	}
	return shape
}

func (v view) DataLen() uint64 { return 4 * uint64(v.t.Shape().TotalSize()) }

// Data returns the elements where they are, if the processor has them as the file does:
// a checkpoint of a gigabyte leaves no garbage.
func (v view) Data() []byte {
	if w := v.t.Float32s(); littleEndian && len(w) > 0 {
		return unsafe.Slice((*byte)(unsafe.Pointer(&w[0])), 4*len(w))
	}
	b := make([]byte, 0, v.DataLen())
	for _, x := range v.t.Float32s() {
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(x))
	}
	return b
}

// ReadFile reads the file called name, whose tensors must be float32. Those
// called by one of the names in ignore, with or without a path and a dot before
// it, may be anything and are left out.
func ReadFile(name string, ignore ...string) (tensors map[string]*tensor.Dense, metadata map[string]string, err error) {
	b, err := os.ReadFile(name)
	if err != nil {
		return nil, nil, errors.WithStack(err)
	}
	tensors, metadata, err = decode(b, ignore...)
	return tensors, metadata, errors.Wrap(err, name)
}

func decode(b []byte, ignore ...string) (map[string]*tensor.Dense, map[string]string, error) {
	st, err := safetensors.Deserialize(b)
	if err != nil {
		return nil, nil, errors.Wrap(err, "not a whole safetensors file")
	}
	_, head, err := safetensors.ReadMetadata(b)
	if err != nil {
		return nil, nil, err
	}
	tensors := make(map[string]*tensor.Dense, st.Len())
	for _, t := range st.Tensors() {
		if slices.Contains(ignore, t.Name[strings.LastIndexByte(t.Name, '.')+1:]) {
			continue
		}
		v := t.TensorView
		if v.DType() != safetensors.F32 {
			return nil, nil, errors.Errorf("%s is %v; only F32 is read", t.Name, v.DType())
		}
		raw := v.Data()
		w := make([]float32, len(raw)/4)
		for i := range w {
			w[i] = math.Float32frombits(binary.LittleEndian.Uint32(raw[4*i:]))
		}
		shape := tensor.Shape{}
		size := 1
		for _, d := range v.Shape() {
			shape = append(shape, int(d))
			size *= int(d)
		}
		if size != len(w) || size == 0 {
			return nil, nil, errors.Errorf("%s has shape %v and %d elements", t.Name, shape, len(w))
		}
		tensors[t.Name] = tensor.New(tensor.WithShape(shape...), tensor.WithBacking(w))
	}
	return tensors, head.Metadata(), nil
}
