package mnist

import (
	"context"

	"github.com/pkg/errors"

	"github.com/gorgonia-zoo/zoo/data"
)

// Splits are the three parts of an image set: images X (n, 28, 28, 1) float32
// in [0, 1], labels Y (n) int from 0 to 9.
type Splits struct {
	Train, Valid, Test data.Set

	Origin string // the folder the files were read from
}

// Load reads MNIST from dir or, when dir is empty, from where it finds it (see
// the package comment).
//
// Valid is the first 5,000 training images and Train the others. A user's set
// with fewer than 10,000 training images gives the first twelfth of them, at
// least one image, to Valid.
func Load(ctx context.Context, dir string) (*Splits, error) { return mnist.load(ctx, dir) }

// LoadFashion reads Fashion-MNIST from dir or, when dir is empty, from where it
// finds it, and splits it as [Load] splits MNIST.
func LoadFashion(ctx context.Context, dir string) (*Splits, error) { return fashion.load(ctx, dir) }

func (d dataset) load(ctx context.Context, dir string) (*Splits, error) {
	s, err := d.loadFrom(ctx, dir)
	if ctx.Err() != nil {
		return nil, errors.Wrapf(context.Cause(ctx), "load %s", d.title)
	}
	return s, err
}

func (d dataset) loadFrom(ctx context.Context, dir string) (*Splits, error) {
	origin, wayOut := "", "leave --data-dir out"
	if env := d.zooData(); dir == "" && env != "" {
		dir, origin, wayOut = env, " (from ZOO_DATA)", "unset ZOO_DATA"
	}
	if dir == "" {
		var err error
		if dir, err = d.find(ctx); err != nil {
			return nil, err
		}
	}
	files, err := paths(dir)
	if err != nil {
		return nil, errors.Errorf("data folder %s%s: %v; put the four %s files there or %s", dir, origin, err, d.title, wayOut)
	}
	s, err := read(ctx, files)
	if err != nil {
		return nil, err
	}
	s.Origin = dir
	return s, nil
}
