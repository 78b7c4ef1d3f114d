package text

import (
	"slices"

	"github.com/pkg/errors"
	"gorgonia.org/tensor"

	"github.com/gorgonia-zoo/zoo/data"
)

// Stream deals a text for training with a state that is carried from batch to
// batch. It cuts the text into N rows of ⌊len/N⌋ words, which are read side by
// side, T words at a time:
//
//	X  (T, N)  int, word t of N rows
//	Y  (T·N)   int, the word after each, in the order of X
//
// so that row n of batch i goes on where row n of batch i-1 ended. An epoch has
// (⌊len/N⌋-1)/T batches, rounded down; the words left over at the end of rows
// and text are read in no epoch, and all epochs are equal. These are the
// batches of TensorFlow's ptb_producer, with time as the first axis.
//
// A text that is too short makes a source with no batches, whose Read says so.
func Stream(words []int, rows, steps int) data.Source {
	s := &stream{words: words, rows: rows, steps: steps}
	if s.err = s.check(); s.err == nil {
		s.row = len(words) / rows
		s.n = (s.row - 1) / steps
	}
	if s.err == nil && s.n == 0 {
		s.err = errors.Errorf("batch %d leaves rows of %d words of a text of %d, too short for %d steps; use a smaller batch or fewer steps",
			rows, s.row, len(words), steps)
	}
	return s
}

// Windows deals a text for evaluation: one row, of which every word but the
// first is predicted, T at a time. The last batch is short where T does not
// divide len-1. With a state that is carried from batch to batch, figures do not
// depend on T.
//
//	X  (T, 1)  int
//	Y  (T)     int, the word after each
//
// A text that is too short makes a source with no batches, whose Read says so.
func Windows(words []int, steps int) data.Source {
	s := &stream{words: words, rows: 1, steps: steps, row: len(words)}
	if s.err = s.check(); s.err == nil {
		s.n = (len(words)-2)/steps + 1
	}
	return s
}

type stream struct {
	words       []int
	rows, steps int
	row         int   // words in a row
	n           int   // batches
	err         error // why there are none
}

func (s *stream) check() error {
	switch n := len(s.words); {
	case s.rows < 1:
		return errors.Errorf("batch size is %d; use 1 or more", s.rows)
	case s.steps < 1:
		return errors.Errorf("%d steps; use 1 or more", s.steps)
	case n < 2:
		return errors.Errorf("the text has %d words; give it at least 2, one to predict the other from", n)
	case s.rows > n:
		return errors.Errorf("batch %d is larger than the text of %d words; use a smaller batch", s.rows, n)
	}
	return nil
}

func (s *stream) Len() int { return s.n }

func (s *stream) Read(epoch, i int, b *data.Batch) error {
	switch {
	case s.err != nil:
		return s.err
	case epoch < 0:
		return errors.Errorf("epoch %d is negative; count from 0", epoch)
	case i < 0 || i >= s.n:
		return errors.Errorf("batch %d is outside the epoch; it has batches 0 to %d", i, s.n-1)
	}
	at := i * s.steps
	steps := min(s.steps, s.row-1-at)
	b.X, b.Y = fit(b.X, steps, s.rows), fit(b.Y, steps*s.rows)
	x, y := b.X.Ints(), b.Y.Ints()
	for n := range s.rows {
		row := s.words[n*s.row+at:]
		for t, word := range row[:steps] {
			x[t*s.rows+n], y[t*s.rows+n] = word, row[t+1]
		}
	}
	return nil
}

// fit returns t where it holds ints in this shape, else a new tensor that does.
func fit(t *tensor.Dense, shape ...int) *tensor.Dense {
	if t != nil && t.Dtype() == tensor.Int && slices.Equal(t.Shape(), shape) && !t.RequiresIterator() && !t.DataOrder().IsColMajor() {
		return t
	}
	return tensor.New(tensor.Of(tensor.Int), tensor.WithShape(slices.Clone(shape)...))
}
