package mnist

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/gif"
	"image/jpeg"
	"image/png"
	"testing"
	"testing/iotest"
)

// encodings are the image in each format.
func encodings(t testing.TB, img image.Image) map[string][]byte {
	t.Helper()
	files := map[string][]byte{}
	for format, encode := range map[string]func(*bytes.Buffer) error{
		"png":  func(b *bytes.Buffer) error { return png.Encode(b, img) },
		"jpeg": func(b *bytes.Buffer) error { return jpeg.Encode(b, img, nil) },
		"gif":  func(b *bytes.Buffer) error { return gif.Encode(b, img, nil) },
	} {
		var b bytes.Buffer
		if err := encode(&b); err != nil {
			t.Fatal(err)
		}
		files[format] = b.Bytes()
	}
	return files
}

func TestDecode(t *testing.T) {
	for format, file := range encodings(t, page(80, 90, 20, 75, white, black)) {
		img, err := Decode(iotest.HalfReader(bytes.NewReader(file)))
		if err != nil {
			t.Errorf("%s: %v", format, err)
			continue
		}
		const lossy = 0.1 // as JPEG is
		if d := distance(form(t, page(80, 90, 20, 75, white, black)), form(t, img)); d > lossy {
			t.Errorf("%s: %.3f of the ink is elsewhere", format, d)
		}
	}
}

func TestDecodeErrors(t *testing.T) {
	for format, file := range encodings(t, page(80, 90, 20, 75, white, black)) {
		for _, n := range []int{len(file) / 2, 20} {
			_, err := Decode(bytes.NewReader(file[:n]))
			contains(t, err, "cannot be decoded (", "; save the image again")
			checkRemedy(t, err)
			if err == nil {
				t.Errorf("%d bytes of a %s file are an image", n, format)
			}
		}
	}
	for _, file := range []string{"", "P5 1 1 255\n", "<svg/>"} {
		_, err := Decode(bytes.NewReader([]byte(file)))
		contains(t, err, "not a PNG, JPEG or GIF image; convert it to one of these")
	}
	_, err := Decode(bytes.NewReader(header(100_000, 100_000)))
	contains(t, err, "image is 100000 by 100000 pixels, more than 50 million; scale it down")
}

// header is that of a PNG file that claims to have so many pixels.
func header(w, h uint32) []byte {
	chunk := binary.BigEndian.AppendUint32([]byte("IHDR"), w)
	chunk = append(binary.BigEndian.AppendUint32(chunk, h), 8, 0, 0, 0, 0)
	b := append([]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\x0d"), chunk...)
	return binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(chunk))
}

// Any bytes are an image in MNIST's form, with numbers in [0, 1], or an error of one
// line with a remedy.
func FuzzDecode(f *testing.F) {
	for _, img := range []image.Image{page(80, 90, 20, 75, white, black), page(3, 1, 1, 1, white, black)} {
		for _, file := range encodings(f, img) {
			f.Add(file)
			f.Add(file[:len(file)/2])
		}
	}
	f.Add(header(100_000, 100_000))
	f.Fuzz(func(t *testing.T, file []byte) {
		const most = 1 << 18 // keeps each try short
		img, err := decode(bytes.NewReader(file), most)
		if err != nil {
			checkRemedy(t, err)
			return
		}
		x, err := FromImage(img)
		if err != nil {
			checkRemedy(t, err)
			return
		}
		for _, v := range x.Float32s() {
			if !(v >= 0 && v <= 1) {
				t.Fatalf("a pixel is %v", v)
			}
		}
	})
}
