package layers

import (
	"io/fs"
	"maps"
	"slices"
	"strings"

	"github.com/pkg/errors"
	"gorgonia.org/tensor"

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
func (p *Params) LoadFS(fsys fs.FS, file string) error {
	values, _, err := safetensors.ReadFS(fsys, file, "num_batches_tracked")
	if err != nil {
		return errors.Wrap(err, "load")
	}
	return p.take(values, file)
}

// take gives p the values, which come from the file.
func (p *Params) take(values map[string]*tensor.Dense, file string) error {
	if len(p.list) == 0 {
		for _, name := range slices.Sorted(maps.Keys(values)) {
			v := values[name]
			if p.dtype == tensor.Float64 {
				v = float64s(v)
			}
			p.add(&Param{Name: name, Value: v})
		}
		p.file = file
		return nil
	}
	if bad := p.misfits(values); bad != nil {
		return errors.Errorf("load %s: %s; build the model that it was saved from", file, strings.Join(bad, ", "))
	}
	for _, q := range p.list {
		q.set(values[q.Name])
	}
	return nil
}

// Metadata returns what [Params.Save] was given to say of the weights in a
// safetensors file; of a run's weights the model, the dataset and the seed. It is
// empty where the file says nothing.
func Metadata(file string) (map[string]string, error) {
	_, metadata, err := safetensors.ReadFile(file, "num_batches_tracked")
	return metadata, err
}
