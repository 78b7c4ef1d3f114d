package layers

import (
	"io/fs"

	"github.com/pkg/errors"

	"github.com/gorgonia-zoo/zoo/internal/safetensors"
)

// LoadFS is [Params.Load] from a file system, such as weights that a program
// embeds:
//
//	//go:embed digits.safetensors
//	var files embed.FS
//
//	p := layers.NewParams(0)
//	err := p.LoadFS(files, "digits.safetensors")
func (p *Params) LoadFS(fsys fs.FS, file string, patterns ...string) error {
	values, _, err := safetensors.ReadFS(fsys, file, "num_batches_tracked")
	if err != nil {
		return errors.Wrap(err, "load")
	}
	return p.load(values, file, patterns)
}

// Metadata returns what [Params.Save] was given to say of the weights in a
// safetensors file; of a run's weights the model, the dataset and the seed. It is
// empty where the file says nothing.
func Metadata(file string) (map[string]string, error) {
	_, metadata, err := safetensors.ReadFile(file, "num_batches_tracked")
	return metadata, err
}
