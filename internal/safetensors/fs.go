package safetensors

import (
	"io/fs"

	"github.com/pkg/errors"
	"gorgonia.org/tensor"
)

// ReadFS is [ReadFile] from a file system, such as an embed.FS.
func ReadFS(fsys fs.FS, name string, ignore ...string) (tensors map[string]*tensor.Dense, metadata map[string]string, err error) {
	b, err := fs.ReadFile(fsys, name)
	if err != nil {
		return nil, nil, errors.WithStack(err)
	}
	tensors, metadata, err = decode(b, ignore...)
	return tensors, metadata, errors.Wrap(err, name)
}
