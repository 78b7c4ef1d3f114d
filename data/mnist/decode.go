package mnist

import (
	"bytes"
	"image"
	_ "image/gif"  // a format that Decode knows
	_ "image/jpeg" // another
	_ "image/png"  // another
	"io"

	"github.com/pkg/errors"
)

// maxPixels bounds the memory that an image takes, to about a gigabyte in the worst
// format, a progressive JPEG. Telephones take photographs of 12 or 50 million pixels.
const maxPixels = 50_000_000

// Decode reads a PNG, JPEG or GIF image; of a GIF's frames the first. What claims
// to have more than 50 million pixels is refused before there is memory for them. An
// error is one line with its remedy.
//
// A photograph must be stored upright: a note in the file to turn it is not heeded.
func Decode(r io.Reader) (image.Image, error) { return decode(r, maxPixels) }

func decode(r io.Reader, most int) (image.Image, error) {
	var head bytes.Buffer
	config, _, err := image.DecodeConfig(io.TeeReader(r, &head))
	if err != nil {
		return nil, damaged(err)
	}
	if err := checkSize(config.Width, config.Height, most); err != nil {
		return nil, err
	}
	img, _, err := image.Decode(io.MultiReader(&head, r))
	if err != nil {
		return nil, damaged(err)
	}
	return img, nil
}

func damaged(err error) error {
	if errors.Is(err, image.ErrFormat) {
		return errors.New("not a PNG, JPEG or GIF image; convert it to one of these")
	}
	return errors.Errorf("cannot be decoded (%v); save the image again", err)
}

// checkSize is an error unless an image has at least one and at most so many pixels.
func checkSize(width, height, most int) error {
	switch {
	case width < 1 || height < 1:
		return errors.Errorf("image is %d by %d pixels; give one with a digit on it", width, height)
	case width > most/height:
		return errors.Errorf("image is %d by %d pixels, more than %d million; scale it down", width, height, most/1e6)
	}
	return nil
}
