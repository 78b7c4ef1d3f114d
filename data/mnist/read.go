package mnist

import (
	"context"
	"sync"

	"github.com/pkg/errors"
	"gorgonia.org/tensor"

	"github.com/gorgonia-zoo/zoo/data"
)

const (
	side    = 28 // the images' height and width, for which the models are made
	classes = 10
)

// read reads the files and splits off the validation images. The two halves
// are read at the same time.
func read(ctx context.Context, files [4]string) (*Splits, error) {
	var (
		train, test       data.Set
		trainErr, testErr error
		wg                sync.WaitGroup
	)
	wg.Go(func() { train, trainErr = readSet(ctx, files[0], files[1]) })
	wg.Go(func() { test, testErr = readSet(ctx, files[2], files[3]) })
	wg.Wait()
	if trainErr != nil {
		return nil, trainErr
	}
	if testErr != nil {
		return nil, testErr
	}
	n := train.Examples()
	if n < 2 {
		return nil, errors.Errorf("%s: holds 1 image; give at least 2, one to train on and one to validate with", files[0])
	}
	k := validation(n)
	return &Splits{Train: train.Slice(k, n), Valid: train.Slice(0, k), Test: test}, nil
}

// validation returns how many of n training images validate.
func validation(n int) int {
	if n < 10000 {
		return max(n/12, 1)
	}
	return 5000
}

// readSet reads a file of images and the file of their labels.
func readSet(ctx context.Context, images, labels string) (set data.Set, err error) {
	shape, pixels, err := readFile(ctx, images, 3)
	if err != nil {
		return set, err
	}
	if shape[1] != side || shape[2] != side {
		return set, errors.Errorf("%s: images are %d by %d pixels; scale them to %d by %d", images, shape[1], shape[2], side, side)
	}
	n, digits, err := readFile(ctx, labels, 1)
	if err != nil {
		return set, err
	}
	if shape[0] != n[0] {
		return set, errors.Errorf("%s: holds %d images, but %s holds %d labels; use files that belong together", images, shape[0], labels, n[0])
	}
	y := make([]int, len(digits))
	for i, d := range digits {
		if d >= classes {
			return set, errors.Errorf("%s: label %d of image %d is above %d; number the classes from 0", labels, d, i, classes-1)
		}
		y[i] = int(d)
	}
	return data.Set{
		X: tensor.New(tensor.WithShape(shape[0], side, side, 1), tensor.WithBacking(scale(pixels))),
		Y: tensor.New(tensor.WithShape(n[0]), tensor.WithBacking(y)),
	}, nil
}

// scale maps bytes to [0, 1].
func scale(pixels []byte) []float32 {
	var value [256]float32
	for i := range value {
		value[i] = float32(i) / 255
	}
	x := make([]float32, len(pixels))
	for i, p := range pixels {
		x[i] = value[p]
	}
	return x
}
