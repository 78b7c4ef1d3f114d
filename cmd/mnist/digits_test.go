package main

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"math/rand/v2"
)

const (
	trainImages = 600 // of which data/mnist takes a twelfth for validation
	testImages  = 100
)

// names of the four files of a set.
const (
	trainX = "train-images-idx3-ubyte.gz"
	trainY = "train-labels-idx1-ubyte.gz"
	testX  = "t10k-images-idx3-ubyte.gz"
	testY  = "t10k-labels-idx1-ubyte.gz"
)

// idx returns an IDX file.
func idx(elements []byte, shape ...int) []byte {
	b := binary.BigEndian.AppendUint32(nil, uint32(0x0800+len(shape)))
	for _, d := range shape {
		b = binary.BigEndian.AppendUint32(b, uint32(d))
	}
	return append(b, elements...)
}

// images returns n images, of the classes 0 to 9 in turn: class k has a bright
// band from row 2k+4 on, in noise.
func images(n int, seed uint64) []byte {
	r := rand.New(rand.NewPCG(seed, 0))
	b := make([]byte, n*28*28)
	for i := range b {
		image, row := i/(28*28), i/28%28
		b[i] = byte(r.UintN(100))
		if band := row - 2*(image%10) - 4; band >= 0 && band < 4 {
			b[i] += 150
		}
	}
	return idx(b, n, 28, 28)
}

// labels returns the labels of n images.
func labels(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(i % 10)
	}
	return idx(b, n)
}

// files are a whole set, by name.
func files(train, test int) map[string][]byte {
	return map[string][]byte{
		trainX: zip(images(train, 1)), trainY: zip(labels(train)),
		testX: zip(images(test, 2)), testY: labels(test), // plain under a zipped name
	}
}

// damaged are the files of a small set, one of them replaced.
func damaged(name string, b []byte) map[string][]byte {
	set := files(24, 3)
	set[name] = b
	return set
}

func zip(b []byte) []byte {
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	z.Write(b)
	z.Close()
	return out.Bytes()
}
