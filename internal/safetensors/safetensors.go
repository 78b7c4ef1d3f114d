// Package safetensors reads and writes tensors in the file format of that name,
// which PyTorch and its relatives read too.
//
// It adds to github.com/nlpodyssey/safetensors what the zoo needs around it:
// tensors in Gorgonia's form, and files that are replaced in one step.
package safetensors

import (
	"encoding/binary"
	"io"
	"math"
	"os"

	"github.com/nlpodyssey/safetensors"
	"github.com/pkg/errors"
	"gorgonia.org/tensor"
)

// WriteFile writes float32 tensors and metadata to the file called name. Equal
// arguments give equal bytes. A crash leaves the old file or the new one.
func WriteFile(name string, tensors map[string]*tensor.Dense, metadata map[string]string) error {
	views := make(map[string]safetensors.TensorView, len(tensors))
	for k, t := range tensors {
		w := t.Float32s()
		b := make([]byte, 0, 4*len(w))
		for _, v := range w {
			b = binary.LittleEndian.AppendUint32(b, math.Float32bits(v))
		}
		var shape []uint64
		for _, d := range t.Shape() {
			shape = append(shape, uint64(d))
		}
		v, err := safetensors.NewTensorView(safetensors.F32, shape, b)
		if err != nil {
			return errors.Wrapf(err, "%s: %s", name, k)
		}
		views[k] = v
	}
	err := replace(name, func(w io.Writer) error { return safetensors.SerializeToWriter(views, metadata, w) })
	return errors.Wrapf(err, "write %s", name)
}

// ReadFile reads the file called name, whose tensors must be float32.
func ReadFile(name string) (tensors map[string]*tensor.Dense, metadata map[string]string, err error) {
	b, err := os.ReadFile(name)
	if err != nil {
		return nil, nil, errors.WithStack(err)
	}
	tensors, metadata, err = decode(b)
	return tensors, metadata, errors.Wrap(err, name)
}

func decode(b []byte) (map[string]*tensor.Dense, map[string]string, error) {
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
