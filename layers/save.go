package layers

import (
	"gorgonia.org/tensor"

	"github.com/gorgonia-zoo/zoo/internal/safetensors"
)

// Save writes what evaluation uses, the averages where there are averages, to
// the safetensors file called name, under PyTorch's names. It replaces the file
// in one step. Equal parameters and metadata give equal bytes.
func (p *Params) Save(name string, metadata map[string]string) error {
	ts := make(map[string]*tensor.Dense, len(p.list))
	for _, q := range p.list {
		ts[q.Name] = q.Evaluated()
	}
	return safetensors.WriteFile(name, ts, metadata)
}
