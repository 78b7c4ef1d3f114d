package augment

import (
	"sync"

	"github.com/pkg/errors"
	"gorgonia.org/tensor"

	"github.com/gorgonia-zoo/zoo/data"
)

// An Affine says how far images may be moved. The zero Affine leaves them as
// they are.
type Affine struct {
	Shift  float64 // most pixels along each axis, fractions included
	Rotate float64 // most degrees to either side
	Scale  float64 // most change of size as a share: 0.1 is ±10 %
	Seed   uint64
}

// Wrap returns src with its images moved: X (N, H, W, C) float32, each image by
// its own draw; Y stays as it is. Batches of src but the last must have one size,
// as those of a [data.Set] have. Src must fill the batch that it is given, since
// images are moved in place there. Goroutines may read the result at the same
// time if they may read src so; once a batch has its tensors, Read allocates
// nothing.
//
// Settings that make no sense give a source with no batches, whose Read says why.
func (a Affine) Wrap(src data.Source) data.Source {
	if err := a.check(); err != nil {
		return fault{err}
	}
	if a.Shift == 0 && a.Rotate == 0 && a.Scale == 0 {
		return src
	}
	return &source{Source: src, affine: a}
}

func (a Affine) check() error {
	for _, f := range []struct {
		name        string
		value, most float64
		use         string
	}{
		{"shift", a.Shift, 1e6, "0 to 1e6 pixels"},
		{"rotate", a.Rotate, 180, "0 to 180 degrees"},
		{"scale", a.Scale, 0.9, "a share from 0 to 0.9"},
	} {
		if !(f.value >= 0 && f.value <= f.most) { // so that NaN is refused, too
			return errors.Errorf("augment: %s is %v; use %s", f.name, f.value, f.use)
		}
	}
	return nil
}

// A source moves the images of another.
type source struct {
	data.Source
	affine Affine

	mu    sync.Mutex
	size  int        // of all batches but the last; 0: not known yet
	first data.Batch // for finding out
	w     warper
}

func (s *source) Read(epoch, i int, b *data.Batch) error {
	if err := s.Source.Read(epoch, i, b); err != nil {
		return err
	}
	if err := checkImages(b.X); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	shape := b.X.Shape()
	n, h, w, c := shape[0], shape[1], shape[2], shape[3]
	size, err := s.fullSize(epoch, i, n)
	if err != nil {
		return err
	}
	s.w.fit(h, w, c)
	x := b.X.Float32s()
	for k := range n {
		m := s.affine.draw(epoch, i*size+k)
		s.w.warp(x[k*h*w*c:(k+1)*h*w*c], m)
	}
	return nil
}

// fullSize returns the size of a full batch, given that batch i has n examples.
// The last batch may be short, and then says nothing about the others.
func (s *source) fullSize(epoch, i, n int) (int, error) {
	switch {
	case i == 0:
		return n, nil
	case i < s.Len()-1:
		s.size = n
	case s.size == 0:
		if err := s.Source.Read(epoch, 0, &s.first); err != nil {
			return 0, err
		}
		s.size = s.first.X.Shape()[0]
		s.first = data.Batch{}
	}
	return s.size, nil
}

// checkImages says why x can't be moved.
func checkImages(x *tensor.Dense) error {
	switch {
	case x == nil:
		return errors.New("augment: the batch has no X; wrap a source of images")
	case x.Dims() != 4:
		return errors.Errorf("augment: X has shape %v; give it images (N, H, W, C)", x.Shape())
	case x.Dtype() != tensor.Float32:
		return errors.Errorf("augment: X holds %v; use float32", x.Dtype())
	case x.RequiresIterator() || x.DataOrder().IsColMajor():
		return errors.New("augment: X is not in row-major order; materialize it first")
	}
	return nil
}

// fault is the source of settings that make no sense.
type fault struct{ err error }

func (fault) Len() int                           { return 0 }
func (f fault) Read(int, int, *data.Batch) error { return f.err }
